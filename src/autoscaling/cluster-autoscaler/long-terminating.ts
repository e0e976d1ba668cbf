import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";

const DEFAULT_GRACE_SECONDS = 30;
/** How much later than its grace period a deleted pod is taken for gone. */
const LATE_SECONDS = 30;

/** True for a pod that was deleted and should be gone by any means: nobody waits for it. */
export function isLongTerminating(pod: PodVersion, nowMicros: TimeMicros): boolean {
  if (pod.deletionTimeMicros === null) return false;
  const graceSeconds = pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  return pod.deletionTimeMicros + (graceSeconds + LATE_SECONDS) * MICROS_PER_SECOND < nowMicros;
}
