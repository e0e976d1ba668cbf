import { desiredReplicas, maxUnavailable, minAvailable, type RolloutLimits } from "./fenceposts.js";
import { newReplicaSetSize } from "./new-replica-set.js";
import {
  activeSets,
  allSets,
  availableOf,
  availableReplicaCount,
  byCreation,
  type ReplicaSet,
  replicaCount,
  resized,
  type Rollout,
  type ScaleStep,
  sizeOf,
} from "./replica-sets.js";

/** The sizes that a sync of a rolling update gives: to the current set, or else to the old ones. */
export interface RollingUpdate {
  readonly steps: readonly ScaleStep[];
  readonly of: "new set" | "old sets";
}

/** One step of a rolling update: the current set grows, or else the old ones shrink. */
export function rollingUpdate(spec: RolloutLimits, rollout: Rollout): RollingUpdate {
  const step = reconcileNewReplicaSet(spec, rollout);
  if (step !== null) return { steps: [step], of: "new set" };
  return { steps: reconcileOldReplicaSets(spec, rollout), of: "old sets" };
}

/** The size that one step of a rolling update gives the current set. */
export function reconcileNewReplicaSet(spec: RolloutLimits, rollout: Rollout): ScaleStep | null {
  const set = rollout.newSet;
  const wanted = desiredReplicas(spec);
  if (set === null || sizeOf(set) === wanted) return null;
  const replicas =
    sizeOf(set) > wanted ? wanted : newReplicaSetSize(spec, allSets(rollout), sizeOf(set));
  return replicas === sizeOf(set) ? null : { set, replicas };
}

/**
 * What one step of a rolling update takes from the old sets: first pods that are not available
 * anyway, then as many as leave enough available ones. Pods of the current set that are not
 * available yet are not counted on. While a set tells of more available pods than it may have, no
 * available pod is taken.
 */
export function reconcileOldReplicaSets(spec: RolloutLimits, rollout: Rollout): ScaleStep[] {
  const old = activeSets(rollout.oldSets);
  if (old.length === 0) return [];
  const { newSet } = rollout;
  const newUnavailable = newSet === null ? 0 : sizeOf(newSet) - availableOf(newSet);
  const minimum = desiredReplicas(spec) - maxUnavailable(spec);
  const maxScaledDown = replicaCount(allSets(rollout)) - minimum - newUnavailable;
  if (maxScaledDown <= 0) return [];
  const { steps, metStaleStatus } = cleanupUnhealthyReplicas(old, maxScaledDown);
  if (metStaleStatus) return steps;
  const cleaned = old.map((set) => {
    const step = steps.find((candidate) => candidate.set === set);
    return step === undefined ? set : resized(set, step.replicas);
  });
  const all = newSet === null ? cleaned : [...cleaned, newSet];
  return [...steps, ...scaleDownOldReplicaSets(spec, all, cleaned)];
}

export interface Cleanup {
  readonly steps: ScaleStep[];
  /** It ended at a set that reports more available pods than its size: its status lags behind. */
  readonly metStaleStatus: boolean;
}

/** Takes at most `maxCleanup` pods that are not available from the sets, oldest first. */
export function cleanupUnhealthyReplicas(
  oldSets: readonly ReplicaSet[],
  maxCleanup: number,
): Cleanup {
  const steps: ScaleStep[] = [];
  let left = maxCleanup;
  for (const set of [...oldSets].sort(byCreation)) {
    if (left <= 0) break;
    const unhealthy = sizeOf(set) - availableOf(set);
    if (sizeOf(set) === 0 || unhealthy === 0) continue;
    if (unhealthy < 0) return { steps, metStaleStatus: true };
    const count = Math.min(left, unhealthy);
    steps.push({ set, replicas: sizeOf(set) - count });
    left -= count;
  }
  return { steps, metStaleStatus: false };
}

/** Takes the available pods that are more than must be available from the sets, oldest first. */
export function scaleDownOldReplicaSets(
  spec: RolloutLimits,
  sets: readonly ReplicaSet[],
  oldSets: readonly ReplicaSet[],
): ScaleStep[] {
  const steps: ScaleStep[] = [];
  let left = availableReplicaCount(sets) - minAvailable(spec);
  for (const set of [...oldSets].sort(byCreation)) {
    if (left <= 0) break;
    if (sizeOf(set) === 0) continue;
    const count = Math.min(left, sizeOf(set));
    steps.push({ set, replicas: sizeOf(set) - count });
    left -= count;
  }
  return steps;
}
