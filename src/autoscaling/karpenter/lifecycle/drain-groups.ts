import { isPodTerminal, type PodVersion } from "../../../api/pod-version.js";
import { MICROS_PER_MINUTE, type TimeMicros } from "../../../base/time.js";
import { isDaemonPod, isMirrorPod, toleratesDisruption } from "../disruption/evictable-pods.js";

const CRITICAL = ["system-cluster-critical", "system-node-critical"];

/** A pod that should be gone for longer than that is not waited for. */
const STUCK_MICROS = MICROS_PER_MINUTE;

/** True for a pod that a drain waits for; those that only their annotation holds are among them. */
export function isWaitingEviction(pod: PodVersion, now: TimeMicros): boolean {
  const { deletionTimeMicros } = pod;
  const isStuck = deletionTimeMicros !== null && now - deletionTimeMicros > STUCK_MICROS;
  return !isPodTerminal(pod) && !isStuck && !toleratesDisruption(pod) && !isMirrorPod(pod);
}

/** Ordinary pods go first, then those of DaemonSets, then critical ones, and critical ones of DaemonSets last. */
function rankOf(pod: PodVersion): number {
  const isCritical = CRITICAL.includes(pod.spec.priorityClassName ?? "");
  return Number(isCritical) * 2 + Number(isDaemonPod(pod));
}

/** Those of the pods that are to go before the others do. */
export function nextToDrain(pods: readonly PodVersion[]): readonly PodVersion[] {
  const least = Math.min(...pods.map(rankOf));
  return pods.filter((pod) => rankOf(pod) === least);
}
