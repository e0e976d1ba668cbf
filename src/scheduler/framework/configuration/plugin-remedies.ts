import { nearest } from "./object-reader.js";

const scoring = (type: string): string =>
  `NodeResourcesFit with \`scoringStrategy: { type: ${type} }\` among its args in pluginConfig`;
const SPREAD = "PodTopologySpread (`defaultConstraints` or `defaultingType` among its args)";
const AVOID = "TaintToleration, with taints on the nodes to avoid";
const LIMITS = "NodeVolumeLimits";

/**
 * What took the place of plugins, and of predicates and priorities of a Policy, that kube-scheduler had.
 *
 * Source: Kubernetes documentation, "Scheduler Configuration" and the changelogs of 1.18 to 1.29.
 */
const SUCCESSORS: ReadonlyMap<string, string> = new Map([
  ["NodeResourcesMostAllocated", scoring("MostAllocated")],
  ["NodeResourcesLeastAllocated", scoring("LeastAllocated")],
  ["RequestedToCapacityRatio", scoring("RequestedToCapacityRatio")],
  ["NodeResourceLimits", "NodeResourcesFit"],
  ["NodeLabel", "NodeAffinity, with `addedAffinity` among its args"],
  ["ServiceAffinity", "InterPodAffinity, with affinity terms in the pods"],
  ["NodePreferAvoidPods", AVOID],
  ["SelectorSpread", SPREAD],
  ["DefaultPodTopologySpread", SPREAD],
  ["EBSLimits", LIMITS],
  ["GCEPDLimits", LIMITS],
  ["AzureDiskLimits", LIMITS],
  ["CinderLimits", LIMITS],
  ["PodFitsResources", "NodeResourcesFit"],
  ["PodFitsHostPorts", "NodePorts"],
  ["PodFitsPorts", "NodePorts"],
  ["PodFitsHost", "NodeName"],
  ["HostName", "NodeName"],
  ["MatchNodeSelector", "NodeAffinity"],
  ["PodToleratesNodeTaints", "TaintToleration"],
  ["CheckNodeUnschedulable", "NodeUnschedulable"],
  ["CheckNodeCondition", "NodeUnschedulable and TaintToleration"],
  ["NoDiskConflict", "VolumeRestrictions"],
  ["NoVolumeZoneConflict", "VolumeZone"],
  ["CheckVolumeBinding", "VolumeBinding"],
  ["MatchInterPodAffinity", "InterPodAffinity"],
  ["MaxCSIVolumeCountPred", LIMITS],
  ["MaxEBSVolumeCount", LIMITS],
  ["MaxGCEPDVolumeCount", LIMITS],
  ["MaxAzureDiskVolumeCount", LIMITS],
  ["MaxCinderVolumeCount", LIMITS],
  ["EvenPodsSpread", SPREAD],
  ["EvenPodsSpreadPred", SPREAD],
  ["EvenPodsSpreadPriority", SPREAD],
  ["GeneralPredicates", "NodeResourcesFit, NodePorts, NodeName and NodeAffinity"],
  ["LeastRequestedPriority", scoring("LeastAllocated")],
  ["MostRequestedPriority", scoring("MostAllocated")],
  ["RequestedToCapacityRatioPriority", scoring("RequestedToCapacityRatio")],
  ["BalancedResourceAllocation", "NodeResourcesBalancedAllocation"],
  ["SelectorSpreadPriority", SPREAD],
  ["ServiceSpreadingPriority", SPREAD],
  ["InterPodAffinityPriority", "InterPodAffinity"],
  ["NodeAffinityPriority", "NodeAffinity"],
  ["TaintTolerationPriority", "TaintToleration"],
  ["ImageLocalityPriority", "ImageLocality"],
  ["NodePreferAvoidPodsPriority", AVOID],
]);

/** Plugins of sigs.k8s.io/scheduler-plugins, which people name in configurations that they copy. */
const OUT_OF_TREE: ReadonlySet<string> = new Set([
  "CapacityScheduling",
  "Coscheduling",
  "CrossNodePreemption",
  "DiskIO",
  "LoadVariationRiskBalancing",
  "LowRiskOverCommitment",
  "NetworkOverhead",
  "NodeResourceTopologyMatch",
  "NodeResourcesAllocatable",
  "Peaks",
  "PodState",
  "PreemptionToleration",
  "QOSSort",
  "SySched",
  "TargetLoadPacking",
  "TopologicalSort",
]);

/** What took the place of a plugin, a predicate or a priority that is gone; undefined for others. */
export function successorOf(name: string): string | undefined {
  return SUCCESSORS.get(name);
}

/** Why a name is none of a plugin, and what to write in its place. */
export function noSuchPlugin(name: string, known: readonly string[]): string {
  const successor = successorOf(name);
  if (successor !== undefined) {
    return `no such plugin any more: expected ${successor}, which took its place`;
  }
  if (OUT_OF_TREE.has(name)) {
    return "no such plugin in kube-scheduler: it belongs to scheduler-plugins; leave it out, or write it as a module of your own (`scheduler.modules`)";
  }
  const hint = nearest(name, known);
  return `no such plugin${hint || ": expected one of kube-scheduler's or seatrial's own, or that of a module (`scheduler.modules`)"}`;
}

/** What is said of a plugin that this version of Kubernetes has no longer. */
export function goneInVersion(name: string): string {
  const successor = successorOf(name);
  const remedy = successor === undefined ? "leave it out" : `expected ${successor}`;
  return `this plugin does not exist in this version of Kubernetes: ${remedy}`;
}
