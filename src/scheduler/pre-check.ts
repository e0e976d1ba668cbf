import type { ObjectVersion } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import { CycleState } from "./framework/cycle-state.js";
import type { ClusterState } from "./framework/cluster-state.js";
import type { PodInfo } from "./framework/pod-info.js";
import { namespaceLabels } from "./framework/listers.js";
import { termMatches } from "./framework/affinity-term.js";
import type { Framework } from "./framework/runtime.js";
import type { Happening } from "./queueing-hints.js";

/** Filters that need nothing but the pod and the node: upstream's `AdmissionCheck`. */
const NODE_CHECKS: ReadonlySet<string> = new Set([
  "NodeUnschedulable",
  "NodeName",
  "TaintToleration",
  "NodeAffinity",
  "NodePorts",
  "NodeResourcesFit",
]);

/**
 * Before there were queueing hints, a change of a node was passed on only to pods that the node would
 * take as far as it alone decides, and a pod that came to a node only to pods with affinity to it.
 * Source: kube-scheduler, `preCheckForNode`, `getUnschedulablePodsWithMatchingAffinityTerm` (v1.26).
 */
export function preCheck(
  state: ClusterState,
  framework: Framework,
  pod: PodVersion,
  happening: Happening,
): boolean {
  const { event, after } = happening;
  if (after === null) return true;
  const info = state.podInfos.podInfo(pod);
  if (event.resource === "Node") {
    return nodeMayTake(state, framework, info, (after as ObjectVersion<"Node">).name);
  }
  if (event.resource === "AssignedPod") return hasAffinityTo(framework, info, after as PodVersion);
  return true;
}

function nodeMayTake(
  state: ClusterState,
  framework: Framework,
  pod: PodInfo,
  nodeName: string,
): boolean {
  const node = state.get(nodeName);
  if (node === undefined) return false;
  const cycle = new CycleState();
  for (const plugin of framework.preFilterPlugins) {
    if (NODE_CHECKS.has(plugin.name)) plugin.preFilter(cycle, pod);
  }
  return framework.filterPlugins.every(
    (plugin) => !NODE_CHECKS.has(plugin.name) || plugin.filter(cycle, pod, node) === null,
  );
}

function hasAffinityTo(framework: Framework, pod: PodInfo, other: PodVersion): boolean {
  const labels = namespaceLabels(framework.listers, other.namespace);
  return pod.template.requiredAffinityTerms.some((term) => termMatches(term, other, labels));
}
