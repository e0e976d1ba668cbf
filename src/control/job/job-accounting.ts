import type { PodVersion } from "../../api/pod-version.js";
import { completionIndexOf, validIndexOf } from "./completion-index.js";
import { terminalOf } from "./job-end.js";
import type { JobCount, JobView } from "./job-count.js";
import {
  conditionOf,
  type ConditionSketch,
  countsFailuresByIndex,
  isIndexed,
  isPodFailed,
  isTracked,
  type JobStatus,
  newCondition,
} from "./job-object.js";
import { verdictOn } from "./indexed-pods.js";
import { settleUncounted, uncountedPods } from "./uncounted-pods.js";

/** Most pods that a status names as not counted yet. */
const MAX_UNCOUNTED = 500;

export interface AccountingInput {
  readonly view: JobView;
  readonly count: JobCount;
  /** The status so far: what of it is decided before pods are counted. */
  readonly status: JobStatus;
  readonly isDeleting: boolean;
  readonly ending: ConditionSketch | null;
  readonly now: string;
}

export interface Accounting {
  /** What is to be written before finalizers are taken away. */
  readonly status: JobStatus;
  readonly changed: boolean;
  /** Pods that are counted now, whose finalizer is not needed any more. */
  readonly release: readonly PodVersion[];
  /** UIDs of pods that have their finalizer still. */
  readonly tracked: ReadonlySet<string>;
  /** What is to be said of the Job once nothing is left to count. */
  readonly terminal: ConditionSketch | null;
  /** More pods are to be counted than one sync does. */
  readonly isPartial: boolean;
}

/**
 * Counts ended pods without ever counting one twice: first the status names them, then their finalizers
 * go, then the counters grow by those whose finalizer is gone. Of an Indexed Job the text of the completed
 * indexes is enough for those that succeeded.
 * Source: Kubernetes, "Jobs: Job tracking with finalizers"; KEP-2307.
 */
export function accountPods(input: AccountingInput): Accounting {
  const { view, count, ending } = input;
  const tracked = new Set(
    view.pods
      .filter((pod) => isTracked(pod) && !view.finalizerBeingRemoved.has(pod.uid))
      .map(({ uid }) => uid),
  );
  const settled = settleUncounted(input.status, tracked);
  const ended = new EndedPods(input, settled.status);
  const isPartial = inOrder(view)
    .filter(({ uid }) => tracked.has(uid))
    .some((pod) => ended.take(pod));
  const named = {
    ...settled.status,
    uncountedTerminatedPods: uncountedPods(ended.succeeded, ended.failed),
  };
  const indexed = withIndexes(named, count, ended.indexes);
  const announced = withAnnouncement(indexed, ending, input.now);
  return {
    status: announced,
    changed:
      settled.changed || ended.hasNews || indexesDiffer(named, indexed) || announced !== indexed,
    release: ended.release,
    tracked,
    terminal: ending === null ? null : terminalOf(ending),
    isPartial,
  };
}

/** Pods that are to be counted, taken one by one. */
class EndedPods {
  readonly release: PodVersion[] = [];
  readonly indexes: number[] = [];
  /** UIDs that the status will name. */
  readonly succeeded: string[];
  readonly failed: string[];
  hasNews = false;
  private readonly knownSucceeded: ReadonlySet<string>;
  private readonly knownFailed: ReadonlySet<string>;

  constructor(
    private readonly input: AccountingInput,
    status: JobStatus,
  ) {
    const known = input.view.status.uncountedTerminatedPods ?? {};
    this.knownSucceeded = new Set(known.succeeded);
    this.knownFailed = new Set(known.failed);
    this.succeeded = [...(status.uncountedTerminatedPods?.succeeded ?? [])];
    this.failed = [...(status.uncountedTerminatedPods?.failed ?? [])];
  }

  /** True once these are as many as one sync takes. */
  take(pod: PodVersion): boolean {
    const { view, count, ending } = this.input;
    const hasFailed = isPodFailed(pod, view.spec, view.features);
    if (!mayRelease(this.input, pod, hasFailed)) return false;
    this.release.push(pod);
    const index = count.indexes === null ? null : validIndexOf(pod, view.spec.completions ?? 0);
    if (pod.phase === "Succeeded" && !this.knownFailed.has(pod.uid)) this.succeed(pod, index);
    else if (hasFailed || (ending !== null && ending.type !== "SuccessCriteriaMet")) {
      this.fail(pod, index);
    }
    return this.indexes.length + this.succeeded.length + this.failed.length >= MAX_UNCOUNTED;
  }

  private succeed(pod: PodVersion, index: number | null): void {
    const { indexes } = this.input.count;
    if (indexes === null) {
      if (this.knownSucceeded.has(pod.uid)) return;
      this.succeeded.push(pod.uid);
    } else {
      if (index === null || indexes.succeededBefore.has(index)) return;
      this.indexes.push(index);
    }
    this.hasNews = true;
  }

  private fail(pod: PodVersion, index: number | null): void {
    const { view, count } = this.input;
    if (count.indexes !== null && index === null) return;
    if (this.knownFailed.has(pod.uid)) return;
    if (!verdictOn(view.spec, view.features, pod).counts) return;
    this.failed.push(pod.uid);
    this.hasNews = true;
  }
}

/** Completed indexes are introduced in their order. */
function inOrder({ spec, pods }: JobView): readonly PodVersion[] {
  if (!isIndexed(spec)) return pods;
  const indexOf = (pod: PodVersion): number => completionIndexOf(pod) ?? -1;
  return pods.toSorted((a, b) => indexOf(a) - indexOf(b));
}

function mayRelease(
  { view, count, isDeleting, ending }: AccountingInput,
  pod: PodVersion,
  hasFailed: boolean,
): boolean {
  if (isDeleting || ending !== null || pod.phase === "Succeeded") return true;
  if (!hasFailed) return false;
  if (count.indexes === null || !countsFailuresByIndex(view.spec)) return true;
  const index = completionIndexOf(pod);
  return index === null || count.indexes.awaitingSuccessors.get(index)?.uid !== pod.uid;
}

function withIndexes(
  status: JobStatus,
  { indexes }: JobCount,
  newIndexes: readonly number[],
): JobStatus {
  if (indexes === null) return status;
  const succeeded = indexes.succeeded.with(newIndexes);
  const { completedIndexes: _, failedIndexes: __, ...rest } = status;
  const completed = succeeded.toString();
  return {
    ...rest,
    succeeded: succeeded.size,
    ...(completed !== "" && { completedIndexes: completed }),
    ...(indexes.failed !== null && { failedIndexes: indexes.failed.toString() }),
  };
}

function indexesDiffer(before: JobStatus, after: JobStatus): boolean {
  return (
    (before.completedIndexes ?? "") !== (after.completedIndexes ?? "") ||
    before.failedIndexes !== after.failedIndexes
  );
}

/** The interim condition, so that the decision is known before the pods may go. */
function withAnnouncement(
  status: JobStatus,
  ending: ConditionSketch | null,
  now: string,
): JobStatus {
  if (ending === null) return status;
  const isInterim = ending.type === "FailureTarget" || ending.type === "SuccessCriteriaMet";
  if (!isInterim || conditionOf(status, ending.type)?.status === "True") return status;
  return { ...status, conditions: [...(status.conditions ?? []), newCondition(ending, now)] };
}
