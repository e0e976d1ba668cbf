import type { Kind } from "../api/kinds.js";
import { controllerOf, type VersionOf } from "../api/object-version.js";
import { RowsByKey } from "../base/rows-by-key.js";

/** Objects of one kind by the UID of their controller, and those without one by namespace. */
export class Controllees<K extends Kind> {
  /** The newest version known of each, by row: what follows it costs one step. */
  private readonly versions: (VersionOf<K> | undefined)[] = [];
  private readonly byController = new RowsByKey();
  private readonly orphans = new RowsByKey();

  /** The newest version known of each; in the order in which they came. */
  of(controllerUid: string): Iterable<VersionOf<K>> {
    return this.at(this.byController.of(controllerUid));
  }

  orphansIn(namespace: string): Iterable<VersionOf<K>> {
    return this.at(this.orphans.of(namespace));
  }

  /** Takes a new version; an older one than is known is ignored. */
  put(version: VersionOf<K>): void {
    const { row } = version;
    const known = this.versions[row];
    if (known !== undefined && known.uid === version.uid) {
      if (known.resourceVersion > version.resourceVersion) return;
      if (known.ownerReferences === version.ownerReferences) {
        this.versions[row] = version;
        return;
      }
    }
    if (known !== undefined) this.remove(known);
    const uid = controllerOf(version)?.uid;
    if (uid === undefined) this.orphans.add(version.namespace, row);
    else this.byController.add(uid, row);
    this.versions[row] = version;
  }

  remove({ row }: VersionOf<K>): void {
    const known = this.versions[row];
    if (known === undefined) return;
    this.versions[row] = undefined;
    const uid = controllerOf(known)?.uid;
    if (uid === undefined) this.orphans.delete(known.namespace, row);
    else this.byController.delete(uid, row);
  }

  private *at(rows: ReadonlySet<number>): IterableIterator<VersionOf<K>> {
    for (const row of rows) yield this.versions[row]!;
  }
}
