import { own } from "../../base/own.js";
import type { Taint } from "../../api/kubernetes.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { podCondition, type PodVersion } from "../../api/pod-version.js";
import { parseTimestamp } from "../../api/timestamp.js";
import type { TimeMicros } from "../../base/time.js";

/** Status of the Ready condition that makes the node lifecycle controller set a taint. */
const READY_STATUS: Readonly<Record<string, string>> = {
  "node.kubernetes.io/not-ready": "False",
  "node.kubernetes.io/unreachable": "Unknown",
};

/**
 * Since when a node of a snapshot has had the taint: its `timeAdded`, or the transition of the Ready
 * condition that it stands for, whichever is earlier. Virtual zero where nothing tells: a controller
 * that sees a taint for the first time counts from there.
 */
export function taintedSince(
  node: ObjectVersion<"Node">,
  taint: Taint,
  startTimeMs: number,
): TimeMicros {
  const ready = node.status.conditions?.find(({ type }) => type === "Ready");
  const stands = ready !== undefined && own(READY_STATUS, taint.key) === ready.status;
  const times = [taint.timeAdded, stands ? ready.lastTransitionTime : undefined];
  let since = 0;
  for (const text of times) {
    const time = parseTimestamp(text, startTimeMs);
    if (time !== null) since = Math.min(since, time);
  }
  return since;
}

/** Since when a pod of a snapshot has been on its node, as far as its status tells. */
export function boundSince(pod: PodVersion): TimeMicros {
  const scheduled = podCondition(pod, "PodScheduled");
  const time = scheduled?.lastTransitionTimeMicros ?? pod.creationTimeMicros;
  return Math.min(0, Math.max(time, pod.creationTimeMicros));
}
