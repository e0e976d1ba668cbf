import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { isPodReady, isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import { formatTimestamp } from "../../api/timestamp.js";
import { type Refusal, refuse } from "../outcome.js";
import type { ServerContext } from "./server-context.js";

type Budget = ObjectVersion<"PodDisruptionBudget">;
type BudgetStatus = Budget["status"];

/** Evictions that wait to be seen by the disruption controller; beyond, none is counted. */
const MAX_DISRUPTED_PODS = 2_000;
/** Upstream's pause between two tries of an eviction, and how much longer it may be. */
const RETRY_MICROS = MICROS_PER_SECOND / 2;
const RETRY_JITTER = 0.1;
const SEVERAL_BUDGETS =
  "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
const WOULD_VIOLATE = "Cannot evict pod as it would violate the pod's disruption budget.";

/** Whether an eviction goes ahead, and the budget's status where it is counted. */
export type BudgetVerdict =
  | { readonly ok: true; readonly counted: { budget: Budget; status: BudgetStatus } | null }
  | Refusal;

/**
 * Asks the budgets over a pod whether it may be evicted. A pod that does not run, has ended or is
 * being deleted needs nobody's leave; nor does one that is not ready, if its budget's policy says so.
 * Source: Kubernetes, "API-initiated Eviction"; "Unhealthy Pod Eviction Policy".
 */
export function checkBudgets(
  context: ServerContext,
  pod: PodVersion,
  beganMicros: TimeMicros,
): BudgetVerdict {
  if (isPodTerminal(pod) || pod.phase === "Pending" || pod.deletionTimeMicros !== null) {
    return { ok: true, counted: null };
  }
  const budgets = context.budgets.over(pod);
  const [budget] = budgets;
  if (budget === undefined) return { ok: true, counted: null };
  if (budgets.length > 1) return { ...refuse("InternalError", SEVERAL_BUDGETS), budgets };
  if (!isPodReady(pod) && unhealthyMayGo(budget)) return { ok: true, counted: null };
  const countedAt = context.budgetsCountedAt.get(budget.uid);
  if (countedAt !== undefined && countedAt > beganMicros) return againLater(context);
  const verdict = countEviction(context, budget, pod);
  return verdict.ok ? verdict : { ...verdict, budgets };
}

/** Another eviction was counted since the request read the budget. */
function againLater({ evictionRetries }: ServerContext): Refusal {
  const retryMicros = Math.round(RETRY_MICROS * (1 + RETRY_JITTER * evictionRetries.next()));
  return { ...refuse("Conflict", "the budget has been modified"), retryMicros };
}

/** Whether a pod that is not ready may go without being counted. */
function unhealthyMayGo({ spec, status }: Budget): boolean {
  if (spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status;
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function countEviction(context: ServerContext, budget: Budget, pod: PodVersion): BudgetVerdict {
  const { status, generation } = budget;
  if ((status.observedGeneration ?? 0) < generation) {
    const cause = `The disruption budget ${budget.name} is still being processed by the server.`;
    return refuse("TooManyRequests", `${WOULD_VIOLATE} ${cause}`);
  }
  const allowed = status.disruptionsAllowed ?? 0;
  if (allowed < 0) return refuse("Forbidden", "pdb disruptions allowed is negative");
  if (Object.keys(status.disruptedPods ?? {}).length > MAX_DISRUPTED_PODS) {
    const message =
      "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
    return refuse("Forbidden", message);
  }
  if (allowed === 0) {
    const needs = `needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`;
    const cause = `The disruption budget ${budget.name} ${needs}`;
    return refuse("TooManyRequests", `${WOULD_VIOLATE} ${cause}`);
  }
  return { ok: true, counted: { budget, status: afterEviction(context, budget, pod) } };
}

function afterEviction(context: ServerContext, budget: Budget, pod: PodVersion): BudgetStatus {
  const { status, generation } = budget;
  const now = formatTimestamp(context.store.engine.now, context.startTimeMs);
  const disruptionsAllowed = status.disruptionsAllowed - 1;
  const disruptedPods = { ...status.disruptedPods, [pod.name]: now };
  const counted = { ...status, disruptionsAllowed, disruptedPods };
  if (disruptionsAllowed > 0) return counted;
  const conditions = status.conditions ?? [];
  const before = conditions.find(({ type }) => type === "DisruptionAllowed");
  const condition = {
    type: "DisruptionAllowed",
    status: "False",
    reason: "InsufficientPods",
    message: "",
    lastTransitionTime: before?.status === "False" ? before.lastTransitionTime : now,
    observedGeneration: generation,
  };
  return {
    ...counted,
    conditions: [...conditions.filter((other) => other !== before), condition],
  };
}
