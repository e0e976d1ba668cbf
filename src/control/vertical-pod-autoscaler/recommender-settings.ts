import { MICROS_PER_DAY } from "../../base/time.js";
import { BucketScheme } from "./bucket-scheme.js";

/** What a percentile of each resource is read for. */
interface Percentiles {
  readonly target: number;
  readonly lower: number;
  readonly upper: number;
}

/** The recommender's flags; durations in microseconds. Source: VPA, recommender flags (1.8). */
export interface RecommenderSettings {
  readonly recommenderName: string;
  /** Only pods that some autoscaler matches are kept. */
  readonly memorySaver: boolean;
  readonly marginFraction: number;
  /** The least that is recommended for a pod, shared by its containers. */
  readonly podMinCpuMillis: number;
  readonly podMinMemoryMib: number;
  readonly cpuPercentiles: Percentiles;
  readonly memoryPercentiles: Percentiles;
  readonly cpuConfidenceIntervalMicros: number;
  readonly memoryConfidenceIntervalMicros: number;
  readonly humanizeMemory: boolean;
  readonly roundCpuMillis: number;
  readonly roundMemoryBytes: number;
  readonly memoryAggregationIntervalMicros: number;
  readonly memoryAggregationIntervalCount: number;
  readonly cpuHalfLifeMicros: number;
  readonly memoryHalfLifeMicros: number;
  readonly oomBumpUpRatio: number;
  readonly oomMinBumpUpBytes: number;
  readonly cpuIntegerPostProcessor: boolean;
  /** Quantities; a resource that is absent has no maximum. */
  readonly containerMaxAllowed: Readonly<Record<string, string | number>>;
  /** Upstream's gate PerVPAConfig: an autoscaler may have its own parameters. */
  readonly perVpaConfig: boolean;
}

const PERCENTILES: Percentiles = { target: 0.9, lower: 0.5, upper: 0.95 };

export const DEFAULT_RECOMMENDER: RecommenderSettings = {
  recommenderName: "default",
  memorySaver: false,
  marginFraction: 0.15,
  podMinCpuMillis: 25,
  podMinMemoryMib: 250,
  cpuPercentiles: PERCENTILES,
  memoryPercentiles: PERCENTILES,
  cpuConfidenceIntervalMicros: MICROS_PER_DAY,
  memoryConfidenceIntervalMicros: MICROS_PER_DAY,
  humanizeMemory: false,
  roundCpuMillis: 1,
  roundMemoryBytes: 1,
  memoryAggregationIntervalMicros: MICROS_PER_DAY,
  memoryAggregationIntervalCount: 8,
  cpuHalfLifeMicros: MICROS_PER_DAY,
  memoryHalfLifeMicros: MICROS_PER_DAY,
  oomBumpUpRatio: 1.2,
  oomMinBumpUpBytes: 100 * 1024 * 1024,
  cpuIntegerPostProcessor: false,
  containerMaxAllowed: {},
  perVpaConfig: false,
};

/** A CPU sample weighs that, whatever the container asks for. */
export const CPU_SAMPLE_WEIGHT = 0.1;
const EPSILON = 0.001 * CPU_SAMPLE_WEIGHT;
const RATIO = 1.05;

/** Of CPU in cores. */
export const CPU_BUCKETS = new BucketScheme({
  maxValue: 1000,
  firstBucketSize: 0.01,
  ratio: RATIO,
  epsilon: EPSILON,
});
/** Of memory in bytes. */
export const MEMORY_BUCKETS = new BucketScheme({
  maxValue: 1e12,
  firstBucketSize: 1e7,
  ratio: RATIO,
  epsilon: EPSILON,
});
