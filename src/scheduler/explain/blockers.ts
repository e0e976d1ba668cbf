import type { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";
import type { Status } from "../framework/status.js";

/** A node and everything that keeps the pod from it. */
export interface BlockedNode {
  readonly node: NodeInfo;
  readonly by: readonly Status[];
}

/**
 * What each of the nodes is refused for, with all filters asked: the scheduler itself stops at the
 * first that refuses. `state` is the one of the cycle, after PreFilter.
 */
export function blockedNodes(
  framework: Framework,
  state: CycleState,
  pod: PodInfo,
  nodes: Iterable<NodeInfo>,
): readonly BlockedNode[] {
  const filters = state.filterPlugins ?? framework.filterPlugins;
  const blocked: BlockedNode[] = [];
  for (const node of nodes) {
    const by = filters.flatMap((plugin) => plugin.filter(state, pod, node) ?? []);
    blocked.push({ node, by });
  }
  return blocked;
}
