import {
  AUTOSCALER_DEFAULTS,
  type AutoscalerOptions,
  NODE_GROUP_DEFAULTS,
  type NodeGroupOptions,
} from "../../../src/autoscaling/cluster-autoscaler/options.js";
import type { ExpanderName } from "../../../src/autoscaling/cluster-autoscaler/scale-up/expanders.js";
import { secondsToMicros } from "../../../src/base/time.js";

/** Options of a case, as its FORMAT calls them: times in seconds. */
export type GivenOptions = Readonly<Record<string, unknown>>;

const GIB = 1024 ** 3;

/** Keys of cases that are named otherwise here, because they are times. */
const OF_GROUPS = {
  scaleDownUnneededTime: "scaleDownUnneededMicros",
  scaleDownUnreadyTime: "scaleDownUnreadyMicros",
  maxNodeProvisionTime: "maxNodeProvisionMicros",
  maxNodeStartupTime: "maxNodeStartupMicros",
} as const;
const OF_ALL = {
  scaleDownUnneededTime: "scaleDownUnneededMicros",
  scaleDownDelayAfterAdd: "scaleDownDelayAfterAddMicros",
  scaleDownDelayAfterDelete: "scaleDownDelayAfterDeleteMicros",
  scaleDownDelayAfterFailure: "scaleDownDelayAfterFailureMicros",
  blockingSystemPodTimeout: "blockingSystemPodTimeoutMicros",
  unremovableNodeRecheckTimeout: "unremovableNodeRecheckMicros",
  newPodScaleUpDelay: "newPodScaleUpDelayMicros",
  initialNodeGroupBackoff: "initialNodeGroupBackoffMicros",
  maxNodeGroupBackoff: "maxNodeGroupBackoffMicros",
  nodeGroupBackoffResetTimeout: "nodeGroupBackoffResetMicros",
  nodeDeleteDelayAfterTaint: "nodeDeleteDelayAfterTaintMicros",
  maxPodEvictionTime: "maxPodEvictionMicros",
} as const;

/** The defaults with what the case sets of them laid over. */
function over<Options extends object>(
  defaults: Options,
  given: GivenOptions,
  times: Readonly<Record<string, string>>,
): Options {
  const options = { ...defaults } as Record<string, unknown>;
  for (const [key, value] of Object.entries(given)) {
    const time = times[key];
    if (time !== undefined) options[time] = secondsToMicros(value as number);
    else if (Object.hasOwn(defaults, key)) options[key] = value;
  }
  return options as Options;
}

export function nodeGroupOptions(all: GivenOptions, own: GivenOptions = {}): NodeGroupOptions {
  return over(over(NODE_GROUP_DEFAULTS, all, OF_GROUPS), own, OF_GROUPS);
}

export function autoscalerOptions(given: GivenOptions): AutoscalerOptions {
  const { expander, coresTotal, memoryTotalGi } = given as {
    readonly expander?: string;
    readonly coresTotal?: AutoscalerOptions["cores"];
    readonly memoryTotalGi?: AutoscalerOptions["memoryBytes"];
  };
  const options = over(AUTOSCALER_DEFAULTS, given, OF_ALL);
  return {
    ...options,
    ...(expander === undefined ? {} : { expanders: expander.split(",") as ExpanderName[] }),
    ...(coresTotal === undefined ? {} : { cores: coresTotal }),
    ...(memoryTotalGi === undefined
      ? {}
      : { memoryBytes: { min: memoryTotalGi.min * GIB, max: memoryTotalGi.max * GIB } }),
    gpu: { label: "lab/gpu", resource: "nvidia.com/gpu" },
  };
}
