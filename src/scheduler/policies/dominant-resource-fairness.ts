import type { Handle, QueuedPod, QueueSortPlugin } from "../framework/interfaces.js";
import type { PodInfo } from "../framework/pod-info.js";
import { Amounts, ClusterTotals } from "./cluster-totals.js";
import { cameFirst } from "./fifo.js";

/**
 * Dominant-resource fairness between namespaces: first a pod of the namespace whose pods on nodes have the
 * smallest share of the cluster, of the resource of which they have most; within one who came first.
 * Sorted anew when pods on nodes or nodes have changed.
 *
 * Source: A. Ghodsi, M. Zaharia, B. Hindman, A. Konwinski, S. Shenker, I. Stoica, "Dominant resource
 * fairness: fair allocation of multiple resource types", NSDI 2011.
 */
export class DominantResourceFairness implements QueueSortPlugin {
  readonly name = "DominantResourceFairness";
  private readonly totals: ClusterTotals;
  private readonly used = new Map<string, Amounts>();
  /** What the queue is sorted by, until it is sorted anew. */
  private shares: ReadonlyMap<string, number> = new Map();
  private hasChanged = true;

  constructor({ snapshot }: Handle) {
    this.totals = new ClusterTotals(snapshot);
    snapshot.observePods((info, sign) => this.count(info, sign));
  }

  private count({ pod, placed }: PodInfo, sign: 1 | -1): void {
    let used = this.used.get(pod.namespace);
    if (used === undefined) {
      used = new Amounts();
      this.used.set(pod.namespace, used);
    }
    used.add(placed.requests, sign);
    this.hasChanged = true;
  }

  sortsAnew(): boolean {
    if (!this.totals.refresh() && !this.hasChanged) return false;
    this.hasChanged = false;
    this.shares = new Map(
      [...this.used].map(([name, used]) => [name, this.totals.dominantShare(used)]),
    );
    return true;
  }

  less(a: QueuedPod, b: QueuedPod): boolean {
    const ofA = this.shares.get(a.pod.namespace) ?? 0;
    const ofB = this.shares.get(b.pod.namespace) ?? 0;
    return ofA === ofB ? cameFirst(a, b) : ofA < ofB;
  }
}
