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
    info.isAssumed = true;
  }

  isAssumed(uid: string): boolean {
    return this.state.placedPod(uid)?.isAssumed === true;
  }

  /** Takes an assumption back: the binding failed. */
  forget(uid: string): void {
    if (this.isAssumed(uid)) this.state.removePod(uid);
  }

  /** A bound pod that a watch showed; confirms the assumption, or corrects it. */
  addPod(pod: PodVersion): void {
    this.state.updatePod(pod).isAssumed = false;
  }

  /** A newer version of a bound pod. */
  updatePod(pod: PodVersion): void {
    this.state.updatePod(pod);
  }

  removePod(uid: string): void {
    this.state.removePod(uid);
  }
}
