import type { Features } from "../../../api/features.js";
import { type ExtensionPoint, EXTENSION_POINTS } from "../extension-point.js";

/** A plugin as a plugin set names it. Weight 0: none was given. */
export interface PluginRef {
  readonly name: string;
  readonly weight: number;
  /** Where the configuration names it; empty for a default. */
  readonly path: string;
}

export interface PluginSet {
  readonly enabled: readonly PluginRef[];
  readonly disabled: readonly PluginRef[];
}

export type PluginPoint = ExtensionPoint | "multiPoint";
export type PluginSets = Readonly<Record<PluginPoint, PluginSet>>;

export const PLUGIN_POINTS: readonly PluginPoint[] = [...EXTENSION_POINTS, "multiPoint"];
export const EMPTY_SET: PluginSet = { enabled: [], disabled: [] };

const ref = (name: string, weight = 0): PluginRef => ({ name, weight, path: "" });

/**
 * The plugins of the default profile from v1beta3 on, all through multiPoint. Source:
 * kube-scheduler, `default_plugins.go` of each version.
 */
export function defaultPlugins(features: Features): PluginSets {
  const inTree = features.InTreeVolumeLimitsByDefault;
  const dynamicResources = ref("DynamicResources", features.DynamicResourcesScore ? 2 : 0);
  const enabled = [
    ...(features.PodSchedulingReadiness ? [ref("SchedulingGates")] : []),
    ref("PrioritySort"),
    ...(features.NodeNameFirst
      ? [ref("NodeName"), ref("NodeUnschedulable")]
      : [ref("NodeUnschedulable"), ref("NodeName")]),
    ref("TaintToleration", 3),
    ref("NodeAffinity", 2),
    ref("NodePorts"),
    ref("NodeResourcesFit", 1),
    ref("VolumeRestrictions"),
    ...(inTree ? [ref("EBSLimits"), ref("GCEPDLimits")] : []),
    ref("NodeVolumeLimits"),
    ...(inTree ? [ref("AzureDiskLimits")] : []),
    ref("VolumeBinding"),
    ref("VolumeZone"),
    ref("PodTopologySpread", 2),
    ref("InterPodAffinity", 2),
    ...(features.DynamicResourceAllocation ? [dynamicResources] : []),
    ref("DefaultPreemption"),
    ref("NodeResourcesBalancedAllocation", 1),
    ref("ImageLocality", 1),
    ref("DefaultBinder"),
    ...(features.NodeDeclaredFeatures ? [ref("NodeDeclaredFeatures")] : []),
  ];
  const sets = Object.fromEntries(PLUGIN_POINTS.map((point) => [point, EMPTY_SET]));
  return { ...(sets as Record<PluginPoint, PluginSet>), multiPoint: { enabled, disabled: [] } };
}

/**
 * A profile's plugin set laid over the default one: defaults that are named again keep their place,
 * what is new follows. Source: kube-scheduler, `mergePluginSet`.
 */
export function mergePluginSet(defaults: PluginSet, custom: PluginSet): PluginSet {
  const disabled = new Set(custom.disabled.map(({ name }) => name));
  const customByName = new Map(custom.enabled.map((plugin, index) => [plugin.name, index]));
  const replacing = new Set<number>();
  const enabled: PluginRef[] = [];
  if (!disabled.has("*")) {
    for (const plugin of defaults.enabled) {
      if (disabled.has(plugin.name)) continue;
      const index = customByName.get(plugin.name);
      if (index === undefined) {
        enabled.push(plugin);
      } else {
        enabled.push(custom.enabled[index]!);
        replacing.add(index);
      }
    }
  }
  custom.enabled.forEach((plugin, index) => {
    if (!replacing.has(index)) enabled.push(plugin);
  });
  return { enabled, disabled: [...custom.disabled, ...defaults.disabled] };
}
