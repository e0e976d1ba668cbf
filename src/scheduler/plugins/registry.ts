import type {
  PluginCatalogue,
  PluginDescriptor,
} from "../framework/configuration/plugin-catalogue.js";
import type { FactoryOf } from "../framework/profile.js";
import { POLICIES } from "../policies/registry.js";
import { DefaultBinder } from "./default-binder/default-binder.js";
import {
  DefaultPreemption,
  type DefaultPreemptionArgs,
} from "./default-preemption/default-preemption.js";
import { defaultPreemptionArgs } from "./default-preemption/default-preemption-args.js";
import { DynamicResources } from "./dynamic-resources/dynamic-resources.js";
import {
  type DynamicResourcesArgs,
  dynamicResourcesArgs,
} from "./dynamic-resources/dynamic-resources-args.js";
import { ImageLocality } from "./image-locality/image-locality.js";
import type { InterPodAffinityArgs } from "./inter-pod-affinity/affinity-score.js";
import { InterPodAffinity } from "./inter-pod-affinity/inter-pod-affinity.js";
import { interPodAffinityArgs } from "./inter-pod-affinity/inter-pod-affinity-args.js";
import { NodeAffinity, type NodeAffinityArgs } from "./node-affinity/node-affinity.js";
import { nodeAffinityArgs } from "./node-affinity/node-affinity-args.js";
import { NodeDeclaredFeatures } from "./node-declared-features/node-declared-features.js";
import { NodeName } from "./node-name/node-name.js";
import { NodePorts } from "./node-ports/node-ports.js";
import { balancedAllocationArgs } from "./node-resources-balanced-allocation/balanced-allocation-args.js";
import {
  NodeResourcesBalancedAllocation,
  type NodeResourcesBalancedAllocationArgs,
} from "./node-resources-balanced-allocation/node-resources-balanced-allocation.js";
import {
  NodeResourcesFit,
  type NodeResourcesFitArgs,
} from "./node-resources-fit/node-resources-fit.js";
import { nodeResourcesFitArgs } from "./node-resources-fit/node-resources-fit-args.js";
import { NodeUnschedulable } from "./node-unschedulable/node-unschedulable.js";
import {
  PodTopologySpread,
  type PodTopologySpreadArgs,
} from "./pod-topology-spread/pod-topology-spread.js";
import { podTopologySpreadArgs } from "./pod-topology-spread/pod-topology-spread-args.js";
import { CsiLimits } from "./node-volume-limits/csi-limits.js";
import { IN_TREE_KINDS, InTreeLimits } from "./node-volume-limits/in-tree-limits.js";
import { PrioritySort } from "./priority-sort/priority-sort.js";
import { SchedulingGates } from "./scheduling-gates/scheduling-gates.js";
import { TaintToleration } from "./taint-toleration/taint-toleration.js";
import { VolumeBinding, type VolumeBindingArgs } from "./volume-binding/volume-binding.js";
import { volumeBindingArgs } from "./volume-binding/volume-binding-args.js";
import { VolumeRestrictions } from "./volume-restrictions/volume-restrictions.js";
import { VolumeZone } from "./volume-zone/volume-zone.js";

const inTreeLimits = (name: keyof typeof IN_TREE_KINDS): PluginDescriptor => ({
  name,
  extensionPoints: { filter: true },
  existsWith: "InTreeVolumeLimitsExist",
  factory: (_, handle) => new InTreeLimits(IN_TREE_KINDS[name], handle),
});

/**
 * Every plugin that kube-scheduler comes with, by name. A name without a factory loads, and is
 * reported with its effect. The arguments that reach a factory are those its reader made.
 */
