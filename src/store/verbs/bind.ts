import { describe } from "../../api/object-named.js";
import { type PodCondition, withCondition } from "../../api/pod-version.js";
import { type Outcome, refuse } from "../outcome.js";
import type { Target } from "../request.js";
import { isGated } from "./scheduling-gates.js";
import { isRefusal, resolve, type ServerContext } from "./server-context.js";

/**
 * The binding subresource: sets the node of a pod that has none, is not being deleted and is not
 * gated, and its PodScheduled condition.
 */
export function bind(context: ServerContext, target: Target, nodeName: string): Outcome {
  const pod = resolve(context, target);
  if (isRefusal(pod)) return pod;
  if (pod.kind !== "Pod") return refuse("BadRequest", `${describe(pod)} cannot be bound`);
  const about = `Operation cannot be fulfilled on pods/binding "${pod.name}"`;
  if (pod.deletionTimeMicros !== null) {
    return refuse(
      "Conflict",
      `${about}: pod ${pod.name} is being deleted, cannot be assigned to a host`,
    );
  }
  if (pod.nodeName !== "") {
    return refuse(
      "Conflict",
      `${about}: pod ${pod.name} is already assigned to node "${pod.nodeName}"`,
    );
  }
  if (isGated(pod.spec)) {
    return refuse("Conflict", `${about}: pod ${pod.name} has non-empty .spec.schedulingGates`);
  }
  const scheduled: PodCondition = {
    type: "PodScheduled",
    status: "True",
    lastTransitionTimeMicros: context.store.engine.now,
    reason: "",
    message: "",
  };
  const after = pod.next({
    nodeName,
    resourceVersion: context.store.nextRevision(),
    status: { ...pod.status, conditions: withCondition(pod.status.conditions, scheduled) },
  });
  context.store.replace(pod, after);
  return { ok: true, object: after };
}
