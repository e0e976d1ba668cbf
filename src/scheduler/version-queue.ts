import type { PodVersion } from "../api/pod-version.js";
import { MICROS_PER_SECOND } from "../base/time.js";
import type { QueueSortPlugin } from "./framework/interfaces.js";
import type { BackoffOptions } from "./queue/backoff.js";
import { SchedulingQueue } from "./queue/scheduling-queue.js";
import type { Happening, QueueingHints } from "./queueing-hints.js";
import type { SchedulerOptions } from "./scheduler-options.js";

const POP_FROM_BACKOFF_WINDOW_MICROS = MICROS_PER_SECOND;

export interface VersionQueueOptions {
  readonly sort: QueueSortPlugin;
  readonly hints: QueueingHints;
  /** The PreEnqueue plugin that holds the pod back; null: none does. */
  readonly gate: (pod: PodVersion) => string | null;
}

/** The queue as the simulated version has it, in the order of the profiles' QueueSort plugin. */
export function versionQueue(
  scheduler: SchedulerOptions,
  { sort, hints, gate }: VersionQueueOptions,
): SchedulingQueue<Happening> {
  const { features, podInitialBackoffSeconds, podMaxBackoffSeconds } = scheduler;
  const popFromBackoff = features.SchedulerPopFromBackoffQ;
  const backoff: BackoffOptions = {
    initial: Math.round(podInitialBackoffSeconds * MICROS_PER_SECOND),
    max: Math.round(podMaxBackoffSeconds * MICROS_PER_SECOND),
    orderingWindow: popFromBackoff ? POP_FROM_BACKOFF_WINDOW_MICROS : 0,
    endIsExclusive: features.BackoffEndIsExclusive,
    countsErrorsApart: features.BackoffCountsErrorsApart,
  };
  return new SchedulingQueue<Happening>({
    before: (a, b) => {
      if (sort.less(a, b)) return true;
      return sort.less(b, a) ? false : a.sequence < b.sequence;
    },
    gate,
    awaits: (queued, happening) => hints.awaits(queued, happening),
    worthRequeuing: (queued, happening) => hints.worthRequeuing(queued, happening),
    mayUngate: (queued, happening) => hints.mayUngate(queued, happening),
    backoff,
    maxUnschedulableMicros: scheduler.maxUnschedulableMicros,
    rules: {
      inFlightEvents: features.SchedulerQueueingHints,
      popFromBackoff,
      errorsBackOff: features.ErrorsBackOff,
      errorKeepsRejectors: features.ErrorKeepsRejectors,
    },
  });
}
