import type { PodCondition, PodVersion } from "../../api/pod-version.js";
import { podCondition } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { WriteRequest } from "../../store/request.js";

/**
 * The write that says of a pod of a node that is not ready that it is not ready either; null where it
 * says so already, or nobody has ever said. Source: upstream's `controller/util/node`
 * (MarkPodsNotReady).
 */
export function unreadyWrite(pod: PodVersion, nowMicros: TimeMicros): WriteRequest | null {
  const ready = podCondition(pod, "Ready");
  if (ready === undefined || ready.status === "False") return null;
  const condition: PodCondition = {
    ...ready,
    status: "False",
    lastTransitionTimeMicros: nowMicros,
  };
  return { verb: "patch", target: pod, change: { setConditions: [condition] } };
}
