import type { PodSpec } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { Handle, QueuedPod, QueueSortPlugin } from "../framework/interfaces.js";
import { ClusterTotals } from "./cluster-totals.js";
import { cameFirst } from "./fifo.js";

/**
 * The pod first that asks for least, by the largest share of the cluster that it asks of any resource;
 * then who came first. Sorted anew when nodes change.
 *
 * Source: S. Majumdar, D. L. Eager, R. B. Bunt, "Scheduling in multiprogrammed parallel systems",
 * SIGMETRICS 1988 (smallest number of processes first).
 */
export class SmallestDemandFirst implements QueueSortPlugin {
  readonly name = "SmallestDemandFirst";
  private readonly totals: ClusterTotals;
  private known = new WeakMap<PodSpec, number>();

  constructor(private readonly handle: Handle) {
    this.totals = new ClusterTotals(handle.snapshot);
  }

  sortsAnew(): boolean {
    if (!this.totals.refresh()) return false;
    this.known = new WeakMap();
    return true;
  }

  less(a: QueuedPod, b: QueuedPod): boolean {
    const ofA = this.shareOf(a.pod);
    const ofB = this.shareOf(b.pod);
    return ofA === ofB ? cameFirst(a, b) : ofA < ofB;
  }

  private shareOf(pod: PodVersion): number {
    let share = this.known.get(pod.spec);
    if (share === undefined) {
      const { template } = this.handle.snapshot.podInfos.podInfo(pod);
      share = this.totals.dominantShare(template.resources.requests);
      this.known.set(pod.spec, share);
    }
    return share;
  }
}
