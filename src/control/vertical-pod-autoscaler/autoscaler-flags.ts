import { MICROS_PER_MINUTE, type TimeMicros } from "../../base/time.js";
import { type ControllerFlag, type FlagValues, flagValue } from "../controller.js";
import { DEFAULT_RECOMMENDER, type RecommenderSettings } from "./recommender-settings.js";
import { DEFAULT_UPDATER, type UpdaterSettings } from "./updater-settings.js";

type Form = NonNullable<ControllerFlag["form"]>;

const flag = (
  name: string,
  form: Form,
  byDefault: number,
  meaning: string,
  least: 0 | 1 = 0,
): ControllerFlag => ({
  name: `verticalPodAutoscaler${name}`,
  form,
  least,
  byDefault,
  meaning,
});
const duration = (name: string, byDefault: TimeMicros, meaning: string) =>
  flag(name, "duration", byDefault, meaning, 1);

const R = DEFAULT_RECOMMENDER;
const U = DEFAULT_UPDATER;

const RECOMMENDER_INTERVAL = duration(
  "RecommenderInterval",
  MICROS_PER_MINUTE,
  "How often the recommender of VerticalPodAutoscalers looks at the use of containers.",
);
const UPDATER_INTERVAL = duration(
  "UpdaterInterval",
  MICROS_PER_MINUTE,
  "How often the updater of VerticalPodAutoscalers looks at pods.",
);
const MARGIN = flag(
  "RecommendationMarginFraction",
  "number",
  R.marginFraction,
  "What is added to a container's use, as a fraction of it.",
);
const POD_MIN_CPU = flag(
  "PodRecommendationMinCPUMillicores",
  "number",
  R.podMinCpuMillis,
  "The least CPU that is recommended for a pod.",
);
const POD_MIN_MEMORY = flag(
  "PodRecommendationMinMemoryMb",
  "number",
  R.podMinMemoryMib,
  "The least memory that is recommended for a pod, in MiB.",
);
const MEMORY_INTERVAL = duration(
  "MemoryAggregationInterval",
  R.memoryAggregationIntervalMicros,
  "Of a container's memory, the peak of each such interval counts.",
);
const CPU_HALF_LIFE = duration(
  "CPUHistogramDecayHalfLife",
  R.cpuHalfLifeMicros,
  "After so long, a CPU sample weighs half.",
);
const MEMORY_HALF_LIFE = duration(
  "MemoryHistogramDecayHalfLife",
  R.memoryHalfLifeMicros,
  "After so long, a memory peak weighs half.",
);
const OOM_RATIO = flag(
  "OOMBumpUpRatio",
  "number",
  R.oomBumpUpRatio,
  "A container that was killed for want of memory counts as having used that many times its request.",
);
const OOM_BYTES = flag(
  "OOMMinBumpUpBytes",
  "number",
  R.oomMinBumpUpBytes,
  "At least so much more than its request.",
);
const MIN_REPLICAS = flag(
  "MinReplicas",
  "count",
  U.minReplicas,
  "Pods of a controller that has fewer are not updated.",
);
const TOLERANCE = flag(
  "EvictionTolerance",
  "number",
  U.evictionToleranceFraction,
  "The fraction of a controller's pods that may be away for updates.",
);
const THRESHOLD = flag(
  "PodUpdateThreshold",
  "number",
  U.updateThreshold,
  "The least relative difference to the recommendation for which a pod within its bounds is updated.",
);
const LIFETIME = flag(
  "InRecommendationBoundsEvictionLifetimeThreshold",
  "duration",
  U.podLifetimeMicros,
  "A pod within its bounds is not updated for so long after its start.",
);
const AFTER_OOM = flag(
  "EvictAfterOOMThreshold",
  "duration",
  U.evictAfterOomMicros,
  "A container that is killed for want of memory within that time of its start is updated at once.",
);
const SKIP_BUDGET = flag(
  "InPlaceSkipDisruptionBudget",
  "count",
  0,
  "1: resizes in place that restart no container need no budget.",
);
const IN_PLACE_GATE = flag(
  "InPlaceGate",
  "count",
  0,
  "1: the autoscaler's feature gate InPlace is on, and with it the update mode InPlace.",
);
const OWN_CONFIG_GATE = flag(
  "PerVPAConfigGate",
  "count",
  0,
  "1: the autoscaler's feature gate PerVPAConfig is on: autoscalers may have parameters of their own.",
);

export const RECOMMENDER_FLAGS: readonly ControllerFlag[] = [
  ...[RECOMMENDER_INTERVAL, MARGIN, POD_MIN_CPU, POD_MIN_MEMORY, MEMORY_INTERVAL],
  ...[CPU_HALF_LIFE, MEMORY_HALF_LIFE, OOM_RATIO, OOM_BYTES, OWN_CONFIG_GATE],
];

export const UPDATER_FLAGS: readonly ControllerFlag[] = [
  ...[UPDATER_INTERVAL, MIN_REPLICAS, TOLERANCE, THRESHOLD, LIFETIME, AFTER_OOM],
  ...[SKIP_BUDGET, IN_PLACE_GATE],
];

/** What the recommender's flags come to. */
export function recommenderSettings(values: FlagValues | undefined): RecommenderSettings & {
  readonly intervalMicros: TimeMicros;
} {
  return {
    ...DEFAULT_RECOMMENDER,
    intervalMicros: flagValue(RECOMMENDER_INTERVAL, values),
    marginFraction: flagValue(MARGIN, values),
    podMinCpuMillis: flagValue(POD_MIN_CPU, values),
    podMinMemoryMib: flagValue(POD_MIN_MEMORY, values),
    memoryAggregationIntervalMicros: flagValue(MEMORY_INTERVAL, values),
    cpuHalfLifeMicros: flagValue(CPU_HALF_LIFE, values),
    memoryHalfLifeMicros: flagValue(MEMORY_HALF_LIFE, values),
    oomBumpUpRatio: flagValue(OOM_RATIO, values),
    oomMinBumpUpBytes: flagValue(OOM_BYTES, values),
    perVpaConfig: flagValue(OWN_CONFIG_GATE, values) > 0,
  };
}

/** What the updater's flags come to. */
export function updaterSettings(values: FlagValues | undefined): UpdaterSettings & {
  readonly intervalMicros: TimeMicros;
} {
  return {
    ...DEFAULT_UPDATER,
    intervalMicros: flagValue(UPDATER_INTERVAL, values),
    minReplicas: flagValue(MIN_REPLICAS, values),
    evictionToleranceFraction: flagValue(TOLERANCE, values),
    updateThreshold: flagValue(THRESHOLD, values),
    podLifetimeMicros: flagValue(LIFETIME, values),
    evictAfterOomMicros: flagValue(AFTER_OOM, values),
    inPlaceSkipDisruptionBudget: flagValue(SKIP_BUDGET, values) > 0,
    perVpaConfig: flagValue(OWN_CONFIG_GATE, values) > 0,
    inPlace: flagValue(IN_PLACE_GATE, values) > 0,
  };
}

/** The gates as the API server's validation needs them. */
export function autoscalerGates(values: FlagValues | undefined): {
  readonly inPlace: boolean;
  readonly perVpaConfig: boolean;
} {
  const { inPlace, perVpaConfig } = updaterSettings(values);
  return { inPlace, perVpaConfig };
}
