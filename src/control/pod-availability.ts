import { type PodVersion, podCondition } from "../api/pod-version.js";
import type { TimeMicros } from "../base/time.js";
import { microsOfSeconds } from "./timestamps.js";

/** When a ready pod becomes available; null for a pod that is not ready. */
export function availableAt(pod: PodVersion, minReadySeconds: number): TimeMicros | null {
  const ready = podCondition(pod, "Ready");
  if (ready?.status !== "True") return null;
  return ready.lastTransitionTimeMicros + microsOfSeconds(minReadySeconds);
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
