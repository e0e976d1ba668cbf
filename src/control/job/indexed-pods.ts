import type { PodVersion } from "../../api/pod-version.js";
import {
  completionIndexOf,
  failureCountOf,
  ignoredFailureCountOf,
  validIndexOf,
} from "./completion-index.js";
import { podFinishTime } from "./finish-time.js";
import { IndexIntervals } from "./index-intervals.js";
import type { JobFeatures } from "./job-features.js";
import {
  isPodFailed,
  isTracked,
  type JobSpec,
  type JobStatus,
  replacesFailedOnly,
} from "./job-object.js";
import { podFailureVerdict } from "./pod-failure-policy.js";
import { inRemovalOrder } from "./removal-order.js";

/** A Job as far as its indexes are concerned. */
export interface IndexedJob {
  readonly spec: JobSpec;
  readonly status: JobStatus;
  readonly features: JobFeatures;
}

/** Indexes that have succeeded: as the status says, and by pods that it has not counted yet. */
export function succeededIndexes(
  { spec, status }: IndexedJob,
  pods: readonly PodVersion[],
): { readonly before: IndexIntervals; readonly now: IndexIntervals } {
  const completions = spec.completions ?? 0;
  const before = IndexIntervals.parse(status.completedIndexes, completions);
  const found = pods.filter((pod) => pod.phase === "Succeeded" && isTracked(pod));
  return { before, now: before.with(indexesOf(found, completions)) };
}

/** Indexes that have failed for good: as the status says, and by pods that it has not counted yet. */
export function failedIndexes(job: IndexedJob, pods: readonly PodVersion[]): IndexIntervals {
  const completions = job.spec.completions ?? 0;
  const before = IndexIntervals.parse(job.status.failedIndexes, completions);
  const failed = pods.filter((pod) => isTracked(pod) && failsItsIndex(job, pod));
  return before.with(indexesOf(failed, completions));
}

/** Whether the pod's failure is the last one that its index may have. */
export function failsItsIndex({ spec, features }: IndexedJob, pod: PodVersion): boolean {
  if (!isPodFailed(pod, spec, features)) return false;
  const { action, counts } = verdictOn(spec, features, pod);
  if (action === "FailIndex") return true;
  return counts && failureCountOf(pod) >= (spec.backoffLimitPerIndex ?? 0);
}

export function verdictOn(spec: JobSpec, features: JobFeatures, pod: PodVersion) {
  return podFailureVerdict(
    features.JobPodFailurePolicy ? spec.podFailurePolicy : null,
    pod,
    features.JobBackoffLimitPerIndex,
  );
}

export interface IndexState {
  readonly active: readonly PodVersion[];
  readonly terminating: readonly PodVersion[];
  readonly succeeded: IndexIntervals;
  readonly failed: IndexIntervals | null;
}

/** The first indexes for which pods are to be made. */
export function nextIndexes(
  { spec, features }: Pick<IndexedJob, "spec" | "features">,
  { active, terminating, succeeded, failed }: IndexState,
  count: number,
): readonly number[] {
  let taken = succeeded.with(allIndexesOf(active));
  if (replacesFailedOnly(spec, features)) taken = taken.with(allIndexesOf(terminating));
  if (failed !== null) taken = taken.union(failed);
  return taken.firstMissing(count, spec.completions ?? 0);
}

/**
 * Active pods that are too many: all whose index is none or not the Job's, and of those with one index
 * all but the one that has come the farthest.
 */
export function surplusOfIndexes(
  pods: readonly PodVersion[],
  completions: number,
): { readonly remove: readonly PodVersion[]; readonly keep: readonly PodVersion[] } {
  const remove: PodVersion[] = [];
  const beyond: PodVersion[] = [];
  const byIndex = new Map<number, PodVersion[]>();
  for (const pod of pods) {
    const index = completionIndexOf(pod);
    if (index === null) remove.push(pod);
    else if (index >= completions) beyond.push(pod);
    else byIndex.set(index, [...(byIndex.get(index) ?? []), pod]);
  }
  const keep: PodVersion[] = [];
  for (const [, same] of [...byIndex].sort(([a], [b]) => a - b)) {
    const ordered = inRemovalOrder(same);
    remove.push(...ordered.slice(0, -1));
    keep.push(ordered.at(-1)!);
  }
  return { remove: [...remove, ...beyond], keep };
}

/**
 * By index, the failed pod that keeps its finalizer until its successor is made, so that the count of the
 * index's failures is not lost.
 */
export function podsAwaitingSuccessors(
  job: IndexedJob,
  pods: readonly PodVersion[],
  state: Pick<IndexState, "active" | "succeeded" | "failed">,
  finalizerBeingRemoved: ReadonlySet<string>,
): ReadonlyMap<number, PodVersion> {
  const { spec, features } = job;
  const active = new Set(allIndexesOf(state.active));
  const awaiting = new Map<number, PodVersion>();
  for (const pod of pods) {
    if (!isTracked(pod) || finalizerBeingRemoved.has(pod.uid)) continue;
    if (!isPodFailed(pod, spec, features)) continue;
    const index = validIndexOf(pod, spec.completions ?? 0);
    if (index === null || active.has(index)) continue;
    if (state.succeeded.has(index) || state.failed?.has(index) === true) continue;
    const known = awaiting.get(index);
    if (known === undefined || isLaterFailure(pod, known)) awaiting.set(index, pod);
  }
  return awaiting;
}

function isLaterFailure(pod: PodVersion, than: PodVersion): boolean {
  return allFailuresOf(than) <= allFailuresOf(pod) && podFinishTime(pod) >= podFinishTime(than);
}

export function allFailuresOf(pod: PodVersion): number {
  return failureCountOf(pod) + ignoredFailureCountOf(pod);
}

/** The failures that the successor of a pod tells of. */
export function successorFailures(
  { spec, features }: Pick<IndexedJob, "spec" | "features">,
  replaced: PodVersion | undefined,
): { readonly failures: number; readonly ignored: number } {
  if (replaced === undefined) return { failures: 0, ignored: 0 };
  const failures = failureCountOf(replaced);
  const ignored = ignoredFailureCountOf(replaced);
  return verdictOn(spec, features, replaced).counts
    ? { failures: failures + 1, ignored }
    : { failures, ignored: ignored + 1 };
}

function indexesOf(pods: readonly PodVersion[], completions: number): readonly number[] {
  return pods.map((pod) => validIndexOf(pod, completions)).filter((index) => index !== null);
}

function allIndexesOf(pods: readonly PodVersion[]): readonly number[] {
  return pods.map(completionIndexOf).filter((index) => index !== null);
}
