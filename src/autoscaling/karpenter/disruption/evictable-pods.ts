import { parseGoDuration } from "../../../api/cron/go-duration.js";
import { isPodActive, type PodVersion } from "../../../api/pod-version.js";
import { anyTolerates } from "../../../api/taints.js";
import type { TimeMicros } from "../../../base/time.js";
import { DISRUPTED_TAINT } from "../well-known-labels.js";

export const DO_NOT_DISRUPT = "karpenter.sh/do-not-disrupt";

function isOwnedBy(pod: PodVersion, apiVersion: string, kind: string): boolean {
  return pod.ownerReferences.some(
    (owner) => owner.apiVersion === apiVersion && owner.kind === kind,
  );
}

export const isDaemonPod = (pod: PodVersion): boolean => isOwnedBy(pod, "apps/v1", "DaemonSet");

/** The kubelet's image of a static pod: nobody can delete it through the API server. */
export const isMirrorPod = (pod: PodVersion): boolean => isOwnedBy(pod, "v1", "Node");

/**
 * A pod that needs another node when its own goes: not ended, not of a DaemonSet, no mirror pod. One that
 * terminates will not come back, unless it is of a StatefulSet, which makes it again only then.
 */
export function isReschedulable(pod: PodVersion): boolean {
  const isBack = pod.deletionTimeMicros !== null && isOwnedBy(pod, "apps/v1", "StatefulSet");
  return (isPodActive(pod) || isBack) && !isDaemonPod(pod) && !isMirrorPod(pod);
}

/** True while its annotation forbids to disrupt it: `true`, or a duration from its start on that is not yet over. */
function isDoNotDisruptActive(pod: PodVersion, now: TimeMicros): boolean {
  const value = pod.annotations[DO_NOT_DISRUPT];
  if (value === undefined) return false;
  if (value === "true") return true;
  const durationMicros = parseGoDuration(value);
  if (durationMicros === null || durationMicros <= 0) return false;
  const startMicros = pod.status.startTimeMicros;
  return startMicros === null || now - startMicros < durationMicros;
}

/** True when its annotation does not stand in the way; a pod that ended or terminates never does. */
export function isDisruptable(pod: PodVersion, now: TimeMicros): boolean {
  return !isPodActive(pod) || !isDoNotDisruptActive(pod, now);
}

export function toleratesDisruption(pod: PodVersion): boolean {
  return anyTolerates(pod.spec.tolerations ?? [], DISRUPTED_TAINT);
}

/** True for a pod that has to be evicted when its node goes, and may be as far as the pod itself says. */
export function isEvictable(pod: PodVersion, now: TimeMicros): boolean {
  return (
    isPodActive(pod) &&
    !toleratesDisruption(pod) &&
    !isMirrorPod(pod) &&
    !isDoNotDisruptActive(pod, now)
  );
}
