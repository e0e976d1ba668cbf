import { isPodTerminal, type PodVersion, podCondition } from "../../api/pod-version.js";
import { MICROS_PER_MINUTE, type TimeMicros } from "../../base/time.js";

const STALE_AFTER_MICROS = 2 * MICROS_PER_MINUTE;
/** The kubelet ends the pod itself, however long that takes. */
const BY_KUBELET = "TerminationByKubelet";

/**
 * How long a pod's DisruptionTarget still stands, 0 when it is stale: somebody announced a disruption
 * and the pod was never deleted. Null for a pod that has no such condition or is on its way out.
 * Source: KEP-3329.
 */
export function disruptionStandsMicros(pod: PodVersion, nowMicros: TimeMicros): TimeMicros | null {
  if (pod.deletionTimeMicros !== null || isPodTerminal(pod)) return null;
  const condition = podCondition(pod, "DisruptionTarget");
  if (condition?.status !== "True" || condition.reason === BY_KUBELET) return null;
  return Math.max(0, condition.lastTransitionTimeMicros + STALE_AFTER_MICROS - nowMicros);
}
