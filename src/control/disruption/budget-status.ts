import { scaledIntOrPercent } from "../../api/int-or-percent.js";
import type { StatusOf } from "../../api/kinds.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { isPodReady, type PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_MINUTE, type TimeMicros } from "../../base/time.js";
import type { ApiClock } from "../timestamps.js";
import { expectedScale, type FindScaled } from "./scales.js";
import type { SelectedPods } from "./selected-pods.js";

export type Budget = ObjectVersion<"PodDisruptionBudget">;
export type BudgetStatus = StatusOf["PodDisruptionBudget"];

/** A pod whose eviction was counted and that is not being deleted after this time is healthy again. */
const DISRUPTION_TIMEOUT_MICROS = 2 * MICROS_PER_MINUTE;

interface BudgetFigures {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  readonly currentHealthy: number;
  readonly disruptedPods: Readonly<Record<string, string>>;
  readonly unmanaged: readonly PodVersion[];
  /** Pods whose eviction was counted and that are there still. */
  readonly notDeleted: readonly PodVersion[];
  readonly recheckMicros: TimeMicros | null;
}

/** What is said about a budget, or about one of its pods. */
interface BudgetEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly object: Budget | PodVersion;
  readonly message: string;
}

export interface BudgetOutcome {
  readonly status: BudgetStatus;
  readonly events: readonly BudgetEvent[];
  /** Pods without a controller, where the budget needs to know how many there should be. */
  readonly unmanaged: readonly PodVersion[];
  /** When the next counted eviction is too long ago; null without any. */
  readonly recheckMicros: TimeMicros | null;
}

const UNMANAGED =
  "Pods selected by this PodDisruptionBudget were found to be unmanaged. As a result, the status " +
  'of the PDB cannot be calculated correctly; set ".spec.minAvailable" to an integer to account ' +
  "for these pods";

/**
 * One sync of a budget over the pods that it selects: the status that it gets, and what is said.
 * Where the number of pods that there should be cannot be told, nothing may be disrupted.
 * Source: Kubernetes, "Specifying a Disruption Budget for your Application"; upstream's
 * pkg/controller/disruption.
 */
export function budgetOutcome(
  budget: Budget,
  pods: SelectedPods,
  find: FindScaled,
  clock: ApiClock,
): BudgetOutcome {
  const events: BudgetEvent[] = [];
  const tell = (type: "Normal" | "Warning", reason: string, message: string) =>
    events.push({ type, reason, object: budget, message });
  const failed = (message: string): BudgetOutcome => {
    const status = failedStatus(budget, message, clock);
    return { status, events, unmanaged: [], recheckMicros: null };
  };
  if (pods.selectorError !== null) {
    tell("Warning", "NoPods", `Failed to get pods: ${pods.selectorError}`);
    return failed(pods.selectorError);
  }
  if (pods.size === 0) tell("Normal", "NoPods", "No matching pods found");
  const figures = budgetFigures(budget, pods, find, clock);
  if ("error" in figures) {
    const message = `Failed to calculate the number of expected pods: ${figures.error}`;
    tell("Warning", "CalculateExpectedPodCountFailed", message);
    return failed(figures.error);
  }
  const { unmanaged, notDeleted, recheckMicros } = figures;
  if (unmanaged.length > 0) tell("Warning", "UnmanagedPods", UNMANAGED);
  for (const object of notDeleted) {
    const message = "Pod was expected by PDB to be deleted but it wasn't";
    events.push({ type: "Warning", reason: "NotDeleted", object, message });
  }
  const status = budgetStatus(budget, figures, clock);
  return { status, events, unmanaged, recheckMicros };
}

function budgetFigures(
  budget: Budget,
  pods: SelectedPods,
  find: FindScaled,
  clock: ApiClock,
): BudgetFigures | { readonly error: string } {
  const told = expectedPods(budget, pods, find);
  const expected = "error" in told ? (expectedBefore(budget) ?? told) : told;
  if ("error" in expected) return expected;
  const { expectedPods: wanted, desiredHealthy, unmanaged } = expected;
  const { healthy, disruptedPods, notDeleted, recheckMicros } = stillDisrupted(budget, pods, clock);
  return {
    expectedPods: wanted,
    desiredHealthy,
    currentHealthy: pods.healthy - healthy,
    disruptedPods,
    unmanaged,
    notDeleted,
    recheckMicros,
  };
}

/** The status that follows from the figures, or the budget's own where that says the same. */
function budgetStatus(budget: Budget, figures: BudgetFigures, clock: ApiClock): BudgetStatus {
  const { expectedPods, desiredHealthy, currentHealthy, disruptedPods } = figures;
  const { status: before, generation: observedGeneration } = budget;
  const allowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const reason = allowed > 0 ? "SufficientPods" : "InsufficientPods";
  const verdict = { reason, message: "", clock, observedGeneration };
  const conditions = conditionsWith(budget, verdict);
  const saysTheSame =
    disruptedPods === NONE_DISRUPTED &&
    before.disruptedPods === undefined &&
    before.disruptionsAllowed === allowed &&
    before.currentHealthy === currentHealthy &&
    before.desiredHealthy === desiredHealthy &&
    before.expectedPods === expectedPods &&
    before.observedGeneration === observedGeneration &&
    before.conditions === conditions;
  if (saysTheSame) return before;
  return {
    ...(disruptedPods !== NONE_DISRUPTED && { disruptedPods }),
    disruptionsAllowed: allowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    observedGeneration,
    conditions,
  };
}