const PLUGINS: readonly PluginDescriptor[] = [
  {
    name: "SchedulingGates",
    extensionPoints: { preEnqueue: true },
    factory: (_, { features }) => new SchedulingGates(features),
  },
  {
    name: "PrioritySort",
    extensionPoints: { queueSort: true },
    factory: () => new PrioritySort(),
  },
  {
    name: "NodeUnschedulable",
    extensionPoints: { preFilter: "PreFiltersOfDeferredResize", filter: true },
    factory: (_, { features }) => new NodeUnschedulable(features),
  },
  {
    name: "NodeName",
    extensionPoints: { preFilter: "PreFiltersOfDeferredResize", filter: true },
    factory: (_, { features }) => new NodeName(features),
  },
  {
    name: "TaintToleration",
    extensionPoints: {
      preFilter: "PreFiltersOfDeferredResize",
      filter: true,
      preScore: true,
      score: true,
    },
    factory: (_, { features }) => new TaintToleration(features),
  },
  {
    name: "NodeAffinity",
    extensionPoints: { preFilter: true, filter: true, preScore: true, score: true },
    args: nodeAffinityArgs,
    factory: (args, { features }) =>
      new NodeAffinity(args as NodeAffinityArgs, {
        preScoreSkip: features.PreScoreSkip,
        conflictOfOneTerm: features.NodeAffinityConflictOfOneTerm,
        queueingHints: features.SchedulerQueueingHints,
      }),
  },
  {
    name: "NodePorts",
    extensionPoints: { preFilter: true, filter: true },
    factory: (_, { features }) => new NodePorts(features),
  },
  {
    name: "NodeResourcesFit",
    extensionPoints: { preFilter: true, filter: true, score: true },
    args: nodeResourcesFitArgs,
    factory: (args, { scalars, features, listers }) =>
      new NodeResourcesFit(args as NodeResourcesFitArgs, scalars, features, listers),
  },
  {
    name: "NodeResourcesBalancedAllocation",
    extensionPoints: { preScore: "PreScoreSkip", score: true },
    args: balancedAllocationArgs,
    factory: (args, { scalars, features }) =>
      new NodeResourcesBalancedAllocation(
        args as NodeResourcesBalancedAllocationArgs,
        scalars,
        features,
      ),
  },
  {
    name: "ImageLocality",
    extensionPoints: { score: true },
    factory: (_, { snapshot, features }) =>
      new ImageLocality(snapshot, {
        initContainers: features.ImageLocalityOfInitContainers,
        imageVolumes: features.ImageLocalityOfImageVolumes,
      }),
  },
  {
    name: "PodTopologySpread",
    extensionPoints: { preFilter: true, filter: true, preScore: true, score: true },
    args: podTopologySpreadArgs,
    factory: (args, handle) => new PodTopologySpread(args as PodTopologySpreadArgs, handle),
  },
  {
    name: "InterPodAffinity",
    extensionPoints: { preFilter: true, filter: true, preScore: true, score: true },
    args: interPodAffinityArgs,
    factory: (args, handle) => new InterPodAffinity(args as InterPodAffinityArgs, handle),
  },
  {
    name: "DefaultPreemption",
    extensionPoints: { preEnqueue: "SchedulerAsyncPreemption", postFilter: true },
    args: defaultPreemptionArgs,
    factory: (args, handle) => new DefaultPreemption(args as DefaultPreemptionArgs, handle),
  },
  {
    name: "VolumeRestrictions",
    extensionPoints: { preFilter: true, filter: true },
    factory: (_, handle) => new VolumeRestrictions(handle),
  },
  inTreeLimits("EBSLimits"),
  inTreeLimits("GCEPDLimits"),
  inTreeLimits("AzureDiskLimits"),
  inTreeLimits("CinderLimits"),
  {
    name: "NodeVolumeLimits",
    extensionPoints: { preFilter: "NodeVolumeLimitsPreFilter", filter: true },
    factory: (_, handle) => new CsiLimits(handle),
  },
  {
    name: "VolumeBinding",
    extensionPoints: {
      preFilter: true,
      filter: true,
      preScore: "VolumeBindingPreScore",
      reserve: true,
      preBind: true,
      score: true,
    },
    args: volumeBindingArgs,
    factory: (args, handle) => new VolumeBinding(args as VolumeBindingArgs, handle),
  },
  {
    name: "VolumeZone",
    extensionPoints: { preFilter: "VolumeZonePreFilter", filter: true },
    factory: (_, handle) => new VolumeZone(handle),
  },
  {
    name: "DynamicResources",
    extensionPoints: {
      preEnqueue: true,
      preFilter: true,
      filter: true,
      postFilter: true,
      score: "DynamicResourcesScore",
      reserve: true,
      preBind: true,
    },
    args: dynamicResourcesArgs,
    factory: (args, handle) => new DynamicResources(args as DynamicResourcesArgs, handle),
  },
  {
    name: "NodeDeclaredFeatures",
    extensionPoints: { preFilter: true, filter: true },
    existsWith: "NodeDeclaredFeaturesExists",
    factory: () => new NodeDeclaredFeatures(),
  },
  {
    name: "GangScheduling",
    extensionPoints: { preEnqueue: true, permit: true },
    existsWith: "GangSchedulingExists",
    factory: null,
    effect: "groups of pods are not looked at: each pod is placed alone",
  },
  {
    name: "TopologyPlacementGenerator",
    extensionPoints: {},
    existsWith: "PodGroupPlacementExists",
    factory: null,
    effect: "groups of pods are not looked at: each pod is placed alone",
  },
  {
    name: "PodGroupPodsCount",
    extensionPoints: {},
    existsWith: "PodGroupPlacementExists",
    factory: null,
    effect: "groups of pods are not looked at: each pod is placed alone",
  },
  {
    name: "DeferredPodScheduling",
    extensionPoints: { preFilter: true, filter: true, permit: true },
    existsWith: "DeferredPodSchedulingExists",
    factory: null,
    effect: "no pod is preempted for the sake of one that waits for a resize in place",
  },
  { name: "DefaultBinder", extensionPoints: { bind: true }, factory: () => new DefaultBinder() },
];

export const PLUGIN_CATALOGUE: PluginCatalogue = new Map(
  [...PLUGINS, ...POLICIES].map((descriptor) => [descriptor.name, descriptor]),
);

/** Factories of a catalogue, for a framework. */
export function factoriesOf(catalogue: PluginCatalogue): FactoryOf {
  return (name) => catalogue.get(name)?.factory ?? undefined;
}
