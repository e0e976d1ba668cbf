import type { StatusOf } from "../../api/kinds.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { type ApiClock, microsOfSeconds } from "../timestamps.js";
import { desiredReplicas } from "./fenceposts.js";
import type { Deployment } from "./replica-sets.js";

export type DeploymentStatus = StatusOf["Deployment"];
export type DeploymentCondition = NonNullable<DeploymentStatus["conditions"]>[number];

const NO_DEADLINE = 2 ** 31 - 1;

/** Reasons of the condition Progressing. */
export const Progress = {
  updated: "ReplicaSetUpdated",
  createFailed: "ReplicaSetCreateError",
  created: "NewReplicaSetCreated",
  found: "FoundNewReplicaSet",
  available: "NewReplicaSetAvailable",
  timedOut: "ProgressDeadlineExceeded",
  paused: "DeploymentPaused",
  resumed: "DeploymentResumed",
} as const;

export function hasProgressDeadline({ spec }: Pick<Deployment, "spec">): boolean {
  return (spec.progressDeadlineSeconds ?? NO_DEADLINE) !== NO_DEADLINE;
}

export function conditionOf(
  status: DeploymentStatus,
  type: string,
): DeploymentCondition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}

/** Whether all pods are of the current template and available, and no other is left. */
export function isComplete(
  deployment: Pick<Deployment, "spec" | "generation">,
  status: DeploymentStatus,
): boolean {
  const wanted = desiredReplicas(deployment.spec);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= deployment.generation
  );
}

/** Whether the rollout came further from one status to the next. */
export function isProgressing(before: DeploymentStatus, after: DeploymentStatus): boolean {
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldReplicas(after) < oldReplicas(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function oldReplicas(status: DeploymentStatus): number {
  return (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
}

/** What the deadline is measured by. */
export type ProgressClock = Pick<ApiClock, "nowMicros" | "microsOf">;

/** Whether the rollout made no progress for longer than its deadline. */
export function isTimedOut(
  deployment: Pick<Deployment, "spec">,
  status: DeploymentStatus,
  clock: ProgressClock,
): boolean {
  if (!hasProgressDeadline(deployment)) return false;
  const condition = conditionOf(status, "Progressing");
  if (condition === undefined || condition.reason === Progress.available) return false;
  if (condition.reason === Progress.timedOut) return true;
  return deadlineOf(deployment, condition, clock) < clock.nowMicros;
}

/**
 * How long until the deadline has to be looked at again, in microseconds: 0 for less than a second,
 * null when it does not matter.
 */
export function progressCheckAfter(
  deployment: Pick<Deployment, "spec" | "status" | "generation">,
  status: DeploymentStatus,
  clock: ProgressClock,
): TimeMicros | null {
  const condition = conditionOf(deployment.status, "Progressing");
  if (!hasProgressDeadline(deployment) || condition === undefined) return null;
  if (isComplete(deployment, status) || condition.reason === Progress.timedOut) return null;
  const after = deadlineOf(deployment, condition, clock) - clock.nowMicros;
  return after < MICROS_PER_SECOND ? 0 : after;
}

/**
 * Until when a Deployment of that status is not found to have timed out; for ever where time changes nothing, for it has
 * no deadline, is finished, or has timed out already.
 */
export function timesOutAt(
  deployment: Pick<Deployment, "spec" | "status">,
  clock: ProgressClock,
): TimeMicros {
  const reason = conditionOf(deployment.status, "Progressing")?.reason;
  const isSettled = reason === Progress.available || reason === Progress.timedOut;
  if (reason === undefined || isSettled) return Number.POSITIVE_INFINITY;
  return deadlineAt(deployment, clock) ?? Number.POSITIVE_INFINITY;
}

/** When the deadline of the present rollout is; null without one. */
export function deadlineAt(
  deployment: Pick<Deployment, "spec" | "status">,
  clock: ProgressClock,
): TimeMicros | null {
  const condition = conditionOf(deployment.status, "Progressing");
  if (condition === undefined || !hasProgressDeadline(deployment)) return null;
  return deadlineOf(deployment, condition, clock);
}

function deadlineOf(
  { spec }: Pick<Deployment, "spec">,
  condition: DeploymentCondition,
  clock: ProgressClock,
): TimeMicros {
  const updatedAt = clock.microsOf(condition.lastUpdateTime) ?? Number.NEGATIVE_INFINITY;
  return updatedAt + microsOfSeconds(spec.progressDeadlineSeconds ?? 0);
}
