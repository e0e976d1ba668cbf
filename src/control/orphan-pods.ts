import type { PodVersion } from "../api/pod-version.js";
import { type ChainEnds, ChainedRows, emptyChain, NO_ROW } from "../base/chained-rows.js";

/**
 * Pods without a controller, by namespace, in the order in which they came; a newer version of one is put in its
 * place. Several controllers keep these of all pods that nobody controls.
 */
export class OrphanPods {
  /** By row of the pod. */
  private readonly versions: (PodVersion | undefined)[] = [];
  private readonly rows = new ChainedRows();
  private readonly namespaces = new Map<string, ChainEnds>();

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
    const chain = this.namespaces.get(known.namespace)!;
    this.rows.remove(chain, row);
    if (chain.first === NO_ROW) this.namespaces.delete(known.namespace);
    return true;
  }

  *in(namespace: string): IterableIterator<PodVersion> {
    const chain = this.namespaces.get(namespace);
    if (chain === undefined) return;
    for (const row of this.rows.of(chain)) yield this.versions[row]!;
  }

  private append(namespace: string, row: number): void {
    let chain = this.namespaces.get(namespace);
    if (chain === undefined) {
      chain = emptyChain();
      this.namespaces.set(namespace, chain);
    }
    this.rows.append(chain, row);
  }
}
