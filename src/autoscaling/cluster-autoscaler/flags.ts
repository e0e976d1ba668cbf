import type { AutoscalerOptions, NodeGroupOptions } from "./options.js";

type Form =
  | "duration"
  | "positiveDuration"
  | "count"
  | "positiveCount"
  | "integer"
  | "share"
  | "percent"
  | "flag"
  | "keys";

/** A flag of the Cluster Autoscaler that sets one of its options, under upstream's name. */
export interface AutoscalerFlag<Option extends string = string> {
  readonly name: string;
  readonly form: Form;
  readonly option: Option;
  readonly meaning: string;
}

type Row<Option> = readonly [name: string, form: Form, option: Option, meaning: string];

function flagsOf<Option extends string>(
  rows: readonly Row<Option>[],
): readonly AutoscalerFlag<Option>[] {
  return rows.map(([name, form, option, meaning]) => ({ name, form, option, meaning }));
}

/** Those that a pool may set otherwise. Source: cluster-autoscaler, FAQ, "What are the parameters to CA?". */
export const NODE_GROUP_FLAGS = flagsOf<keyof NodeGroupOptions>([
  [
    "scaleDownUtilizationThreshold",
    "share",
    "scaleDownUtilizationThreshold",
    "A node whose pods request a larger share of its CPU or memory is needed.",
  ],
  [
    "scaleDownGpuUtilizationThreshold",
    "share",
    "scaleDownGpuUtilizationThreshold",
    "The same for nodes with GPUs, of their GPUs.",
  ],
  [
    "scaleDownUnneededTime",
    "duration",
    "scaleDownUnneededMicros",
    "How long a node must not have been needed before it goes.",
  ],
  [
    "scaleDownUnreadyTime",
    "duration",
    "scaleDownUnreadyMicros",
    "The same for a node that is not ready.",
  ],
  [
    "maxNodeProvisionTime",
    "positiveDuration",
    "maxNodeProvisionMicros",
    "A node that was asked for and has not registered by then is given up.",
  ],
  [
    "maxNodeStartupTime",
    "positiveDuration",
    "maxNodeStartupMicros",
    "A node that is not ready counts as one that still starts for so long after it has registered.",
  ],
  [
    "ignoreDaemonSetsUtilization",
    "flag",
    "ignoreDaemonSetsUtilization",
    "Whether pods of DaemonSets do not count as use.",
  ],
  [
    "zeroOrMaxNodeScaling",
    "flag",
    "zeroOrMaxNodeScaling",
    "Whether the pool has either no node or as many as it may have.",
  ],
]);

