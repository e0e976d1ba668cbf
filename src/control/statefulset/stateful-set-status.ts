import type { StatusOf } from "../../api/kinds.js";
import type { StatefulSet } from "./identity.js";
import type { Places } from "./places.js";
import type { StatefulView } from "./stateful-view.js";

export type StatefulSetStatus = StatusOf["StatefulSet"];

const DEFAULT_HISTORY_LIMIT = 10;

/** How far a sync's own writes moved what the status counts. */
export interface Moved {
  /** Pods that the sync made, of the current and of the update revision; before v1.27 they count. */
  created: number;
  createdCurrent: number;
  createdUpdate: number;
  /** Pods of an old revision that the update deleted. */
  deletedForUpdate: number;
  collisionCount: number;
}

/** The status of a StatefulSet after a sync, or the one it has where they say the same. */
export function statefulSetStatus(
  view: StatefulView,
  places: Places,
  moved: Moved,
): StatefulSetStatus {
  const { set, current, update } = view;
  const { counts } = places;
  const next: StatefulSetStatus = {
    ...(set.status.conditions !== undefined && { conditions: set.status.conditions }),
    observedGeneration: set.generation,
    collisionCount: moved.collisionCount,
    replicas: counts.replicas + moved.created,
    readyReplicas: counts.ready,
    availableReplicas: counts.available,
    currentReplicas: counts.current + moved.createdCurrent - moved.deletedForUpdate,
    updatedReplicas: counts.updated + moved.createdUpdate,
    currentRevision: current.name,
    updateRevision: update.name,
  };
  const completed = afterCompletion(view, next);
  return says(set.status, completed) ? set.status : completed;
}

/** Once all pods are of the update revision and ready, it is the current one. */
function afterCompletion(
  { set, features }: StatefulView,
  status: StatefulSetStatus,
): StatefulSetStatus {
  const replicas = set.spec.replicas ?? 1;
  const strategy = set.spec.updateStrategy?.type ?? "RollingUpdate";
  const isDone =
    status.updatedReplicas === replicas &&
    status.readyReplicas === replicas &&
    status.replicas === replicas;
  if (!isDone) return status;
  if (strategy !== "RollingUpdate" && !features.StatefulSetCompletesEveryUpdate) return status;
  return {
    ...status,
    currentReplicas: status.updatedReplicas ?? 0,
    currentRevision: status.updateRevision ?? "",
  };
}

const COUNTS = [
  "replicas",
  "readyReplicas",
  "availableReplicas",
  "currentReplicas",
  "updatedReplicas",
] as const;

/** Whether a status that is stored says what the other one does; the count of collisions alone is not worth a write. */
function says(stored: StatefulSetStatus, next: StatefulSetStatus): boolean {
  for (const name of COUNTS) if ((stored[name] ?? 0) !== (next[name] ?? 0)) return false;
  return (
    (stored.observedGeneration ?? 0) >= (next.observedGeneration ?? 0) &&
    (stored.currentRevision ?? "") === next.currentRevision &&
    (stored.updateRevision ?? "") === next.updateRevision
  );
}

/** Whether the history may hold more revisions than its limit. */
export function mayHaveSurplus({ spec }: StatefulSet, revisions: readonly unknown[]): boolean {
  const limit = spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
  return limit >= 0 && revisions.length > limit;
}

/** Revisions beyond the limit of the history, the lowest first; those in use stay. */
export function surplusRevisions<R extends { readonly name: string }>(
  set: StatefulSet,
  revisions: readonly R[],
  inUse: ReadonlySet<string>,
): readonly R[] {
  const limit = set.spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
  const past = revisions.filter(({ name }) => !inUse.has(name));
  return limit < 0 ? [] : past.slice(0, Math.max(0, past.length - limit));
}
