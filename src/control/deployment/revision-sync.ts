import { plainWith } from "../../base/plain-copy.js";
import type { Change, WriteRequest } from "../../store/request.js";
import type { ApiClock } from "../timestamps.js";
import { newCondition, setCondition } from "./deployment-status.js";
import {
  conditionOf,
  type DeploymentCondition,
  hasProgressDeadline,
  Progress,
} from "./progress.js";
import type { Deployment, ReplicaSet, Rollout } from "./replica-sets.js";
import { maxRevision, REVISION, revisionOf, withRevision } from "./revisions.js";

/** The time as a timestamp of the API, worked out where it is written. */
type NowText = Pick<ApiClock, "now">;

/**
 * The next write that brings annotations and revision of the current set, and then of the Deployment,
 * in line; null when they are.
 */
export function revisionRequest(
  deployment: Deployment,
  { newSet, oldSets }: Rollout,
  clock: NowText,
): WriteRequest | null {
  if (newSet === null) return null;
  const annotations = withRevision(newSet.annotations, deployment, maxRevision(oldSets) + 1);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  const sameSeconds = (newSet.spec.minReadySeconds ?? 0) === minReadySeconds;
  if (annotations !== newSet.annotations || !sameSeconds) {
    const spec = sameSeconds ? newSet.spec : { ...newSet.spec, minReadySeconds };
    return { verb: "update", base: newSet, change: { annotations, spec } };
  }
  const message = `Found new replica set "${newSet.name}"`;
  const told = conditionOf(deployment.status, "Progressing") !== undefined;
  const found = told
    ? null
    : newCondition(clock.now, "Progressing", "True", Progress.found, message);
  const change = revisionChange(deployment, newSet, found);
  return change === null ? null : { verb: "update", base: deployment, change };
}

/** What tells of a set that was just created; null where there is nothing to tell. */
export function createdChange(
  deployment: Deployment,
  set: ReplicaSet,
  clock: NowText,
): Change | null {
  const message = `Created new replica set "${set.name}"`;
  const created = newCondition(clock.now, "Progressing", "True", Progress.created, message);
  return revisionChange(deployment, set, created);
}

/** What tells of a set that could not be created; null for a Deployment without a deadline. */
export function createFailedChange(
  deployment: Deployment,
  message: string,
  clock: NowText,
): Change | null {
  if (!hasProgressDeadline(deployment)) return null;
  const failed = newCondition(clock.now, "Progressing", "False", Progress.createFailed, message);
  return conditionChange(deployment, failed);
}

/**
 * What tells that the Deployment was paused or resumed since the last sync; null where that is told.
 * A rollout that timed out says so as long as it does.
 */
export function pauseChange(deployment: Deployment, clock: NowText): Change | null {
  const reason = conditionOf(deployment.status, "Progressing")?.reason;
  if (!hasProgressDeadline(deployment) || reason === Progress.timedOut) return null;
  const told = reason === Progress.paused;
  const paused = deployment.spec.paused === true;
  if (paused === told) return null;
  const condition = paused
    ? newCondition(clock.now, "Progressing", "Unknown", Progress.paused, "Deployment is paused")
    : newCondition(clock.now, "Progressing", "Unknown", Progress.resumed, "Deployment is resumed");
  return conditionChange(deployment, condition);
}

/** The revision of the current set as the Deployment's, and a condition if it has a deadline. */
function revisionChange(
  deployment: Deployment,
  set: ReplicaSet,
  condition: DeploymentCondition | null,
): Change | null {
  const revision = String(revisionOf(set) ?? 0);
  const { annotations } = deployment;
  const revised = annotations[REVISION] !== revision;
  const tells = condition !== null && hasProgressDeadline(deployment);
  if (!revised && !tells) return null;
  return {
    ...(revised && { annotations: plainWith(annotations, { [REVISION]: revision }) }),
    ...(tells && conditionChange(deployment, condition)),
  };
}

function conditionChange({ status }: Deployment, condition: DeploymentCondition): Change {
  return {
    status: { ...status, conditions: setCondition(status.conditions ?? [], condition) },
  };
}
