import type { ScaledJobSpec } from "../../api/schemas/types.js";

const MAX_REPLICAS = 100;

/** The numbers of a ScaledJob that all else works with. */
export interface JobBounds {
  readonly min: number;
  /** Beyond the minimum, where a maximum is given. */
  readonly max: number;
}

/** A minimum above the maximum counts as the maximum; a given maximum has the minimum taken from it. */
export function boundsOf({
  minReplicaCount,
  maxReplicaCount,
}: Pick<ScaledJobSpec, "minReplicaCount" | "maxReplicaCount">): JobBounds {
  const isAbove =
    minReplicaCount !== undefined &&
    maxReplicaCount !== undefined &&
    minReplicaCount > maxReplicaCount;
  if (isAbove) return { min: maxReplicaCount, max: maxReplicaCount };
  const min = minReplicaCount ?? 0;
  return { min, max: maxReplicaCount === undefined ? MAX_REPLICAS : maxReplicaCount - min };
}

/** What a trigger has found. */
export interface ScalerMetrics {
  readonly queueLength: number;
  /** The queue over its target, not above the maximum. */
  readonly maxValue: number;
  readonly isActive: boolean;
}

/** `target`: what one job is to work on; 0: none. */
export function scalerMetrics(
  values: readonly number[],
  target: number,
  isActive: boolean,
  { max }: JobBounds,
): ScalerMetrics {
  let queueLength = 0;
  for (const value of values) queueLength += value;
  const maxValue = target === 0 ? 0 : Math.min(queueLength / target, max);
  return { queueLength, maxValue, isActive };
}

export interface JobDemand {
  readonly isActive: boolean;
  readonly queueLength: number;
  readonly maxScale: number;
  /** `maxScale` before it was rounded up. */
  readonly maxValue: number;
}

/**
 * The demand of all triggers together. With `max` and `min` a trigger has to beat the best so far, which
 * begins with an empty queue.
 * Source: KEDA, "Scaling Jobs: multipleScalersCalculation"; scaledjob/scale_metrics.go (2.21).
 */
export function jobDemand(
  scalers: readonly ScalerMetrics[],
  calculation: string | undefined,
  { min, max }: JobBounds,
): JobDemand {
  const active = scalers.filter(({ isActive }) => isActive);
  const found = combine(active, calculation);
  const maxValue = Math.min(found.maxValue, max);
  return {
    isActive: found.isActive || min > 0,
    queueLength: Math.ceil(found.queueLength),
    maxScale: Math.ceil(maxValue),
    maxValue,
  };
}

function combine(active: readonly ScalerMetrics[], calculation: string | undefined): ScalerMetrics {
  let best: ScalerMetrics = { queueLength: 0, maxValue: 0, isActive: false };
  if (calculation === "sum" || calculation === "avg") {
    let queueLength = 0;
    let maxValue = 0;
    for (const scaler of active) {
      queueLength += scaler.queueLength;
      maxValue += scaler.maxValue;
    }
    const by = calculation === "avg" && active.length > 0 ? active.length : 1;
    const isActive = active.length > 0;
    return { queueLength: queueLength / by, maxValue: maxValue / by, isActive };
  }
  for (const scaler of active) {
    const beats =
      calculation === "min"
        ? best.queueLength === 0 || scaler.queueLength < best.queueLength
        : scaler.queueLength > best.queueLength;
    if (beats) best = scaler;
  }
  return best;
}
