import { byRevision, type ReplicaSet, sizeOf } from "./replica-sets.js";

const UNLIMITED = 2 ** 31 - 1;

/**
 * Old sets that the history has no room for, lowest revision first. A set that has pods, or whose
 * last change its controller has not seen, is kept but counts.
 */
export function setsToCleanUp(
  oldSets: readonly ReplicaSet[],
  revisionHistoryLimit: number | undefined,
): readonly ReplicaSet[] {
  if (revisionHistoryLimit === undefined || revisionHistoryLimit === UNLIMITED) return [];
  const alive = oldSets.filter((set) => set.deletionTimeMicros === null);
  const surplus = alive.length - revisionHistoryLimit;
  if (surplus <= 0) return [];
  return alive.sort(byRevision).slice(0, surplus).filter(isIdle);
}

function isIdle(set: ReplicaSet): boolean {
  return (
    sizeOf(set) === 0 &&
    (set.status.replicas ?? 0) === 0 &&
    set.generation <= (set.status.observedGeneration ?? 0)
  );
}
