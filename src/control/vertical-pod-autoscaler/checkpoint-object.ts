import type {
  VerticalPodAutoscalerCheckpointStatus,
  VerticalPodAutoscalerCheckpointStatusCpuHistogram,
} from "../../api/schemas/types.js";
import { formatTimestamp, parseTimestamp } from "../../api/timestamp.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { AggregationCheckpoint } from "./aggregation.js";
import { type HistogramCheckpoint, NO_TIME } from "./decaying-histogram.js";

type HistogramStatus = VerticalPodAutoscalerCheckpointStatusCpuHistogram;

/** The form of checkpoints that is read. */
const VERSION = "v3";

/** The status of a VerticalPodAutoscalerCheckpoint. */
export function checkpointStatus(
  state: AggregationCheckpoint,
  nowMicros: number,
): VerticalPodAutoscalerCheckpointStatus {
  const first = textOf(state.firstSampleMicros);
  const last = textOf(state.lastSampleMicros);
  return {
    version: VERSION,
    ...(first !== undefined && { firstSampleStart: first }),
    ...(last !== undefined && { lastSampleStart: last }),
    lastUpdateTime: textOf(nowMicros)!,
    totalSamplesCount: state.sampleCount,
    cpuHistogram: histogramStatus(state.cpu),
    memoryHistogram: histogramStatus(state.memory),
  };
}

/** What such a status says; null: it is of another version. */
export function readCheckpoint(
  status: VerticalPodAutoscalerCheckpointStatus | undefined,
): AggregationCheckpoint | null {
  if (status?.version !== VERSION) return null;
  return {
    cpu: readHistogram(status.cpuHistogram),
    memory: readHistogram(status.memoryHistogram),
    firstSampleMicros: microsOf(status.firstSampleStart),
    lastSampleMicros: microsOf(status.lastSampleStart),
    sampleCount: status.totalSamplesCount ?? 0,
  };
}

export function histogramStatus(checkpoint: HistogramCheckpoint): HistogramStatus {
  const reference = textOf(checkpoint.referenceMicros);
  return {
    ...(reference !== undefined && { referenceTimestamp: reference }),
    bucketWeights: Object.fromEntries(checkpoint.bucketWeights),
    totalWeight: checkpoint.totalWeight,
  };
}

export function readHistogram(status: HistogramStatus | undefined): HistogramCheckpoint {
  const { bucketWeights = {}, referenceTimestamp, totalWeight = 0 } = status ?? {};
  const weights = Object.entries(bucketWeights as Readonly<Record<string, number>>);
  return {
    referenceMicros: microsOf(referenceTimestamp),
    bucketWeights: new Map(weights.map(([bucket, weight]) => [Number(bucket), weight])),
    totalWeight,
  };
}

/** Of whole seconds, as the API has them. */
function textOf(timeMicros: number): string | undefined {
  if (timeMicros === NO_TIME) return undefined;
  return formatTimestamp(Math.floor(timeMicros / MICROS_PER_SECOND) * MICROS_PER_SECOND, 0);
}

function microsOf(text: string | undefined): number {
  return parseTimestamp(text, 0) ?? NO_TIME;
}
