import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { Recommendations } from "./scale-memory.js";

/**
 * The highest recommendation of the window, the new one included, which is kept.
 * Source: Kubernetes, "Horizontal Pod Autoscaling: Stabilization window".
 */
export function stabilizeDown(
  log: Recommendations,
  desiredReplicas: number,
  windowMicros: TimeMicros,
  nowMicros: TimeMicros,
): number {
  const cutoff = nowMicros - windowMicros;
  let highest = desiredReplicas;
  const { replicas, timesMicros } = log;
  for (let i = 0; i < replicas.length; i++) {
    if (timesMicros[i]! >= cutoff && replicas[i]! > highest) highest = replicas[i]!;
  }
  log.keep(desiredReplicas, nowMicros, cutoff);
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
  log: Recommendations,
  size: { readonly currentReplicas: number; readonly desiredReplicas: number },
  { upSeconds, downSeconds }: Windows,
  nowMicros: TimeMicros,
): number {
  const { currentReplicas, desiredReplicas } = size;
  const upCutoff = nowMicros - upSeconds * MICROS_PER_SECOND;
  const downCutoff = nowMicros - downSeconds * MICROS_PER_SECOND;
  let lowest = desiredReplicas;
  let highest = desiredReplicas;
  const { replicas, timesMicros } = log;
  for (let i = 0; i < replicas.length; i++) {
    if (timesMicros[i]! > upCutoff) lowest = Math.min(lowest, replicas[i]!);
    if (timesMicros[i]! > downCutoff) highest = Math.max(highest, replicas[i]!);
  }
  log.keep(desiredReplicas, nowMicros, Math.min(upCutoff, downCutoff));
  return Math.min(Math.max(currentReplicas, lowest), highest);
}
