import type { FilterPlugin, NormalizeScorePlugin, Plugin } from "../framework/interfaces.js";
import { type Framework, type WeightedScorePlugin, normalizes } from "../framework/runtime.js";
import { InterPodAffinity } from "../plugins/inter-pod-affinity/inter-pod-affinity.js";
import { PodTopologySpread } from "../plugins/pod-topology-spread/pod-topology-spread.js";
import { MAX_ROW_VALUE } from "./shape-rows.js";

/** Filters that read the pod's template and one node. */
const LOCAL_FILTERS: ReadonlySet<string> = new Set([
  "NodeUnschedulable",
  "NodeName",
  "TaintToleration",
  "NodeAffinity",
  "NodePorts",
  "NodeResourcesFit",
]);

/** Plugins that say nothing about a pod without volumes. */
const VOLUME_PLUGINS: ReadonlySet<string> = new Set([
  "VolumeRestrictions",
  "EBSLimits",
  "GCEPDLimits",
  "AzureDiskLimits",
  "CinderLimits",
  "NodeVolumeLimits",
  "VolumeBinding",
  "VolumeZone",
]);

/** Plugins that say nothing about a pod without claims of devices, and without need of declared features. */
const CLAIM_PLUGINS: ReadonlySet<string> = new Set(["DynamicResources", "NodeDeclaredFeatures"]);

/** Scores of one node alone, that are not normalised. */
const LOCAL_SCORES: ReadonlySet<string> = new Set([
  "NodeResourcesFit",
  "NodeResourcesBalancedAllocation",
  "ImageLocality",
]);

/** Scores that read what pods do not change, and are normalised over the feasible nodes. */
const STATIC_SCORES: ReadonlySet<string> = new Set(["TaintToleration", "NodeAffinity"]);

const GROUPING: ReadonlySet<string> = new Set(["PodTopologySpread", "InterPodAffinity"]);
const MAX_SCORE = 100;

export interface WeightedStaticScore {
  readonly plugin: NormalizeScorePlugin;
  readonly weight: number;
}

/** The plugins of a profile, sorted by what their answers depend on. */
export interface FastProfile {
  readonly framework: Framework;
  readonly localFilters: readonly FilterPlugin[];
  readonly localScores: readonly WeightedScorePlugin[];
  readonly staticScores: readonly WeightedStaticScore[];
  readonly spread: PodTopologySpread | null;
  readonly affinity: InterPodAffinity | null;
  /** Plugins of Filter that look at other nodes' pods, in the order in which they run. */
  readonly groupFilters: readonly ("spread" | "affinity")[];
  /** 0 where the plugin does not score. */
  readonly spreadWeight: number;
  readonly affinityWeight: number;
}

function isKnown(name: string): boolean {
  return (
    LOCAL_FILTERS.has(name) ||
    VOLUME_PLUGINS.has(name) ||
    CLAIM_PLUGINS.has(name) ||
    LOCAL_SCORES.has(name) ||
    STATIC_SCORES.has(name) ||
    GROUPING.has(name)
  );
}

/** Local filters must come before the others: the first plugin that refuses a node gives the reason. */
function groupFiltersOf(filters: readonly FilterPlugin[]): ("spread" | "affinity")[] | null {
  const order: ("spread" | "affinity")[] = [];
  for (const { name } of filters) {
    if (name === "PodTopologySpread") order.push("spread");
    else if (name === "InterPodAffinity") order.push("affinity");
    else if (order.length > 0 && !VOLUME_PLUGINS.has(name) && !CLAIM_PLUGINS.has(name)) {
      return null;
    }
  }
  return order;
}

/** True if the plugins between pods, which rest on what they counted before, do count in this profile. */
function areCounting(framework: Framework): boolean {
  const { preFilterPlugins, filterPlugins, preScorePlugins, scorePlugins } = framework;
  const counts = (before: readonly Plugin[], { name }: Plugin): boolean =>
    !GROUPING.has(name) || before.some((plugin) => plugin.name === name);
  return (
    filterPlugins.every((plugin) => counts(preFilterPlugins, plugin)) &&
    scorePlugins.every(({ plugin }) => counts(preScorePlugins, plugin))
  );
}

/**
 * The profile as the fast form reads it, or null where it holds a plugin that is not recognised, or one
 * between pods that does not count them first.
 */
export function fastProfileOf(framework: Framework): FastProfile | null {
  const { preFilterPlugins, filterPlugins, preScorePlugins, scorePlugins } = framework;
  const all = [
    ...preFilterPlugins,
    ...filterPlugins,
    ...preScorePlugins,
    ...scorePlugins.map(({ plugin }) => plugin),
  ];
  if (!all.every(({ name }) => isKnown(name)) || filterPlugins.length === 0) return null;
  if (!areCounting(framework)) return null;
  const groupFilters = groupFiltersOf(filterPlugins);
  if (groupFilters === null) return null;
  const localScores = scorePlugins.filter(({ plugin }) => LOCAL_SCORES.has(plugin.name));
  const most = localScores.reduce((sum, { weight }) => sum + weight * MAX_SCORE, 1);
  if (most > MAX_ROW_VALUE) return null;
  const staticScores: WeightedStaticScore[] = [];
  for (const { plugin, weight } of scorePlugins) {
    if (STATIC_SCORES.has(plugin.name) && normalizes(plugin)) staticScores.push({ plugin, weight });
  }
  const weightOf = (name: string): number =>
    scorePlugins.find(({ plugin }) => plugin.name === name)?.weight ?? 0;
  const everyPlugin: readonly unknown[] = all;
  return {
    framework,
    localFilters: filterPlugins.filter(({ name }) => LOCAL_FILTERS.has(name)),
    localScores,
    staticScores,
    spread: everyPlugin.find((plugin) => plugin instanceof PodTopologySpread) ?? null,
    affinity: everyPlugin.find((plugin) => plugin instanceof InterPodAffinity) ?? null,
    groupFilters,
    spreadWeight: weightOf("PodTopologySpread"),
    affinityWeight: weightOf("InterPodAffinity"),
  };
}
