import type { TimeMicros } from "../../base/time.js";
import type { PodVersion } from "../../api/pod-version.js";
import { podFinishTime } from "./finish-time.js";
import { allFailuresOf, nextIndexes, surplusOfIndexes } from "./indexed-pods.js";
import type { JobCount, JobView } from "./job-count.js";
import {
  completionsOf,
  countsFailuresByIndex,
  isIndexed,
  isSuspended,
  type JobSpec,
  parallelismOf,
  replacesFailedOnly,
} from "./job-object.js";
import { remainingBackoff } from "./pod-backoff.js";
import { inRemovalOrder } from "./removal-order.js";

/** Most pods that one sync creates or deletes. */
const MOST_AT_ONCE = 500;

/** What a sync does about the number of pods: it deletes, or creates, or waits. */
export type PodPlan =
  | { readonly what: "delete"; readonly pods: readonly PodVersion[] }
  /** `indexes` of an Indexed Job, one a pod. */
  | { readonly what: "create"; readonly count: number; readonly indexes: readonly number[] | null }
  | { readonly what: "wait"; readonly micros: TimeMicros }
  | { readonly what: "nothing" };

const NOTHING: PodPlan = { what: "nothing" };

/** How many pods are to run, and what follows for those that do. Source: Kubernetes, "Jobs". */
export function planPods(view: JobView, count: JobCount, nowMicros: TimeMicros): PodPlan {
  const { spec, features } = view;
  const active = count.active.length;
  if (isSuspended(spec)) {
    const pods = surplus(spec, count.active, active);
    return pods.length > 0 ? { what: "delete", pods } : NOTHING;
  }
  const wanted = wantedPods(spec, count);
  const pods = surplus(spec, count.active, Math.max(0, active - wanted)).slice(0, MOST_AT_ONCE);
  if (pods.length > 0) return { what: "delete", pods };
  const leaving = replacesFailedOnly(spec, features) ? count.terminating : 0;
  const missing = wanted - leaving - active;
  return missing > 0 ? creation(view, count, missing, nowMicros) : NOTHING;
}

function wantedPods(spec: JobSpec, { active, succeeded }: JobCount): number {
  const completions = completionsOf(spec);
  if (completions === null) return succeeded > 0 ? active.length : parallelismOf(spec);
  return Math.max(0, Math.min(completions - succeeded, parallelismOf(spec)));
}

/** At least that many active pods, and with them those that repeat an index. */
function surplus(
  spec: JobSpec,
  active: readonly PodVersion[],
  atLeast: number,
): readonly PodVersion[] {
  const { remove, keep } = isIndexed(spec)
    ? surplusOfIndexes(active, spec.completions ?? 0)
    : { remove: [], keep: active };
  if (remove.length >= atLeast) return remove;
  return [...remove, ...inRemovalOrder(keep).slice(0, atLeast - remove.length)];
}

function creation(view: JobView, count: JobCount, missing: number, nowMicros: TimeMicros): PodPlan {
  const { spec } = view;
  const byIndex = countsFailuresByIndex(spec);
  const waits = byIndex ? 0 : remainingBackoff(count.backoff, nowMicros);
  if (waits > 0) return { what: "wait", micros: waits };
  const most = Math.min(missing, MOST_AT_ONCE);
  if (!isIndexed(spec) || count.indexes === null) {
    return { what: "create", count: most, indexes: null };
  }
  const { succeeded, failed, awaitingSuccessors } = count.indexes;
  const state = { active: count.active, terminating: count.terminatingPods, succeeded, failed };
  const indexes = nextIndexes(view, state, most);
  if (!byIndex) return { what: "create", count: indexes.length, indexes };
  return afterBackoff(view, indexes, awaitingSuccessors, nowMicros);
}

/** Of the indexes those that may have their next pod by now. */
function afterBackoff(
  view: JobView,
  indexes: readonly number[],
  failedPods: ReadonlyMap<number, PodVersion>,
  nowMicros: TimeMicros,
): PodPlan {
  const due: number[] = [];
  let shortest = Number.POSITIVE_INFINITY;
  for (const index of indexes) {
    const left = remainingBackoffOfIndex(failedPods.get(index), nowMicros, view.wholeSecondOf);
    if (left === 0) due.push(index);
    else shortest = Math.min(shortest, left);
  }
  if (due.length === 0 && shortest < Number.POSITIVE_INFINITY) {
    return { what: "wait", micros: shortest };
  }
  return { what: "create", count: due.length, indexes: due };
}

/** How long an index waits after its last pod has failed; its own failures count, and no other's. */
export function remainingBackoffOfIndex(
  lastFailed: PodVersion | undefined,
  nowMicros: TimeMicros,
  wholeSecondOf: JobView["wholeSecondOf"],
  limits?: Parameters<typeof remainingBackoff>[2],
): TimeMicros {
  if (lastFailed === undefined) return 0;
  const record = {
    failuresAfterLastSuccess: allFailuresOf(lastFailed) + 1,
    lastFailureMicros: wholeSecondOf(podFinishTime(lastFailed)),
  };
  return remainingBackoff(record, nowMicros, limits);
}
