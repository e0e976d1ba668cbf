import type { ObjectVersion } from "../../api/object-version.js";
import { revisionOf } from "./revisions.js";

export type Deployment = ObjectVersion<"Deployment">;
export type ReplicaSet = ObjectVersion<"ReplicaSet">;

/** A write that is wanted: the set's size, and with it the Deployment's size in its annotations. */
export interface ScaleStep {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

/** A Deployment's sets: the one of its template, if there is one, and all others. */
export interface Rollout {
  readonly newSet: ReplicaSet | null;
  readonly oldSets: readonly ReplicaSet[];
}

export function allSets({ newSet, oldSets }: Rollout): readonly ReplicaSet[] {
  return newSet === null ? oldSets : [...oldSets, newSet];
}

/** The size that is asked of a set. */
export function sizeOf(set: ReplicaSet): number {
  return set.spec.replicas ?? 1;
}

export function availableOf(set: ReplicaSet): number {
  return set.status.availableReplicas ?? 0;
}

/** The set as it will be once it is scaled. */
export function resized(set: ReplicaSet, replicas: number): ReplicaSet {
  return { ...set, spec: { ...set.spec, replicas } };
}

export function activeSets(sets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return sets.filter((set) => sizeOf(set) > 0);
}

export function replicaCount(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + sizeOf(set), 0);
}

/** Pods that exist, as the sets report them. */
export function actualReplicaCount(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.status.replicas ?? 0), 0);
}

export function readyReplicaCount(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.status.readyReplicas ?? 0), 0);
}

export function availableReplicaCount(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + availableOf(set), 0);
}

/** Pods on their way out; null when a set that has been observed does not report them. */
export function terminatingReplicaCount(sets: readonly ReplicaSet[]): number | null {
  let sum = 0;
  for (const set of sets) {
    const terminating = set.status.terminatingReplicas;
    if (terminating !== undefined) sum += terminating;
    else if ((set.status.observedGeneration ?? 0) > 0) return null;
  }
  return sum;
}

/** Oldest first; of one age by name. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  if (a.creationTimeMicros !== b.creationTimeMicros) {
    return a.creationTimeMicros - b.creationTimeMicros;
  }
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Largest first; of one size the older first. */
export function bySizeOlder(a: ReplicaSet, b: ReplicaSet): number {
  return sizeOf(b) - sizeOf(a) || byCreation(a, b);
}

/** Largest first; of one size the newer first. */
export function bySizeNewer(a: ReplicaSet, b: ReplicaSet): number {
  return sizeOf(b) - sizeOf(a) || byCreation(b, a);
}

/** Lowest revision first; of one revision, or where one is no number, the older first. */
export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  const revisionA = revisionOf(a);
  const revisionB = revisionOf(b);
  if (revisionA === null || revisionB === null) return byCreation(a, b);
  return revisionA - revisionB || byCreation(a, b);
}
