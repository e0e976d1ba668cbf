import type { TimeMicros } from "../../base/time.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import { type ContainerState, podCondition, type PodVersion } from "../../api/pod-version.js";

/**
 * When the pod ended: the end of its last container, if all have ended; else when it stopped being
 * ready; else when its deletion was asked for; else its creation.
 * Source: upstream's job backoff_utils.
 */
export function podFinishTime(pod: PodVersion): TimeMicros {
  return (
    endOfContainers(pod) ??
    endOfReadiness(pod) ??
    (pod.deletionTimeMicros === null
      ? pod.creationTimeMicros
      : pod.deletionTimeMicros - (pod.deletionGracePeriodSeconds ?? 0) * MICROS_PER_SECOND)
  );
}

/** Sidecars end after the ordinary containers, so they count; where they say so, alone. */
function endOfContainers(pod: PodVersion): TimeMicros | null {
  const sidecars = new Set<string>();
  for (const container of pod.spec.initContainers ?? []) {
    if (container.restartPolicy === "Always") sidecars.add(container.name);
  }
  const ordinary = lastEnd(pod.status.containers, null);
  return lastEnd(
    pod.status.initContainers.filter(({ name }) => sidecars.has(name)),
    ordinary,
  );
}

function lastEnd(
  containers: readonly ContainerState[],
  before: TimeMicros | null,
): TimeMicros | null {
  let last = before;
  for (const { state, finishedAtMicros } of containers) {
    if (state !== "terminated" || finishedAtMicros === null) return null;
    if (last === null || finishedAtMicros > last) last = finishedAtMicros;
  }
  return last;
}

function endOfReadiness(pod: PodVersion): TimeMicros | null {
  const ready = podCondition(pod, "Ready");
  return ready?.status === "False" ? ready.lastTransitionTimeMicros : null;
}
