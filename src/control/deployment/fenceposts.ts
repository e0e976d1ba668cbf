import type { SpecOf } from "../../api/kinds.js";
import { type IntOrPercent, isIntOrPercent, scaledIntOrPercent } from "../../api/int-or-percent.js";

/** The part of a Deployment's spec that says how many pods a rollout may add and take away. */
export type RolloutLimits = Pick<SpecOf["Deployment"], "replicas" | "strategy">;

export interface Fenceposts {
  readonly surge: number;
  readonly unavailable: number;
}

/**
 * The counts that `maxSurge` (rounded up) and `maxUnavailable` (rounded down) stand for; when both
 * come to 0 the rollout could never begin, and one pod may be unavailable. Null for a value that is
 * neither a count nor a percentage.
 * Source: Kubernetes, "Deployments: Max Unavailable, Max Surge".
 */
export function resolveFenceposts(
  maxSurge: IntOrPercent | null | undefined,
  maxUnavailable: IntOrPercent | null | undefined,
  replicas: number,
): Fenceposts | null {
  const surgeValue = maxSurge ?? 0;
  const unavailableValue = maxUnavailable ?? 0;
  if (!isIntOrPercent(surgeValue) || !isIntOrPercent(unavailableValue)) return null;
  const surge = scaledIntOrPercent(surgeValue, replicas, "up");
  const unavailable = scaledIntOrPercent(unavailableValue, replicas, "down");
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export function isRollingUpdate(spec: RolloutLimits): boolean {
  return (spec.strategy?.type ?? "RollingUpdate") === "RollingUpdate";
}

export function desiredReplicas(spec: RolloutLimits): number {
  return spec.replicas ?? 1;
}

/** Pods above the wanted number; 0 for Recreate. */
export function maxSurge(spec: RolloutLimits): number {
  return isRollingUpdate(spec) ? fencepostsOf(spec).surge : 0;
}

/** Pods that may be unavailable, at most all of them; 0 for Recreate. */
export function maxUnavailable(spec: RolloutLimits): number {
  const replicas = desiredReplicas(spec);
  if (!isRollingUpdate(spec) || replicas === 0) return 0;
  return Math.min(fencepostsOf(spec).unavailable, replicas);
}

/** Pods that must stay available through a rollout; 0 for Recreate. */
export function minAvailable(spec: RolloutLimits): number {
  return isRollingUpdate(spec) ? desiredReplicas(spec) - maxUnavailable(spec) : 0;
}

function fencepostsOf(spec: RolloutLimits): Fenceposts {
  const rolling = spec.strategy?.rollingUpdate;
  const resolved = resolveFenceposts(
    rolling?.maxSurge,
    rolling?.maxUnavailable,
    desiredReplicas(spec),
  );
  return resolved ?? { surge: 0, unavailable: 0 };
}
