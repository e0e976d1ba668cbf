import { describe } from "../../api/object-named.js";
import { isPodActive, type PodCondition } from "../../api/pod-version.js";
import { type Outcome, refuse } from "../outcome.js";
import type { EvictRequest } from "../request.js";
import { checkBudgets } from "./budget-check.js";
import { remove } from "./delete.js";
import { isRefusal, resolve, type ServerContext } from "./server-context.js";
import { patch, update } from "./update.js";

/**
 * The eviction subresource: asks the pod's disruption budget, takes one from what it allows, marks
 * the pod as disrupted and deletes it with the grace period that is asked for, else its own.
 * Of evictions that read one budget at the same time, one counts; the others try again half a second
 * later, up to a tenth longer, and only then are answered.
 * Source: Kubernetes, "API-initiated Eviction"; upstream's `pkg/registry/core/pod/storage` (EvictionsRetry).
 */
export function evict(
  context: ServerContext,
  request: EvictRequest,
  beganMicros = context.store.engine.now,
): Outcome {
  const { target, evictionName = target.name, gracePeriodSeconds } = request;
  if (evictionName !== target.name) {
    return refuse("BadRequest", "name in URL does not match name in Eviction object");
  }
  const pod = resolve(context, target);
  if (isRefusal(pod)) return pod;
  if (pod.kind !== "Pod") return refuse("BadRequest", `${describe(pod)} cannot be evicted`);
  const verdict = checkBudgets(context, pod, beganMicros);
  if (!verdict.ok) return verdict;
  if (request.dryRun === true) return { ok: true, object: pod };
  if (verdict.counted !== null) {
    const { budget, status } = verdict.counted;
    const counted = update(context, budget, { status });
    if (!counted.ok) return counted;
    context.budgetsCountedAt.set(budget.uid, context.store.engine.now);
  }
  if (isPodActive(pod)) {
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
