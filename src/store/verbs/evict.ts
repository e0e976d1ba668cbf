import { isPodTerminal, type PodCondition } from "../../api/pod-version.js";
import { type Outcome, refuse } from "../outcome.js";
import type { Target } from "../request.js";
import { remove } from "./delete.js";
import { describe, isRefusal, resolve, type ServerContext } from "./server-context.js";
import { patch } from "./update.js";

/**
 * The eviction subresource: marks the pod as disrupted and deletes it with the grace period that is
 * asked for, else its own.
 * Source: Kubernetes, "API-initiated Eviction".
 */
export function evict(
  context: ServerContext,
  target: Target,
  gracePeriodSeconds?: number,
): Outcome {
  const pod = resolve(context, target);
  if (isRefusal(pod)) return pod;
  if (pod.kind !== "Pod") return refuse("BadRequest", `${describe(pod)} cannot be evicted`);
  if (pod.deletionTimeMicros === null && !isPodTerminal(pod)) {
    const disrupted: PodCondition = {
      type: "DisruptionTarget",
      status: "True",
      lastTransitionTimeMicros: context.store.engine.now,
      reason: "EvictionByEvictionAPI",
      message: "Eviction API: evicting",
    };
    patch(context, pod, { setConditions: [disrupted] });
  }
  const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
  return remove(context, { verb: "delete", target: pod, ...grace });
}
