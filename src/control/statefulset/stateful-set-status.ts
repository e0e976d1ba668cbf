import type { StatusOf } from "../../api/kinds.js";
import type { PodVersion } from "../../api/pod-version.js";
import { revisionOf, type StatefulSet } from "./identity.js";
import {
  isAvailable,
  isRunningAndReady,
  isTerminating,
  type Places,
  type StatefulView,
} from "./stateful-view.js";

export type StatefulSetStatus = StatusOf["StatefulSet"];

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
  const pods = [...places.replicas, ...places.condemned].filter((pod) => pod !== undefined);
  const counts = countsOf(view, pods);
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

interface Counts {
  replicas: number;
  ready: number;
  available: number;
  current: number;
  updated: number;
}

function countsOf(view: StatefulView, pods: readonly PodVersion[]): Counts {
  const counts = { replicas: pods.length, ready: 0, available: 0, current: 0, updated: 0 };
  for (const pod of pods) {
    if (isRunningAndReady(pod)) {
      counts.ready += 1;
      if (isAvailable(view, pod)) counts.available += 1;
    }
    if (isTerminating(pod)) continue;
    const revision = revisionOf(pod);
    if (revision === view.current.name) counts.current += 1;
    if (revision === view.update.name) counts.updated += 1;
  }
  return counts;
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

/** Whether a status that is stored says what the other one does; the count of collisions alone is not worth a write. */
function says(stored: StatefulSetStatus, next: StatefulSetStatus): boolean {
  const counts = [
    "replicas",
    "readyReplicas",
    "availableReplicas",
    "currentReplicas",
    "updatedReplicas",
  ] as const;
  return (
    (stored.observedGeneration ?? 0) >= (next.observedGeneration ?? 0) &&
    counts.every((name) => (stored[name] ?? 0) === (next[name] ?? 0)) &&
    (stored.currentRevision ?? "") === next.currentRevision &&
    (stored.updateRevision ?? "") === next.updateRevision
  );
}

/** Revisions beyond the limit of the history, the lowest first; those in use stay. */
export function surplusRevisions<R extends { readonly name: string }>(
  set: StatefulSet,
  revisions: readonly R[],
  inUse: ReadonlySet<string>,
): readonly R[] {
  const limit = set.spec.revisionHistoryLimit ?? 10;
  const past = revisions.filter(({ name }) => !inUse.has(name));
  return limit < 0 ? [] : past.slice(0, Math.max(0, past.length - limit));
}
