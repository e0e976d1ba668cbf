import type { VersionOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { assert } from "../../base/assert.js";
import type { ClusterFork } from "../../scheduler/framework/cluster-fork.js";
import { FitCheck } from "../../scheduler/framework/fit-check.js";
import type { NodeInfo, NodeVersion } from "../../scheduler/framework/node-info.js";
import { Status } from "../../scheduler/framework/status.js";
import { PreparedChecks } from "./prepared-checks.js";

/** A node with the pods on it. */
export interface NodeWithPods {
  readonly node: VersionOf<"Node">;
  readonly pods: readonly PodVersion[];
}

/** What takes one change back. */
type Undo =
  | { readonly kind: "podAdded"; readonly uid: string }
  | { readonly kind: "podRemoved"; readonly before: readonly PodVersion[] }
  | { readonly kind: "nodeAdded"; readonly name: string }
  | { readonly kind: "nodeRemoved"; readonly at: number; readonly was: NodeWithPods }
  | { readonly kind: "nodeUpdated"; readonly node: NodeVersion };

/** Which nodes a search may take. */
export type NodeFilter = (node: NodeInfo) => boolean;

/**
 * The cluster as a scan of the Cluster Autoscaler takes it to be, to try things out in: nodes that might
 * come or go, pods that would be placed. Forks are nested, and each is taken back or kept as a whole. Who
 * fits where is asked of the scheduler's own filters. Source: cluster-autoscaler, `clustersnapshot`.
 *
 * Nodes stand in the order in which they were given, new ones behind.
 */
export class ClusterSnapshot {
  private readonly order: NodeInfo[] = [];
  /** Changes since the outermost fork. */
  private readonly log: Undo[] = [];
  /** Where in the log each open fork begins. */
  private readonly forks: number[] = [];
  /** Where the last node stood that a search found. */
  private lastIndex = 0;

  private readonly checks: PreparedChecks;

  constructor(private readonly cluster: ClusterFork) {
    this.checks = new PreparedChecks(cluster);
    for (const node of cluster.state.nodes) this.order.push(node);
  }

  get nodes(): readonly NodeInfo[] {
    return this.order;
  }

  get(name: string): NodeInfo | undefined {
    return this.cluster.state.get(name);
  }

  /** Makes it what the watches tell now: only what differs is touched. Pods on other nodes are left out. */
  reset(nodes: readonly VersionOf<"Node">[], pods: readonly PodVersion[]): void {
    assert(this.forks.length === 0, "a snapshot is not made anew within a fork");
    const names = new Set(nodes.map(({ name }) => name));
    for (const { name, pods: present } of this.order.filter((info) => !names.has(info.name))) {
      for (const { pod } of present.slice()) this.cluster.state.removePod(pod.uid);
      this.cluster.state.removeNode(name);
    }
    this.order.length = 0;
    for (const node of nodes) {
      if (this.get(node.name)?.node !== node) this.cluster.state.updateNode(node);
      this.order.push(this.get(node.name)!);
    }
    this.resetPods(pods);
    this.checks.settle();
  }

  private resetPods(pods: readonly PodVersion[]): void {
    const byNode = new Map<string, PodVersion[]>();
    for (const pod of pods) {
      const list = byNode.get(pod.nodeName);
      if (list === undefined) byNode.set(pod.nodeName, [pod]);
      else list.push(pod);
    }
    // Who left a node must be gone before it comes on another.
    const changed: [NodeInfo, readonly PodVersion[]][] = [];
    for (const info of this.order) {
      const wanted = byNode.get(info.name) ?? NO_PODS;
      if (isSame(info, wanted)) continue;
      changed.push([info, wanted]);
      this.clear(info);
    }
    for (const [, wanted] of changed) for (const pod of wanted) this.cluster.state.addPod(pod);
  }

  private clear(info: NodeInfo): void {
    for (const { pod } of info.pods.slice()) this.cluster.state.removePod(pod.uid);
  }

  /** Begins to try something out. */
  fork(): void {
    this.forks.push(this.log.length);
    this.checks.fork();
  }

  /** Keeps what was changed since the innermost fork. */
  commit(): void {
    assert(this.forks.length > 0, "there is a fork to keep");
    this.forks.pop();
    if (this.forks.length === 0) this.log.length = 0;
    this.checks.commit();
  }

  /** Takes back what was changed since the innermost fork. */
  revert(): void {
    const begin = this.forks.pop();
    assert(begin !== undefined, "there is a fork to take back");
    this.checks.revert(() => {
      while (this.log.length > begin) this.undo(this.log.pop()!);
    });
  }

  private undo(change: Undo): void {
    const { state } = this.cluster;
    switch (change.kind) {
      case "podAdded":
        state.removePod(change.uid);
        return;
      case "podRemoved": {
        // Whole lists, so that pods stand in the order in which they stood.
        for (const { uid } of change.before) state.removePod(uid);
        for (const pod of change.before) state.addPod(pod);
        return;
      }
      case "nodeAdded":
        state.removeNode(change.name);
        this.order.splice(this.lastIndexOf(change.name), 1);
        return;
      case "nodeRemoved": {
        state.addNode(change.was.node);
        this.order.splice(change.at, 0, this.get(change.was.node.name)!);
        for (const pod of change.was.pods) state.addPod(pod);
        return;
      }
      case "nodeUpdated":
        state.updateNode(change.node);
    }
  }

  private lastIndexOf(name: string): number {
    let at = this.order.length - 1;
    while (at >= 0 && this.order[at]!.name !== name) at -= 1;
    assert(at >= 0, () => `the node ${name} is in the snapshot`);
    return at;
  }

  private note(change: Undo): void {
    if (this.forks.length > 0) this.log.push(change);
  }

  /** Adds a node behind the others, with pods whose `nodeName` is its. */
  addNode({ node, pods }: NodeWithPods): void {
    this.cluster.state.addNode(node);
    this.order.push(this.get(node.name)!);
    this.checks.nodeAdded();
    this.note({ kind: "nodeAdded", name: node.name });
    for (const pod of pods) this.addPod(pod);
  }

  /** Removes a node with the pods that are still on it. */
  removeNode(name: string): void {
    const at = this.lastIndexOf(name);
    const info = this.order[at]!;
    const was = { node: info.node!, pods: info.pods.map(({ pod }) => pod) };
    this.clear(info);
    this.cluster.state.removeNode(name);
    this.order.splice(at, 1);
    this.checks.forget();
    this.note({ kind: "nodeRemoved", at, was });
  }

  /** Puts another version in the place of a node. */
  updateNode(node: NodeVersion): void {
    const before = this.get(node.name)?.node;
    assert(before !== null && before !== undefined, () => `node ${node.name} is in the snapshot`);
    this.cluster.state.updateNode(node);
    this.checks.forget();
    this.note({ kind: "nodeUpdated", node: before });
  }

  /** Counts a pod on the node that its `nodeName` says. */
  addPod(pod: PodVersion): void {
    this.cluster.state.addPod(pod);
    this.note({ kind: "podAdded", uid: pod.uid });
  }

  /** Counts a pod no longer. */
  removePod(uid: string): void {
    const found = this.cluster.state.podOf(uid);
    assert(found !== undefined, () => `pod ${uid} is in the snapshot`);
    const before = this.get(found.nodeName)!.pods.map(({ pod }) => pod);
    this.cluster.state.removePod(uid);
    this.note({ kind: "podRemoved", before });
  }

  /** Why the pod does not fit on that node; null where it does. */
  refusal(pod: PodVersion, nodeName: string): Status | null {
    const node = this.get(nodeName);
    if (node === undefined) return NO_SUCH_NODE;
    const check = this.checks.of(pod);
    return check instanceof FitCheck ? check.onNode(node) : check;
  }

  /** Places the pod on that node if it fits, else says why it does not. */
  schedule(pod: PodVersion, nodeName: string): Status | null {
    const refusal = this.refusal(pod, nodeName);
    if (refusal === null) this.addPod(pod.next({ nodeName }));
    return refusal;
  }

  /**
   * Places the pod on the first node that it fits on, among those schedulable ones that `isAcceptable`; the
   * search begins one past the node that the last search found, and wraps round. The node's name, or null.
   */
  scheduleOnAny(pod: PodVersion, isAcceptable: NodeFilter): string | null {
    const check = this.checks.of(pod);
    if (!(check instanceof FitCheck)) return null;
    const count = this.order.length;
    for (let i = 1; i <= count; i += 1) {
      const index = (this.lastIndex + i) % count;
      const node = this.order[index]!;
      if (isAcceptable(node) && this.takes(pod, check, index)) return node.name;
    }
    return null;
  }

  /** The same among the nodes that stand at those places, which must ascend. */
  scheduleOnAnyOf(pod: PodVersion, positions: readonly number[]): string | null {
    const count = positions.length;
    if (count === 0) return null;
    const check = this.checks.of(pod);
    if (!(check instanceof FitCheck)) return null;
    const start = (this.lastIndex + 1) % this.order.length;
    const from = Math.max(
      0,
      positions.findIndex((position) => position >= start),
    );
    for (let i = 0; i < count; i += 1) {
      const index = positions[(from + i) % count]!;
      if (this.takes(pod, check, index)) return this.order[index]!.name;
    }
    return null;
  }

  private takes(pod: PodVersion, check: FitCheck, index: number): boolean {
    const node = this.order[index]!;
    if (node.unschedulable || check.onNode(node) !== null) return false;
    this.lastIndex = index;
    this.addPod(pod.next({ nodeName: node.name }));
    return true;
  }
}

const NO_PODS: readonly PodVersion[] = [];

const NO_SUCH_NODE = new Status("UnschedulableAndUnresolvable", ["there is no such node"], "");

function isSame(info: NodeInfo, wanted: readonly PodVersion[]): boolean {
  const { pods } = info;
  return pods.length === wanted.length && pods.every(({ pod }, i) => pod === wanted[i]);
}
