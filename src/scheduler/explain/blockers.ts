import type { Taint } from "../../api/kubernetes.js";
import { anyTolerates } from "../../api/taints.js";
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

const REPELLING = ["NoSchedule", "NoExecute"];
/** Of a cordoned node, beside its field. */
const CORDON_TAINT = "node.kubernetes.io/unschedulable";

/**
 * What each node is refused for, with all filters asked: the scheduler itself stops at the first
 * that refuses. `state` is the one of the cycle, after PreFilter.
 */
export function blockedNodes(
  framework: Framework,
  state: CycleState,
  pod: PodInfo,
): readonly BlockedNode[] {
  const filters = state.filterPlugins ?? framework.filterPlugins;
  return framework.snapshot.nodes.map((node) => {
    const by = filters.flatMap((plugin) => plugin.filter(state, pod, node) ?? []);
    return { node, by: isOnlyCordoned(node, pod) ? by.filter(isNoTaint) : by };
  });
}

/** The taints of a node that the pod does not tolerate. */
export function untolerated(node: NodeInfo, pod: PodInfo): readonly Taint[] {
  return node.taints.filter(
    (taint) => REPELLING.includes(taint.effect) && !anyTolerates(pod.template.tolerations, taint),
  );
}

/** A cordon comes with a taint, which goes with it. */
function isOnlyCordoned(node: NodeInfo, pod: PodInfo): boolean {
  return node.unschedulable && untolerated(node, pod).every(({ key }) => key === CORDON_TAINT);
}

function isNoTaint({ plugin }: Status): boolean {
  return plugin !== "TaintToleration";
}