/** A budget that cannot be worked out: nothing may be disrupted; the rest is as it was. */
function failedStatus(budget: Budget, message: string, clock: ApiClock): BudgetStatus {
  return {
    ...budget.status,
    currentHealthy: budget.status.currentHealthy ?? 0,
    desiredHealthy: budget.status.desiredHealthy ?? 0,
    expectedPods: budget.status.expectedPods ?? 0,
    disruptionsAllowed: 0,
    conditions: conditionsWith(budget, {
      reason: "SyncFailed",
      message,
      clock,
      observedGeneration: budget.status.observedGeneration,
    }),
  };
}

function expectedPods(
  { spec }: Budget,
  pods: SelectedPods,
  find: FindScaled,
):
  | Pick<BudgetFigures, "expectedPods" | "desiredHealthy" | "unmanaged">
  | { readonly error: string } {
  const { minAvailable, maxUnavailable } = spec;
  if (maxUnavailable === undefined && typeof minAvailable !== "string") {
    return { expectedPods: pods.size, desiredHealthy: minAvailable ?? 0, unmanaged: [] };
  }
  const scale = expectedScale(pods, find);
  if ("error" in scale) return scale;
  const share = scaledIntOrPercent(maxUnavailable ?? minAvailable ?? 0, scale.pods, "up");
  return {
    expectedPods: scale.pods,
    desiredHealthy: maxUnavailable === undefined ? share : Math.max(0, scale.pods - share),
    unmanaged: scale.unmanaged,
  };
}

/**
 * What the status of a snapshot's budget says, whose pods may have owners of kinds that are not
 * kept: the real cluster knew their scales.
 */
function expectedBefore(
  budget: Budget,
): Pick<BudgetFigures, "expectedPods" | "desiredHealthy" | "unmanaged"> | null {
  const { creationTimeMicros, status, generation } = budget;
  const condition = status.conditions?.find(({ type }) => type === "DisruptionAllowed");
  const isTold = status.observedGeneration === generation && condition?.reason !== "SyncFailed";
  if (creationTimeMicros >= 0 || !isTold) return null;
  const { expectedPods, desiredHealthy } = status;
  return { expectedPods, desiredHealthy, unmanaged: [] };
}

interface Disrupted extends Pick<BudgetFigures, "disruptedPods" | "notDeleted" | "recheckMicros"> {
  /** How many of them are ready: they do not count as healthy. */
  readonly healthy: number;
}

const NONE_DISRUPTED: BudgetFigures["disruptedPods"] = {};
const NOTHING_DISRUPTED: Disrupted = {
  disruptedPods: NONE_DISRUPTED,
  notDeleted: [],
  healthy: 0,
  recheckMicros: null,
};

function stillDisrupted({ status }: Budget, pods: SelectedPods, clock: ApiClock): Disrupted {
  const before = status.disruptedPods;
  if (before === undefined) return NOTHING_DISRUPTED;
  const disruptedPods: Record<string, string> = {};
  const notDeleted: PodVersion[] = [];
  let healthy = 0;
  let recheckMicros: TimeMicros | null = null;
  for (const pod of pods.named(Object.keys(before))) {
    const since = before[pod.name];
    if (since === undefined || pod.deletionTimeMicros !== null) continue;
    const until = (clock.microsOf(since) ?? 0) + DISRUPTION_TIMEOUT_MICROS;
    if (until < clock.nowMicros) {
      notDeleted.push(pod);
      continue;
    }
    disruptedPods[pod.name] = since;
    if (isPodReady(pod)) healthy += 1;
    recheckMicros = Math.min(recheckMicros ?? until, until);
  }
  const isNone = recheckMicros === null;
  return {
    disruptedPods: isNone ? NONE_DISRUPTED : disruptedPods,
    healthy,
    notDeleted,
    recheckMicros,
  };
}

interface Verdict {
  readonly reason: string;
  readonly message: string;
  readonly clock: ApiClock;
  readonly observedGeneration: number | undefined;
}

/** The conditions with that of the verdict at their end: the same list where it says so already. */
function conditionsWith(budget: Budget, verdict: Verdict): NonNullable<BudgetStatus["conditions"]> {
  const { conditions = NO_CONDITIONS } = budget.status;
  const { reason, message, clock, observedGeneration } = verdict;
  const status = reason === "SufficientPods" ? "True" : "False";
  const before = conditions.find(({ type }) => type === "DisruptionAllowed");
  const saysTheSame =
    before !== undefined &&
    before === conditions.at(-1) &&
    before.status === status &&
    before.reason === reason &&
    before.message === message &&
    before.observedGeneration === observedGeneration;
  if (saysTheSame) return conditions;
  const condition = {
    type: "DisruptionAllowed",
    status,
    reason,
    message,
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : clock.now,
    ...(observedGeneration !== undefined && { observedGeneration }),
  };
  return [...conditions.filter((other) => other !== before), condition];
}

const NO_CONDITIONS: NonNullable<BudgetStatus["conditions"]> = [];
