import type { PodVersion } from "../../../api/pod-version.js";
import type { Status } from "../../../scheduler/framework/status.js";
import type { ClusterSnapshot, NodeWithPods } from "../cluster-snapshot.js";
import { freshNode } from "../node-template.js";
import { containerRequests, nodeAllocatable } from "../resources.js";
import type { PodGroup } from "./pod-groups.js";

const HOSTNAME = "kubernetes.io/hostname";
const SKEW = "node(s) didn't match pod topology spread constraints";

/** How many nodes like the template pods would need, and which of them they would take. */
export interface Estimate {
  readonly nodeCount: number;
  readonly pods: readonly PodVersion[];
}

/**
 * Packs pods on new nodes, the largest first, each on a new node that has room before another is added.
 * `limit`: so many nodes at most. The snapshot is as before afterwards. Source: cluster-autoscaler,
 * `BinpackingNodeEstimator`.
 */
export function estimate(
  snapshot: ClusterSnapshot,
  podGroups: readonly PodGroup[],
  template: NodeWithPods,
  limit: number,
): Estimate {
  snapshot.fork();
  const packing = new Packing(snapshot, template, limit);
  for (const { pods } of largestFirst(podGroups, template)) packing.take(pods);
  snapshot.revert();
  return { nodeCount: packing.usedNodes.size, pods: packing.placed };
}

function largestFirst(podGroups: readonly PodGroup[], { node }: NodeWithPods): readonly PodGroup[] {
  const allocatable = nodeAllocatable(node);
  const share = (request: number, of: number): number => (of > 0 ? request / of : 0);
  const scored = podGroups.map((group) => {
    const { cpuMillis, memoryBytes } = containerRequests(group.pods[0]!.spec);
    const score =
      share(cpuMillis, allocatable.cpuMillis) + share(memoryBytes, allocatable.memoryBytes);
    return { group, score };
  });
  return scored.sort((a, b) => b.score - a.score).map(({ group }) => group);
}

class Packing {
  readonly placed: PodVersion[] = [];
  /** Nodes that took a pod: those are needed. */
  readonly usedNodes = new Set<string>();
  /** Where the new nodes stand in the snapshot, in its order. */
  private readonly positions: number[] = [];
  private last: string | null = null;
  private hasRoomForNodes = true;

  constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly template: NodeWithPods,
    private readonly limit: number,
  ) {}

  take(pods: readonly PodVersion[]): void {
    const rest = this.onNewNodes(pods);
    for (const pod of rest) {
      if (!this.hasRoomForNodes) return;
      if (!this.onLastOrAnother(pod)) return;
    }
  }

  /** Until one fits on none: that and those behind it are left. */
  private onNewNodes(pods: readonly PodVersion[]): readonly PodVersion[] {
    for (let i = 0; i < pods.length; i += 1) {
      const node = this.snapshot.scheduleOnAnyOf(pods[i]!, this.positions);
      if (node === null) return pods.slice(i);
      this.note(pods[i]!, node);
    }
    return [];
  }

  /** False: the pods of this group need not be tried any more. */
  private onLastOrAnother(pod: PodVersion): boolean {
    const { last } = this;
    if (last !== null) {
      const refusal = this.snapshot.schedule(pod, last);
      const node = refusal === null ? last : this.elsewhere(pod, last, refusal);
      if (node !== null) {
        this.note(pod, node);
        return true;
      }
      // What does not fit on an empty new node fits on no other.
      if (!this.usedNodes.has(last)) return false;
    }
    if (this.positions.length >= this.limit) {
      this.hasRoomForNodes = false;
      return false;
    }
    const added = this.addNode();
    if (this.snapshot.schedule(pod, added) !== null) return false;
    this.note(pod, added);
    return true;
  }

  /** Another node may even out what the last one would make too uneven. */
  private elsewhere(pod: PodVersion, last: string, refusal: Status): string | null {
    const spreads = pod.spec.topologySpreadConstraints ?? [];
    if (!spreads.some(({ topologyKey }) => topologyKey === HOSTNAME)) return null;
    if (!refusal.reasons.includes(SKEW)) return null;
    return this.snapshot.scheduleOnAny(pod, ({ name }) => name !== last);
  }

  private addNode(): string {
    const { positions, snapshot, template } = this;
    const name = `${template.node.name}-e-${positions.length}`;
    snapshot.addNode(freshNode(template, name));
    positions.push(snapshot.nodes.length - 1);
    this.last = name;
    return name;
  }

  private note(pod: PodVersion, node: string): void {
    this.placed.push(pod);
    this.usedNodes.add(node);
  }
}
