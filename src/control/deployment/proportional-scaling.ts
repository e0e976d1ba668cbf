import { desiredReplicas, isRollingUpdate, maxSurge } from "./fenceposts.js";
import { isSaturated } from "./new-replica-set.js";
import {
  activeSets,
  allSets,
  byCreation,
  bySizeNewer,
  bySizeOlder,
  type Deployment,
  type ReplicaSet,
  replicaCount,
  type Rollout,
  type ScaleStep,
  sizeOf,
} from "./replica-sets.js";
import { desiredAnnotation, maxAnnotation } from "./revisions.js";

/** Whether the Deployment's size changed since its sets were scaled last. */
export function isScalingEvent(deployment: Deployment, rollout: Rollout): boolean {
  const wanted = desiredReplicas(deployment.spec);
  return activeSets(allSets(rollout)).some((set) => {
    const desired = desiredAnnotation(set);
    return desired !== null && desired !== wanted;
  });
}

/**
 * The sizes that a resize of the Deployment gives its sets. A single set takes it all; in the middle
 * of a rollout each takes its share, so that a bad template is not spread further by the resize.
 * Source: Kubernetes, "Deployments: Proportional scaling".
 */
export function scale(deployment: Deployment, rollout: Rollout): ScaleStep[] {
  const wanted = desiredReplicas(deployment.spec);
  const only = activeOrLatest(rollout);
  if (only !== null) return sizeOf(only) === wanted ? [] : [{ set: only, replicas: wanted }];
  const { newSet } = rollout;
  if (isSaturated(deployment, newSet, newSet === null ? null : desiredAnnotation(newSet))) {
    return activeSets(rollout.oldSets).map((set) => ({ set, replicas: 0 }));
  }
  return isRollingUpdate(deployment.spec) ? scaleProportionally(deployment, rollout) : [];
}

function scaleProportionally(deployment: Deployment, rollout: Rollout): ScaleStep[] {
  const wanted = desiredReplicas(deployment.spec);
  const allowed = wanted > 0 ? wanted + maxSurge(deployment.spec) : 0;
  const sets = [...activeSets(allSets(rollout))];
  const toAdd = allowed - replicaCount(sets);
  sets.sort(toAdd > 0 ? bySizeNewer : bySizeOlder);
  let added = 0;
  const steps = sets.map((set) => {
    const share = shareOf(deployment, set, toAdd, added);
    added += share;
    return { set, replicas: sizeOf(set) + share };
  });
  const largest = steps[0];
  if (largest === undefined) return [];
  const leftover = toAdd - added;
  return steps.with(0, { ...largest, replicas: Math.max(0, largest.replicas + leftover) });
}

function shareOf(deployment: Deployment, set: ReplicaSet, toAdd: number, added: number): number {
  if (sizeOf(set) === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = replicaSetFraction(deployment, set);
  const left = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}

/** How much a set grows (or shrinks, below 0) in proportion to the Deployment's resize. */
export function replicaSetFraction(deployment: Deployment, set: ReplicaSet): number {
  const wanted = desiredReplicas(deployment.spec);
  const size = sizeOf(set);
  if (wanted === 0) return -size;
  // Without the annotation the Deployment's last known size has to do.
  const before = maxAnnotation(set) || (deployment.status.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((size * (wanted + maxSurge(deployment.spec))) / before) - size;
}

/** The only set with pods; with none, the current or else the latest; null with several. */
function activeOrLatest({ newSet, oldSets }: Rollout): ReplicaSet | null {
  const active = activeSets(newSet === null ? oldSets : [newSet, ...oldSets]);
  if (active.length > 1) return null;
  return active[0] ?? newSet ?? [...oldSets].sort(byCreation).at(-1) ?? null;
}
