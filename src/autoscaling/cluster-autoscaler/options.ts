import type { TimeMicros } from "../../base/time.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { ExpanderName } from "./scale-up/expanders.js";

/** What may differ between node groups. Times in microseconds, use as a share of what is allocatable. */
export interface NodeGroupOptions {
  readonly scaleDownUtilizationThreshold: number;
  readonly scaleDownGpuUtilizationThreshold: number;
  readonly scaleDownUnneededMicros: TimeMicros;
  readonly scaleDownUnreadyMicros: TimeMicros;
  readonly maxNodeProvisionMicros: TimeMicros;
  readonly maxNodeStartupMicros: TimeMicros;
  readonly ignoreDaemonSetsUtilization: boolean;
  /** The group is either empty or full. */
  readonly zeroOrMaxNodeScaling: boolean;
}

/** Source: cluster-autoscaler 1.36, its flags' defaults. */
export const NODE_GROUP_DEFAULTS: NodeGroupOptions = {
  scaleDownUtilizationThreshold: 0.5,
  scaleDownGpuUtilizationThreshold: 0.5,
  scaleDownUnneededMicros: 600 * MICROS_PER_SECOND,
  scaleDownUnreadyMicros: 1200 * MICROS_PER_SECOND,
  maxNodeProvisionMicros: 900 * MICROS_PER_SECOND,
  maxNodeStartupMicros: 900 * MICROS_PER_SECOND,
  ignoreDaemonSetsUtilization: false,
  zeroOrMaxNodeScaling: false,
};

/** Bounds of a sum over all nodes. */
interface Limits {
  readonly min: number;
  readonly max: number;
}

/** The Cluster Autoscaler's flags. Times in microseconds, memory in bytes. */
export interface AutoscalerOptions {
  /** Names of expanders: each narrows down what the one before left. */
  readonly expanders: readonly ExpanderName[];
  /** 0: no limit. */
  readonly maxNodesTotal: number;
  readonly cores: Limits;
  readonly memoryBytes: Limits;
  readonly balanceSimilarNodeGroups: boolean;
  /** Those alone make groups similar; empty: see `balancingIgnoreLabels`. */
  readonly balancingLabels: readonly string[];
  readonly balancingIgnoreLabels: readonly string[];
  readonly scaleDownEnabled: boolean;
  readonly scaleDownUnreadyEnabled: boolean;
  readonly scaleDownDelayAfterAddMicros: TimeMicros;
  readonly scaleDownDelayAfterDeleteMicros: TimeMicros;
  readonly scaleDownDelayAfterFailureMicros: TimeMicros;
  readonly scaleDownDelayTypeLocal: boolean;
  /** Of a group without a time of its own: how far one scan looks for unneeded nodes. */
  readonly scaleDownUnneededMicros: TimeMicros;
  readonly enforceNodeGroupMinSize: boolean;
  readonly maxScaleDownParallelism: number;
  readonly maxDrainParallelism: number;
  readonly maxNodesPerScaleUp: number;
  readonly skipNodesWithSystemPods: boolean;
  readonly skipNodesWithLocalStorage: boolean;
  readonly skipNodesWithCustomControllerPods: boolean;
  readonly minReplicaCount: number;
  readonly blockingSystemPodTimeoutMicros: TimeMicros;
  readonly ignoreMirrorPodsUtilization: boolean;
  readonly unremovableNodeRecheckMicros: TimeMicros;
  readonly expendablePodsPriorityCutoff: number;
  readonly newPodScaleUpDelayMicros: TimeMicros;
  readonly maxTotalUnreadyPercentage: number;
  readonly okTotalUnreadyCount: number;
  readonly initialNodeGroupBackoffMicros: TimeMicros;
  readonly maxNodeGroupBackoffMicros: TimeMicros;
  readonly nodeGroupBackoffResetMicros: TimeMicros;
  readonly nodeDeleteDelayAfterTaintMicros: TimeMicros;
  readonly maxPodEvictionMicros: TimeMicros;
  readonly forceDaemonSets: boolean;
  /** Keys of taints that go once a node is ready. */
  readonly startupTaints: readonly string[];
  /** Nodes with this label are said to have GPUs, of that resource; null: no such nodes. */
  readonly gpu: { readonly label: string; readonly resource: string } | null;
}

const GIB = 1024 ** 3;

/** Source: cluster-autoscaler 1.36, its flags' defaults. */
export const AUTOSCALER_DEFAULTS: AutoscalerOptions = {
  expanders: ["least-waste"],
  maxNodesTotal: 0,
  cores: { min: 0, max: 320_000 },
  memoryBytes: { min: 0, max: 6_400_000 * GIB },
  balanceSimilarNodeGroups: false,
  balancingLabels: [],
  balancingIgnoreLabels: [],
  scaleDownEnabled: true,
  scaleDownUnreadyEnabled: true,
  scaleDownDelayAfterAddMicros: 600 * MICROS_PER_SECOND,
  scaleDownDelayAfterDeleteMicros: 0,
  scaleDownDelayAfterFailureMicros: 180 * MICROS_PER_SECOND,
  scaleDownDelayTypeLocal: false,
  scaleDownUnneededMicros: NODE_GROUP_DEFAULTS.scaleDownUnneededMicros,
  enforceNodeGroupMinSize: false,
  maxScaleDownParallelism: 10,
  maxDrainParallelism: 1,
  maxNodesPerScaleUp: 1000,
  skipNodesWithSystemPods: true,
  skipNodesWithLocalStorage: true,
  skipNodesWithCustomControllerPods: true,
  minReplicaCount: 0,
  blockingSystemPodTimeoutMicros: 3600 * MICROS_PER_SECOND,
  ignoreMirrorPodsUtilization: false,
  unremovableNodeRecheckMicros: 300 * MICROS_PER_SECOND,
  expendablePodsPriorityCutoff: -10,
  newPodScaleUpDelayMicros: 0,
  maxTotalUnreadyPercentage: 45,
  okTotalUnreadyCount: 3,
  initialNodeGroupBackoffMicros: 300 * MICROS_PER_SECOND,
  maxNodeGroupBackoffMicros: 1800 * MICROS_PER_SECOND,
  nodeGroupBackoffResetMicros: 10_800 * MICROS_PER_SECOND,
  nodeDeleteDelayAfterTaintMicros: 5 * MICROS_PER_SECOND,
  maxPodEvictionMicros: 120 * MICROS_PER_SECOND,
  forceDaemonSets: false,
  startupTaints: [],
  gpu: null,
};
