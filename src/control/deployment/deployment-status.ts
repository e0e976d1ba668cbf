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
  type ProgressClock,
} from "./progress.js";
import {
  actualReplicaCount,
  allSets,
  availableReplicaCount,
  type Deployment,
  readyReplicaCount,
  replicaCount,
  type Rollout,
  terminatingReplicaCount,
} from "./replica-sets.js";

/** What a status is worked out with: `now` is the time as a timestamp of the API. */
export interface StatusClock extends ProgressClock {
  readonly now: string;
}

/** The counts of the sets and the condition Available; other conditions as they are. */
export function deploymentStatus(
  deployment: Deployment,
  rollout: Rollout,
  now: string,
): DeploymentStatus {
  const sets = allSets(rollout);
  const updated = rollout.newSet === null ? 0 : actualReplicaCount([rollout.newSet]);
  const available = availableReplicaCount(sets);
  const { collisionCount, conditions } = deployment.status;
  const enough = available >= desiredReplicas(deployment.spec) - maxUnavailable(deployment.spec);
  const counts: DeploymentStatus = {
    observedGeneration: deployment.generation,
    ...counted("replicas", actualReplicaCount(sets)),
    ...counted("updatedReplicas", updated),
    ...counted("readyReplicas", readyReplicaCount(sets)),
    ...counted("availableReplicas", available),
    ...counted("unavailableReplicas", Math.max(0, replicaCount(sets) - available)),
    ...reportedTerminating(rollout),
    ...(collisionCount !== undefined && { collisionCount }),
  };
  return {
    ...counts,
    conditions: setCondition(
      conditions ?? [],
      enough
        ? newCondition(now, "Available", "True", "MinimumReplicasAvailable", HAS_MINIMUM)
        : newCondition(now, "Available", "False", "MinimumReplicasUnavailable", LACKS_MINIMUM),
    ),
  };
}

const HAS_MINIMUM = "Deployment has minimum availability.";
const LACKS_MINIMUM = "Deployment does not have minimum availability.";

/** The status that a sync of a rollout ends with: counts, progress and failures. */
export function rolloutStatus(
  deployment: Deployment,
  rollout: Rollout,
  clock: StatusClock,
): DeploymentStatus {
  const status = deploymentStatus(deployment, rollout, clock.now);
  let conditions = status.conditions ?? [];
  const current = conditionOf(deployment.status, "Progressing");
  if (!hasProgressDeadline(deployment)) conditions = withoutCondition(conditions, "Progressing");
  const wasComplete =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) &&
    current?.reason === Progress.available;
  if (hasProgressDeadline(deployment) && !wasComplete) {
    conditions = withProgress(conditions, current, deployment, rollout, status, clock);
  }
  return { ...status, conditions: withFailures(conditions, rollout, clock.now) };
}

function withProgress(
  conditions: readonly DeploymentCondition[],
  current: DeploymentCondition | undefined,
  deployment: Deployment,
  { newSet }: Rollout,
  status: DeploymentStatus,
  clock: StatusClock,
): DeploymentCondition[] {
  const subject =
    newSet === null ? `Deployment "${deployment.name}"` : `ReplicaSet "${newSet.name}"`;
  const progress = (state: "True" | "False", reason: string, message: string) =>
    newCondition(clock.now, "Progressing", state, reason, `${subject} ${message}`);
  if (isComplete(deployment, status)) {
    const message = "has successfully progressed.";
    return setCondition(conditions, progress("True", Progress.available, message));
  }
  if (isProgressing(deployment.status, status)) {
    // Noted even where only the time of the last progress changes, which the deadline counts from.
    const noted = progress("True", Progress.updated, "is progressing.");
    const kept = current?.status === "True" ? keepTransition(noted, current) : noted;
    return setCondition(withoutCondition(conditions, "Progressing"), kept);
  }
  if (isTimedOut(deployment, { ...status, conditions: [...conditions] }, clock)) {
    const message = "has timed out progressing.";
    return setCondition(conditions, progress("False", Progress.timedOut, message));
  }
  return [...conditions];
}

/** The condition ReplicaFailure of the current set, else of any set, is the Deployment's too. */
function withFailures(
  conditions: readonly DeploymentCondition[],
  rollout: Rollout,
  now: string,
): DeploymentCondition[] {
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
      lastTransitionTime: lastTransitionTime ?? now,
      lastUpdateTime: lastTransitionTime ?? now,
    });
  }
  return withoutCondition(conditions, "ReplicaFailure");
}

export function newCondition(
  now: string,
  type: string,
  status: "True" | "False" | "Unknown",
  reason: string,
  message: string,
): DeploymentCondition {
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

/** The conditions with that one put in: as it was, if neither status nor reason changes. */
export function setCondition(
  conditions: readonly DeploymentCondition[],
  condition: DeploymentCondition,
): DeploymentCondition[] {
  const current = conditions.find(({ type }) => type === condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) {
    return [...conditions];
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
  return lastTransitionTime === undefined ? rest : { ...rest, lastTransitionTime };
}

function withoutCondition(
  conditions: readonly DeploymentCondition[],
  type: string,
): DeploymentCondition[] {
  return conditions.filter((condition) => condition.type !== type);
}

/** Whether two statuses say the same; a count of 0 may be absent. */
export function sameStatus(a: DeploymentStatus, b: DeploymentStatus): boolean {
  for (const field of COUNTS) {
    if ((a[field] ?? 0) !== (b[field] ?? 0)) return false;
  }
  if (terminatingOf(a) !== terminatingOf(b)) return false;
  const left = a.conditions ?? [];
  const right = b.conditions ?? [];
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

function terminatingOf(status: DeploymentStatus): number | undefined {
  return (status as { terminatingReplicas?: number }).terminatingReplicas;
}

/** Terminating pods, once the sets report them (gate DeploymentReplicaSetTerminatingReplicas). */
function reportedTerminating(rollout: Rollout): object {
  const sets = allSets(rollout);
  const count = terminatingReplicaCount(sets);
  const reported = sets.some((set) => "terminatingReplicas" in set.status);
  return count !== null && reported ? { terminatingReplicas: count } : {};
}

function counted(field: (typeof COUNTS)[number], count: number): DeploymentStatus {
  return count > 0 ? { [field]: count } : {};
}
