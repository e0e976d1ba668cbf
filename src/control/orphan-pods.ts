import type { PodVersion } from "../api/pod-version.js";

const NO_ROW = -1;

/** The ends of a chain of rows. */
interface Ends {
  first: number;
  last: number;
}

/**
 * Pods without a controller, by namespace, in the order in which they came; a newer version of one is put in its
 * place. Several controllers keep these of all pods that nobody controls: so they are chained by row,
 * which costs less than a Set.
 */
export class OrphanPods {
  /** By row of the pod, as the two that follow. */
  private readonly versions: (PodVersion | undefined)[] = [];
  private readonly before: number[] = [];
  private readonly after: number[] = [];
  private readonly namespaces = new Map<string, Ends>();

  /** Takes a version of a pod that has no controller; answers the one before, if the pod is known. */
  put(pod: PodVersion): PodVersion | undefined {
    const { row } = pod;
    const known = this.versions[row];
    const isKnown = known !== undefined && known.uid === pod.uid;
    if (!isKnown) {
      this.delete(row);
      this.append(pod.namespace, row);
    }
    this.versions[row] = pod;
    return isKnown ? known : undefined;
  }

  /** The pod of that row is gone, or has a controller; answers whether it was known. */
  delete(row: number): boolean {
    const known = this.versions[row];
    if (known === undefined) return false;
    this.versions[row] = undefined;
    const ends = this.namespaces.get(known.namespace)!;
    const before = this.before[row]!;
    const after = this.after[row]!;
    if (before === NO_ROW) ends.first = after;
    else this.after[before] = after;
    if (after === NO_ROW) ends.last = before;
    else this.before[after] = before;
    if (ends.first === NO_ROW) this.namespaces.delete(known.namespace);
    return true;
  }

  *in(namespace: string): IterableIterator<PodVersion> {
    let row = this.namespaces.get(namespace)?.first ?? NO_ROW;
    for (; row !== NO_ROW; row = this.after[row]!) yield this.versions[row]!;
  }

  private append(namespace: string, row: number): void {
    const ends = this.namespaces.get(namespace);
    this.before[row] = ends?.last ?? NO_ROW;
    this.after[row] = NO_ROW;
    if (ends === undefined) {
      this.namespaces.set(namespace, { first: row, last: row });
      return;
    }
    this.after[ends.last] = row;
    ends.last = row;
  }
}
