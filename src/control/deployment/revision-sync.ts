import type { Change } from "../../store/request.js";
import { newCondition, setCondition } from "./deployment-status.js";
import {
  conditionOf,
  type DeploymentCondition,
  hasProgressDeadline,
  Progress,
} from "./progress.js";
import type { Deployment } from "./replica-sets.js";
import { REVISION } from "./revisions.js";

/** What brings the Deployment's revision in line and puts the condition in; null for nothing. */
export function revisionChange(
  { annotations, status }: Deployment,
  revision: number,
  condition: DeploymentCondition | null,
): Change | null {
  const revised = annotations[REVISION] !== String(revision);
  if (!revised && condition === null) return null;
  return {
    ...(revised && { annotations: { ...annotations, [REVISION]: String(revision) } }),
    ...(condition !== null && {
      status: { ...status, conditions: setCondition(status.conditions ?? [], condition) },
    }),
  };
}

/**
 * The condition Progressing of a Deployment that was paused or resumed since the last sync; null
 * where that is told already. A rollout that timed out says so as long as it does.
 */
export function pauseCondition(deployment: Deployment, now: string): DeploymentCondition | null {
  const reason = conditionOf(deployment.status, "Progressing")?.reason;
  if (!hasProgressDeadline(deployment) || reason === Progress.timedOut) return null;
  const told = reason === Progress.paused;
  const paused = deployment.spec.paused === true;
  if (paused === told) return null;
  return paused
    ? newCondition(now, "Progressing", "Unknown", Progress.paused, "Deployment is paused")
    : newCondition(now, "Progressing", "Unknown", Progress.resumed, "Deployment is resumed");
}
