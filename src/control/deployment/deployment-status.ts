import { plainWith } from "../../base/plain-copy.js";
import type { ApiClock } from "../timestamps.js";
import { desiredReplicas, maxUnavailable } from "./fenceposts.js";
import {
  conditionOf,
  type DeploymentCondition,
  type DeploymentStatus,
  hasProgressDeadline,
  isComplete,
  isProgressing,
  isTimedOut,
  Progress,
} from "./progress.js";
import {
  actualReplicaCount,
  allSets,
  availableReplicaCount,
  type Deployment,
  type Rollout,
  readyReplicaCount,
  replicaCount,
  terminatingReplicaCount,
} from "./replica-sets.js";

/**
 * The counts of the sets and the condition Available; other conditions as they are. `tellsTerminating`: whether pods on
 * their way out are told, too (gate DeploymentReplicaSetTerminatingReplicas).
 */
export function deploymentStatus(
  deployment: Deployment,
  rollout: Rollout,
  clock: Pick<ApiClock, "now">,
  tellsTerminating: boolean,
): DeploymentStatus {
  const { conditions = NO_CONDITIONS } = deployment.status;
  const counts = countsOf(deployment, rollout, tellsTerminating);
  const available = counts.availableReplicas ?? 0;
  const enough = available >= desiredReplicas(deployment.spec) - maxUnavailable(deployment.spec);
  counts.conditions = told(conditions, clock, enough ? HAS_MINIMUM : LACKS_MINIMUM);
  return counts;
}

type Conditions = NonNullable<DeploymentStatus["conditions"]>;

const NO_CONDITIONS: Conditions = [];
const HAS_MINIMUM: Said = {
  type: "Available",
  status: "True",
  reason: "MinimumReplicasAvailable",
  message: "Deployment has minimum availability.",
};
const LACKS_MINIMUM: Said = {
  type: "Available",
  status: "False",
  reason: "MinimumReplicasUnavailable",
  message: "Deployment does not have minimum availability.",
};

/** Field by field, for this is worked out in every sync; a count of 0 is absent. */
function countsOf(
  deployment: Deployment,
  rollout: Rollout,
  tellsTerminating: boolean,
): Writable<DeploymentStatus> {
  const sets = allSets(rollout);
  const replicas = actualReplicaCount(sets);
  const updated = rollout.newSet?.status.replicas ?? 0;
  const ready = readyReplicaCount(sets);
  const available = availableReplicaCount(sets);
  const unavailable = replicaCount(sets) - available;
  const { collisionCount } = deployment.status;
  const counts: Writable<DeploymentStatus> = { observedGeneration: deployment.generation };
  if (replicas > 0) counts.replicas = replicas;
  if (updated > 0) counts.updatedReplicas = updated;
  if (ready > 0) counts.readyReplicas = ready;
  if (available > 0) counts.availableReplicas = available;
  if (unavailable > 0) counts.unavailableReplicas = unavailable;
  const terminating = tellsTerminating ? terminatingReplicaCount(sets) : null;
  if (terminating !== null) counts.terminatingReplicas = terminating;
  if (collisionCount !== undefined) counts.collisionCount = collisionCount;
  return counts;
}

type Writable<T> = { -readonly [F in keyof T]: T[F] };

/** The status that a sync of a rollout ends with: counts, progress and failures. */
export function rolloutStatus(
  deployment: Deployment,
  rollout: Rollout,
  clock: ApiClock,
  tellsTerminating: boolean,
): DeploymentStatus {
  const status = deploymentStatus(deployment, rollout, clock, tellsTerminating);
  let conditions = status.conditions ?? NO_CONDITIONS;
  const current = conditionOf(deployment.status, "Progressing");
  if (!hasProgressDeadline(deployment)) conditions = withoutCondition(conditions, "Progressing");
  const wasComplete =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) &&
    current?.reason === Progress.available;
  if (hasProgressDeadline(deployment) && !wasComplete) {
    conditions = withProgress(conditions, current, deployment, rollout, status, clock);
  }
  conditions = withFailures(conditions, rollout, clock);
  return conditions === status.conditions ? status : plainWith(status, { conditions });
}

