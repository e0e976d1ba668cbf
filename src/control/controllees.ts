import type { Kind } from "../api/kinds.js";
import { controllerOf, type VersionOf } from "../api/object-version.js";

/** Objects of one kind by the UID of their controller, and those without one by namespace. */
export class Controllees<K extends Kind> {
  private readonly byController = new Map<string, Map<number, VersionOf<K>>>();
  private readonly orphans = new Map<string, Map<number, VersionOf<K>>>();

  /** The newest version known of each; insertion order. */
  of(controllerUid: string): Iterable<VersionOf<K>> {
    return this.byController.get(controllerUid)?.values() ?? [];
  }

  orphansIn(namespace: string): Iterable<VersionOf<K>> {
    return this.orphans.get(namespace)?.values() ?? [];
  }

  /** Takes a new version; `before` is the one it replaces. An older one than is known is ignored. */
  put(before: VersionOf<K> | undefined, after: VersionOf<K>): void {
    const home = this.homeOf(after);
    const known = home.get(after.row);
    if (known !== undefined && known.uid === after.uid) {
      if (known.resourceVersion > after.resourceVersion) return;
    }
    if (before !== undefined && before.ownerReferences !== after.ownerReferences) {
      this.remove(before);
      this.homeOf(after).set(after.row, after);
      return;
    }
    home.set(after.row, after);
  }

  remove(version: VersionOf<K>): void {
    const uid = controllerOf(version)?.uid;
    const homes = uid === undefined ? this.orphans : this.byController;
    const key = uid ?? version.namespace;
    const home = homes.get(key);
    if (home === undefined) return;
    home.delete(version.row);
    if (home.size === 0) homes.delete(key);
  }

  private homeOf(version: VersionOf<K>): Map<number, VersionOf<K>> {
    const uid = controllerOf(version)?.uid;
    const homes = uid === undefined ? this.orphans : this.byController;
    const key = uid ?? version.namespace;
    let home = homes.get(key);
    if (home === undefined) {
      home = new Map();
      homes.set(key, home);
    }
    return home;
  }
}
