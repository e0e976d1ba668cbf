import { actualReplicaCount, activeSets, type ReplicaSet, type ScaleStep } from "./replica-sets.js";

/** Recreate takes all pods of all old sets at once. */
export function scaleDownForRecreate(oldSets: readonly ReplicaSet[]): ScaleStep[] {
  return activeSets(oldSets).map((set) => ({ set, replicas: 0 }));
}

/**
 * Whether the new set must still wait: an old set reports pods, or a pod of one has not ended.
 * `unfinishedPods`: pods of a set, by its UID, that have neither succeeded nor failed.
 */
export function oldPodsRunning(
  oldSets: readonly ReplicaSet[],
  unfinishedPods: (setUid: string) => number,
): boolean {
  if (actualReplicaCount(oldSets) > 0) return true;
  return oldSets.some((set) => unfinishedPods(set.uid) > 0);
}
