import { isPodTerminal, type PodVersion } from "../../../api/pod-version.js";
import type { ClusterWatch } from "../controller/cluster-watch.js";

/**
 * Counts what changes in a cluster that could make consolidation decide otherwise: pods that come to nodes, end or
 * leave, nodes, NodeClaims and NodePools.
 *
 * Source: Karpenter, `ConsolidationState` in `pkg/controllers/state/cluster.go` (1.15.0).
 */
export class ClusterChanges {
  count = 0;

  constructor(private readonly watch: ClusterWatch) {}

  start(): void {
    const changed = () => {
      this.count += 1;
    };
    const any = { added: changed, updated: changed, deleted: changed };
    this.watch.nodes.addHandler(any);
    this.watch.nodeClaims.addHandler(any);
    this.watch.nodePools.addHandler(any);
    this.watch.pods.addHandler({
      added: changed,
      updated: (before, after) => {
        if (stageOf(before) !== stageOf(after)) changed();
      },
      deleted: changed,
    });
  }
}

function stageOf(pod: PodVersion): string {
  if (isPodTerminal(pod)) return "ended";
  return pod.deletionTimeMicros === null ? pod.nodeName : "ending";
}
