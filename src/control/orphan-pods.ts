import type { PodVersion } from "../api/pod-version.js";
import { RowsByKey } from "../base/rows-by-key.js";

/** Pods without a controller, by namespace, in the order in which they came; a newer version of one is put in its place. */
export class OrphanPods {
  /** By row of the pod. */
  private readonly versions: (PodVersion | undefined)[] = [];
  private readonly rows = new RowsByKey();

  /** Takes a version of a pod that has no controller; answers the one before, if the pod is known. */
  put(pod: PodVersion): PodVersion | undefined {
    const { row } = pod;
    const before = this.versions[row];
    const isKnown = before !== undefined && before.uid === pod.uid;
    if (!isKnown) {
      this.delete(row);
      this.rows.add(pod.namespace, row);
    }
    this.versions[row] = pod;
    return isKnown ? before : undefined;
  }

  /** The pod of that row is gone, or has a controller; answers whether it was known. */
  delete(row: number): boolean {
    const known = this.versions[row];
    if (known === undefined) return false;
    this.versions[row] = undefined;
    this.rows.delete(known.namespace, row);
    return true;
  }

  *in(namespace: string): IterableIterator<PodVersion> {
    for (const row of this.rows.of(namespace)) yield this.versions[row]!;
  }
}
