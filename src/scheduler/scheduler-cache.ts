import { assert } from "../base/assert.js";
import type { PodVersion } from "../api/pod-version.js";
import type { ClusterState } from "./framework/cluster-state.js";
import type { NodeInfo, NodeVersion } from "./framework/node-info.js";
import type { PodInfo } from "./framework/pod-info.js";

/**
 * What the scheduler believes of nodes and bound pods: what its watches told it, and the pods that it
 * has placed itself and whose binding it has not seen yet ("assumed").
 *
 *     (unknown) ──assume──► assumed ──watch──► confirmed ──watch──► (gone)
 *         ▲                    │
 *         └──────forget────────┘
 *
 * Source: kube-scheduler's cache (`pkg/scheduler/backend/cache`).
 */
export class SchedulerCache {
  /** Assumed pods: uid → the node that they were placed on. */
  private readonly assumed = new Map<string, string>();

  constructor(readonly state: ClusterState) {}

  addNode(node: NodeVersion): void {
    this.state.addNode(node);
  }

  updateNode(node: NodeVersion): void {
    this.state.updateNode(node);
  }

  removeNode(node: NodeVersion): void {
    this.state.removeNode(node.name);
  }

  /** Counts a pod on the node that a scheduling cycle chose, before the binding is written. */
  assume(info: PodInfo, node: NodeInfo): void {
    const { pod } = info;
    assert(!this.state.hasPod(pod.uid), () => `pod ${pod.name} is assumed, but already counted`);
    this.state.placePod(info, pod.next({ nodeName: node.name }), node);
    this.assumed.set(pod.uid, node.name);
  }

  isAssumed(uid: string): boolean {
    return this.assumed.has(uid);
  }

  /** Takes an assumption back: the binding failed. */
  forget(uid: string): void {
    if (this.assumed.delete(uid)) this.state.removePod(uid);
  }

  /** A bound pod that a watch showed; confirms the assumption, or corrects it. */
  addPod(pod: PodVersion): void {
    const assumedNode = this.assumed.get(pod.uid);
    this.assumed.delete(pod.uid);
    if (assumedNode === undefined && !this.state.hasPod(pod.uid)) this.state.addPod(pod);
    else this.state.updatePod(pod);
  }

  /** A newer version of a bound pod. */
  updatePod(pod: PodVersion): void {
    if (this.state.hasPod(pod.uid)) this.state.updatePod(pod);
    else this.state.addPod(pod);
  }

  removePod(uid: string): void {
    this.assumed.delete(uid);
    this.state.removePod(uid);
  }
}
