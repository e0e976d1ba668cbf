import type { JobStatus } from "./job-object.js";

/** As a status names pods that it has not counted yet. */
export function uncountedPods(succeeded: readonly string[], failed: readonly string[]) {
  return {
    ...(succeeded.length > 0 && { succeeded: [...succeeded] }),
    ...(failed.length > 0 && { failed: [...failed] }),
  };
}

/** Counts those of the pods named in the status whose finalizer is gone. */
export function settleUncounted(
  status: JobStatus,
  tracked: ReadonlySet<string>,
): { readonly status: JobStatus; readonly changed: boolean } {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const stillSucceeded = succeeded.filter((uid) => tracked.has(uid));
  const stillFailed = failed.filter((uid) => tracked.has(uid));
  const newSuccesses = succeeded.length - stillSucceeded.length;
  const newFailures = failed.length - stillFailed.length;
  if (newSuccesses === 0 && newFailures === 0) return { status, changed: false };
  return {
    changed: true,
    status: {
      ...status,
      succeeded: (status.succeeded ?? 0) + newSuccesses,
      failed: (status.failed ?? 0) + newFailures,
      uncountedTerminatedPods: uncountedPods(stillSucceeded, stillFailed),
    },
  };
}

/** The status as it is stored: counts of nothing are left out, save those that say "none". */
export function storedStatus(status: JobStatus): JobStatus {
  const { active = 0, succeeded = 0, failed = 0, ...rest } = status;
  return {
    ...rest,
    ...(active > 0 && { active }),
    ...(succeeded > 0 && { succeeded }),
    ...(failed > 0 && { failed }),
  };
}
