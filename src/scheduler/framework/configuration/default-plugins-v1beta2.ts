import { EXTENSION_POINTS, type ExtensionPoint } from "../extension-point.js";
import type { Features } from "../../../api/features.js";
import {
  EMPTY_SET,
  type PluginPoint,
  type PluginRef,
  type PluginSets,
  PLUGIN_POINTS,
} from "./default-plugins.js";
import { type PluginCatalogue, extendsPoint } from "./plugin-catalogue.js";

const FILTERS = [
  "NodeUnschedulable",
  "NodeName",
  "TaintToleration",
  "NodeAffinity",
  "NodePorts",
  "NodeResourcesFit",
  "VolumeRestrictions",
  "EBSLimits",
  "GCEPDLimits",
  "NodeVolumeLimits",
  "AzureDiskLimits",
  "VolumeBinding",
  "VolumeZone",
  "PodTopologySpread",
  "InterPodAffinity",
];
const NAMES: Readonly<Partial<Record<ExtensionPoint, readonly string[]>>> = {
  preEnqueue: ["SchedulingGates"],
  queueSort: ["PrioritySort"],
  preFilter: [
    "NodeResourcesFit",
    "NodePorts",
    "VolumeRestrictions",
    "PodTopologySpread",
    "InterPodAffinity",
    "VolumeBinding",
    "VolumeZone",
    "NodeAffinity",
  ],
  filter: FILTERS,
  postFilter: ["DefaultPreemption"],
  preScore: [
    "InterPodAffinity",
    "PodTopologySpread",
    "TaintToleration",
    "NodeAffinity",
    "NodeResourcesFit",
    "NodeResourcesBalancedAllocation",
  ],
  score: [
    "NodeResourcesBalancedAllocation",
    "ImageLocality",
    "InterPodAffinity",
    "NodeResourcesFit",
    "NodeAffinity",
    "PodTopologySpread",
    "TaintToleration",
  ],
  reserve: ["VolumeBinding"],
  preBind: ["VolumeBinding"],
  bind: ["DefaultBinder"],
};
/** What users state themselves weighs no more than the rest, unlike in later versions. */
const WEIGHTS: Readonly<Record<string, number>> = { PodTopologySpread: 2 };

/**
 * The plugins of the default profile of v1beta2, which has no multiPoint: each extension point has a
 * list, in an order of its own. Source: kube-scheduler, `v1beta2/default_plugins.go`.
 */
export function defaultPluginsV1beta2(catalogue: PluginCatalogue, features: Features): PluginSets {
  const sets = Object.fromEntries(PLUGIN_POINTS.map((point) => [point, EMPTY_SET]));
  for (const point of EXTENSION_POINTS) {
    const enabled: PluginRef[] = [];
    for (const name of NAMES[point] ?? []) {
      const descriptor = catalogue.get(name);
      if (descriptor === undefined || !extendsPoint(descriptor, point, features)) continue;
      if (name === "SchedulingGates" && !features.PodSchedulingReadiness) continue;
      const weight = point === "score" ? (WEIGHTS[name] ?? 1) : 0;
      enabled.push({ name, weight, path: "" });
    }
    sets[point] = { enabled, disabled: [] };
  }
  return sets as Record<PluginPoint, (typeof sets)[string]>;
}
