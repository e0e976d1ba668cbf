import { isPodActive, isPodReady, type PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { isPodTerminating } from "../replicaset/pod-tally.js";
import { validIndexOf } from "./completion-index.js";
import { podFinishTime } from "./finish-time.js";
import type { IndexIntervals } from "./index-intervals.js";
import {
  failedIndexes,
  podsAwaitingSuccessors,
  succeededIndexes,
  verdictOn,
} from "./indexed-pods.js";
import { countsTerminating, type JobFeatures } from "./job-features.js";
import {
  countsFailuresByIndex,
  isIndexed,
  isPodFailed,
  isTracked,
  type JobSpec,
  type JobStatus,
} from "./job-object.js";
import { type BackoffRecord, recordEnds } from "./pod-backoff.js";

/** What a sync knows of its Job. */
export interface JobView {
  readonly spec: JobSpec;
  readonly status: JobStatus;
  readonly pods: readonly PodVersion[];
  readonly features: JobFeatures;
  /** UIDs of pods whose finalizer was taken away, which the watch has not shown yet. */
  readonly finalizerBeingRemoved: ReadonlySet<string>;
  readonly backoff: BackoffRecord;
  /** An instant as the API's timestamps have it: whole seconds. */
  readonly wholeSecondOf: (timeMicros: TimeMicros) => TimeMicros;
}

/** Pods of a Job, as counted at the beginning of a sync. */
export interface JobCount {
  readonly active: readonly PodVersion[];
  readonly terminatingPods: readonly PodVersion[];
  /** Pods on their way out; 0 where they are not counted. */
  readonly terminating: number;
  readonly ready: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Of an Indexed Job. `failed` is null where failures do not count by index. */
  readonly indexes: {
    readonly succeededBefore: IndexIntervals;
    readonly succeeded: IndexIntervals;
    readonly failed: IndexIntervals | null;
    readonly awaitingSuccessors: ReadonlyMap<number, PodVersion>;
  } | null;
  /** With the pods that have ended since the last sync. */
  readonly backoff: BackoffRecord;
}

/** Counts what has ended, what runs, and what the status has not taken in yet. */
export function countJob(view: JobView): JobCount {
  const { spec, status, pods, features } = view;
  const active = pods.filter(isPodActive);
  const terminatingPods = pods.filter(isPodTerminating);
  const uncounted = status.uncountedTerminatedPods ?? {};
  const succeededPods = newlyEnded(view, uncounted.succeeded, (pod) => pod.phase === "Succeeded");
  const failedPods = newlyEnded(view, uncounted.failed, (pod) => isPodFailed(pod, spec, features));
  const countedFailures = failedPods.filter((pod) => verdictOn(spec, features, pod).counts);
  const indexes = isIndexed(spec) ? countIndexes(view, active) : null;
  const finishedAt = (pod: PodVersion): TimeMicros => view.wholeSecondOf(podFinishTime(pod));
  const hasFailurePolicy = spec.podFailurePolicy != null;
  return {
    active,
    terminatingPods,
    terminating: countsTerminating(features, hasFailurePolicy) ? terminatingPods.length : 0,
    ready: active.filter(isPodReady).length,
    succeeded:
      indexes?.succeeded.size ??
      (status.succeeded ?? 0) + succeededPods.length + (uncounted.succeeded?.length ?? 0),
    failed: (status.failed ?? 0) + countedFailures.length + (uncounted.failed?.length ?? 0),
    indexes,
    backoff: recordEnds(view.backoff, succeededPods.map(finishedAt), failedPods.map(finishedAt)),
  };
}

function countIndexes(view: JobView, active: readonly PodVersion[]): JobCount["indexes"] {
  const { spec, pods } = view;
  const { before, now: succeeded } = succeededIndexes(view, pods);
  if (!countsFailuresByIndex(spec)) {
    return { succeededBefore: before, succeeded, failed: null, awaitingSuccessors: new Map() };
  }
  const failed = failedIndexes(view, pods);
  const state = { active, succeeded, failed };
  const awaitingSuccessors = podsAwaitingSuccessors(view, pods, state, view.finalizerBeingRemoved);
  return { succeededBefore: before, succeeded, failed, awaitingSuccessors };
}

/** Pods that have ended and that the status neither has counted nor is about to. */
function newlyEnded(
  { spec, pods, finalizerBeingRemoved }: JobView,
  uncounted: readonly string[] = [],
  hasEnded: (pod: PodVersion) => boolean,
): readonly PodVersion[] {
  const known = new Set(uncounted);
  return pods.filter((pod) => {
    if (!isTracked(pod) || known.has(pod.uid) || finalizerBeingRemoved.has(pod.uid)) return false;
    if (isIndexed(spec) && validIndexOf(pod, spec.completions ?? 0) === null) return false;
    return hasEnded(pod);
  });
}