/** Those of the autoscaler as a whole, but for the few whose values have a shape of their own. */
export const AUTOSCALER_FLAGS = flagsOf<keyof AutoscalerOptions>([
  [
    "maxNodesTotal",
    "count",
    "maxNodesTotal",
    "No node is added when the cluster has so many; 0: no limit.",
  ],
  [
    "balanceSimilarNodeGroups",
    "flag",
    "balanceSimilarNodeGroups",
    "Whether new nodes are shared among pools of like nodes, the smallest first.",
  ],
  [
    "balancingLabels",
    "keys",
    "balancingLabels",
    "Pools whose nodes have the same values of these labels are alike, whatever else they have.",
  ],
  [
    "balancingIgnoreLabels",
    "keys",
    "balancingIgnoreLabels",
    "Labels that like pools may differ in, beside those of host, zone and region.",
  ],
  ["scaleDownEnabled", "flag", "scaleDownEnabled", "Whether nodes are ever removed."],
  [
    "scaleDownUnreadyEnabled",
    "flag",
    "scaleDownUnreadyEnabled",
    "Whether nodes that are not ready are removed.",
  ],
  [
    "scaleDownDelayAfterAdd",
    "duration",
    "scaleDownDelayAfterAddMicros",
    "No node is removed for so long after nodes were asked for.",
  ],
  [
    "scaleDownDelayAfterDelete",
    "duration",
    "scaleDownDelayAfterDeleteMicros",
    "Nor after one was removed.",
  ],
  [
    "scaleDownDelayAfterFailure",
    "duration",
    "scaleDownDelayAfterFailureMicros",
    "Nor, with `scaleDownDelayTypeLocal`, after a removal failed.",
  ],
  [
    "scaleDownDelayTypeLocal",
    "flag",
    "scaleDownDelayTypeLocal",
    "Whether such a delay holds for the pool alone.",
  ],
  [
    "enforceNodeGroupMinSize",
    "flag",
    "enforceNodeGroupMinSize",
    "Whether a pool below its `min` is raised to it.",
  ],
  [
    "maxScaleDownParallelism",
    "positiveCount",
    "maxScaleDownParallelism",
    "Nodes that are removed at once.",
  ],
  [
    "maxDrainParallelism",
    "positiveCount",
    "maxDrainParallelism",
    "Those of them whose pods have to move.",
  ],
  ["maxNodesPerScaleup", "positiveCount", "maxNodesPerScaleUp", "Nodes that one step adds."],
  [
    "skipNodesWithSystemPods",
    "flag",
    "skipNodesWithSystemPods",
    "Whether a node stays because of a pod of kube-system that no budget covers.",
  ],
  [
    "skipNodesWithLocalStorage",
    "flag",
    "skipNodesWithLocalStorage",
    "Whether a node stays because of a pod with a volume on the node.",
  ],
  [
    "skipNodesWithCustomControllerPods",
    "flag",
    "skipNodesWithCustomControllerPods",
    "Whether a node stays because of a pod whose controller is unknown.",
  ],
  [
    "minReplicaCount",
    "count",
    "minReplicaCount",
    "A node stays because of a pod whose ReplicaSet has fewer replicas.",
  ],
  [
    "blockingSystemPodTimeout",
    "duration",
    "blockingSystemPodTimeoutMicros",
    "A pod of kube-system that is older does not hold its node.",
  ],
  [
    "ignoreMirrorPodsUtilization",
    "flag",
    "ignoreMirrorPodsUtilization",
    "Whether pods that a kubelet runs by itself do not count as use.",
  ],
  [
    "unremovableNodeRecheckTimeout",
    "duration",
    "unremovableNodeRecheckMicros",
    "A node that could not be removed is not looked at for so long.",
  ],
  [
    "expendablePodsPriorityCutoff",
    "integer",
    "expendablePodsPriorityCutoff",
    "Pods of lower priority get no nodes, and hold none.",
  ],
  [
    "newPodScaleUpDelay",
    "duration",
    "newPodScaleUpDelayMicros",
    "A pod that is younger gets no nodes yet.",
  ],
  [
    "maxTotalUnreadyPercentage",
    "percent",
    "maxTotalUnreadyPercentage",
    "Nothing is done while more of the nodes than that are not ready.",
  ],
  [
    "okTotalUnreadyCount",
    "count",
    "okTotalUnreadyCount",
    "Unless no more nodes than these are not ready.",
  ],
  [
    "initialNodeGroupBackoffDuration",
    "positiveDuration",
    "initialNodeGroupBackoffMicros",
    "A pool whose nodes did not come gets none for so long, and twice as long each time after.",
  ],
  [
    "maxNodeGroupBackoffDuration",
    "positiveDuration",
    "maxNodeGroupBackoffMicros",
    "The longest such time.",
  ],
  [
    "nodeGroupBackoffResetTimeout",
    "positiveDuration",
    "nodeGroupBackoffResetMicros",
    "After so long without a failure the first time holds again.",
  ],
  [
    "nodeDeleteDelayAfterTaint",
    "duration",
    "nodeDeleteDelayAfterTaintMicros",
    "From the taint of a node until its pods are evicted.",
  ],
  [
    "maxPodEvictionTime",
    "duration",
    "maxPodEvictionMicros",
    "For so long are evictions tried before the node stays.",
  ],
  [
    "forceDs",
    "flag",
    "forceDaemonSets",
    "Whether a new node is taken to get pods of DaemonSets that the pool's nodes lack.",
  ],
  [
    "startupTaints",
    "keys",
    "startupTaints",
    "Keys of taints that a node loses once it has started.",
  ],
]);
