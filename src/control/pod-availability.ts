import { type PodVersion, podCondition } from "../api/pod-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import { microsOfSeconds } from "./timestamps.js";

/**
 * When a ready pod becomes available; null for a pod that is not ready. Its condition says since which
 * second it is ready, so that pods which became ready within one become available together.
 */
export function availableAt(pod: PodVersion, minReadySeconds: number): TimeMicros | null {
  const ready = podCondition(pod, "Ready");
  if (ready?.status !== "True") return null;
  const since = Math.floor(ready.lastTransitionTimeMicros / MICROS_PER_SECOND) * MICROS_PER_SECOND;
  return since + microsOfSeconds(minReadySeconds);
}

/** Whether the pod has been ready for `minReadySeconds`. */
export function isPodAvailable(
  pod: PodVersion,
  minReadySeconds: number,
  nowMicros: TimeMicros,
): boolean {
  const at = availableAt(pod, minReadySeconds);
  return at !== null && at <= nowMicros;
}
