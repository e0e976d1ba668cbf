import { completion } from "./job-end.js";
import { delaysTerminalCondition } from "./job-features.js";
import {
  type ConditionSketch,
  ensureCondition,
  isSuspended,
  type JobStatus,
} from "./job-object.js";
import type { JobSync } from "./job-sync.js";

const SUSPENDED: ConditionSketch = {
  type: "Suspended",
  status: "True",
  reason: "JobSuspended",
  message: "Job suspended",
};
const RESUMED: ConditionSketch = {
  type: "Suspended",
  status: "False",
  reason: "JobResumed",
  message: "Job resumed",
};

/** What is to be said of a Job whose pods were created and deleted as this sync wants. */
export interface Conclusion {
  readonly status: JobStatus;
  readonly ending: ConditionSketch | null;
  /** Whether it was suspended (true) or resumed (false) just now; null where it was neither. */
  readonly suspension: boolean | null;
  readonly changed: boolean;
}

/** Counts active, ready and terminating pods; completes, suspends or resumes the Job. */
export function conclude(sync: JobSync, now: string): Conclusion {
  const { view, count } = sync.counted!;
  const { features } = view;
  let { status, ending } = sync;
  let suspension: boolean | null = null;
  if (ending !== null) {
    // Pods may be left that were not deleted, or that the watch has not shown.
    if (sync.deletedCount !== count.active.length || !sync.satisfied) ending = null;
  } else {
    ending = completion(view, count.succeeded, sync.active);
    if (ending === null && sync.isManaged) {
      const suspended = withSuspension(sync, now);
      if (suspended !== null) {
        status = suspended;
        suspension = isSuspended(view.spec);
      }
    }
  }
  const terminating = features.JobPodReplacementPolicy ? sync.terminating : undefined;
  const { active = 0, ready, terminating: wasTerminating } = sync.job.status;
  const changed =
    suspension !== null ||
    active !== sync.active ||
    ready !== sync.ready ||
    wasTerminating !== terminating;
  const { terminating: _, ...rest } = status;
  const counted = { ...rest, active: sync.active, ready: sync.ready };
  return {
    status: terminating === undefined ? counted : { ...counted, terminating },
    ending,
    suspension,
    changed,
  };
}

/** A Job that is resumed starts anew; one that is suspended has not started, as of v1.36. */
function withSuspension(sync: JobSync, now: string): JobStatus | null {
  const { spec, features } = sync.counted!.view;
  const { conditions: before = [], startTime, ...rest } = sync.status;
  const suspends = isSuspended(spec);
  const conditions = ensureCondition(before, suspends ? SUSPENDED : RESUMED, now);
  if (conditions === before) return null;
  const started = suspends ? startTime : now;
  const forgets = suspends && features.MutableSchedulingDirectivesForSuspendedJobs;
  return {
    ...rest,
    conditions: [...conditions],
    ...(started !== undefined && !forgets && { startTime: started }),
  };
}

/** The status of a Job that is finished now; null while there is something left to count. */
export function finishedStatus(sync: JobSync, now: string): JobStatus | null {
  const { accounting, status, counted } = sync;
  if (accounting === null || accounting.terminal === null || accounting.isPartial) return null;
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (succeeded.length + failed.length > 0) return null;
  if (delaysTerminalCondition(counted!.view.features) && sync.terminating > 0) return null;
  const { terminal } = accounting;
  return {
    ...status,
    conditions: [...ensureCondition(status.conditions ?? [], terminal, now)],
    ...(terminal.type === "Complete" && { completionTime: now }),
  };
}