function withProgress(
  conditions: Conditions,
  current: DeploymentCondition | undefined,
  deployment: Deployment,
  { newSet }: Rollout,
  status: DeploymentStatus,
  clock: ApiClock,
): Conditions {
  const subject =
    newSet === null ? `Deployment "${deployment.name}"` : `ReplicaSet "${newSet.name}"`;
  const progress = (state: "True" | "False", reason: string, message: string): Said => ({
    type: "Progressing",
    status: state,
    reason,
    message: `${subject} ${message}`,
  });
  if (isComplete(deployment, status)) {
    const message = "has successfully progressed.";
    return told(conditions, clock, progress("True", Progress.available, message));
  }
  if (isProgressing(deployment.status, status)) {
    // Noted even where only the time of the last progress changes, which the deadline counts from.
    const said = progress("True", Progress.updated, "is progressing.");
    const noted = newCondition(clock.now, said.type, said.status, said.reason, said.message);
    const kept = current?.status === "True" ? keepTransition(noted, current) : noted;
    return setCondition(withoutCondition(conditions, "Progressing"), kept);
  }
  if (isTimedOut(deployment, { ...status, conditions }, clock)) {
    const message = "has timed out progressing.";
    return told(conditions, clock, progress("False", Progress.timedOut, message));
  }
  return conditions;
}

/** The condition ReplicaFailure of the current set, else of any set, is the Deployment's too. */
function withFailures(
  conditions: Conditions,
  rollout: Rollout,
  clock: Pick<ApiClock, "now">,
): Conditions {
  const sets = rollout.newSet === null ? rollout.oldSets : [rollout.newSet, ...rollout.oldSets];
  for (const set of sets) {
    const failure = set.status.conditions?.find(({ type }) => type === "ReplicaFailure");
    if (failure === undefined) continue;
    const { status, reason = "", message = "", lastTransitionTime } = failure;
    return setCondition(conditions, {
      type: "ReplicaFailure",
      status,
      reason,
      message,
      lastTransitionTime: lastTransitionTime ?? clock.now,
      lastUpdateTime: lastTransitionTime ?? clock.now,
    });
  }
  return withoutCondition(conditions, "ReplicaFailure");
}

/** What a condition says, whenever it does. */
type Said = Required<Pick<DeploymentCondition, "type" | "status" | "reason" | "message">>;

/** As {@link setCondition}; what is said already is made no condition of. */
function told(conditions: Conditions, clock: Pick<ApiClock, "now">, said: Said): Conditions {
  const current = conditions.find(({ type }) => type === said.type);
  if (current?.status === said.status && current.reason === said.reason) return conditions;
  return setCondition(
    conditions,
    newCondition(clock.now, said.type, said.status, said.reason, said.message),
  );
}

export function newCondition(
  now: string,
  type: string,
  status: string,
  reason: string,
  message: string,
): DeploymentCondition {
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

/** The conditions with that one put in: as it was, if neither status nor reason changes. */
export function setCondition(conditions: Conditions, condition: DeploymentCondition): Conditions {
  const current = conditions.find(({ type }) => type === condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) {
    return conditions;
  }
  const kept =
    current?.status === condition.status ? keepTransition(condition, current) : condition;
  return [...withoutCondition(conditions, condition.type), kept];
}

function keepTransition(
  condition: DeploymentCondition,
  current: DeploymentCondition,
): DeploymentCondition {
  const { lastTransitionTime } = current;
  const { lastTransitionTime: _, ...rest } = condition;
  return lastTransitionTime === undefined ? rest : plainWith(rest, { lastTransitionTime });
}

function withoutCondition(conditions: Conditions, type: string): Conditions {
  const isThere = conditions.some((condition) => condition.type === type);
  return isThere ? conditions.filter((condition) => condition.type !== type) : conditions;
}

/** Whether two statuses say the same; a count of 0 may be absent. */
export function sameStatus(a: DeploymentStatus, b: DeploymentStatus): boolean {
  for (const field of COUNTS) {
    if ((a[field] ?? 0) !== (b[field] ?? 0)) return false;
  }
  // A pointer upstream: that 0 pods are on their way out is something else than that nobody told.
  if (a.terminatingReplicas !== b.terminatingReplicas) return false;
  const left = a.conditions ?? NO_CONDITIONS;
  const right = b.conditions ?? NO_CONDITIONS;
  if (left === right) return true;
  return left.length === right.length && left.every((one, i) => sameCondition(one, right[i]!));
}

const COUNTS = [
  "observedGeneration",
  "replicas",
  "updatedReplicas",
  "readyReplicas",
  "availableReplicas",
  "unavailableReplicas",
  "collisionCount",
] as const;

function sameCondition(a: DeploymentCondition, b: DeploymentCondition): boolean {
  return (
    a.type === b.type &&
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.lastUpdateTime === b.lastUpdateTime &&
    a.lastTransitionTime === b.lastTransitionTime
  );
}
