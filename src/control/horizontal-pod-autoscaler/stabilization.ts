import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { keepRecommendation, type Recommendation } from "./scale-memory.js";

/**
 * The highest recommendation of the window, the new one included, which is kept.
 * Source: Kubernetes, "Horizontal Pod Autoscaling: Stabilization window".
 */
export function stabilizeDown(
  log: Recommendation[],
  desiredReplicas: number,
  windowMicros: TimeMicros,
  nowMicros: TimeMicros,
): number {
  const cutoff = nowMicros - windowMicros;
  let highest = desiredReplicas;
  for (const { replicas, timeMicros } of log) {
    if (timeMicros >= cutoff) highest = Math.max(highest, replicas);
  }
  keepRecommendation(log, desiredReplicas, nowMicros, (time) => time < cutoff);
  return highest;
}

export interface Windows {
  readonly upSeconds: number;
  readonly downSeconds: number;
}

/**
 * The current size, moved up to the lowest recommendation of the window for growth and down to the highest
 * of the window for shrinking. The new recommendation counts in both, and is kept.
 */
export function stabilizeBoth(
  log: Recommendation[],
  size: { readonly currentReplicas: number; readonly desiredReplicas: number },
  { upSeconds, downSeconds }: Windows,
  nowMicros: TimeMicros,
): number {
  const { currentReplicas, desiredReplicas } = size;
  const upCutoff = nowMicros - upSeconds * MICROS_PER_SECOND;
  const downCutoff = nowMicros - downSeconds * MICROS_PER_SECOND;
  let lowest = desiredReplicas;
  let highest = desiredReplicas;
  for (const { replicas, timeMicros } of log) {
    if (timeMicros > upCutoff) lowest = Math.min(lowest, replicas);
    if (timeMicros > downCutoff) highest = Math.max(highest, replicas);
  }
  const expired = (time: TimeMicros): boolean => time < upCutoff && time < downCutoff;
  keepRecommendation(log, desiredReplicas, nowMicros, expired);
  return Math.min(Math.max(currentReplicas, lowest), highest);
}
