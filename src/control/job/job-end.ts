import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { microsOfSeconds } from "../timestamps.js";
import { verdictOn } from "./indexed-pods.js";
import type { JobCount, JobView } from "./job-count.js";
import { delaysTerminalCondition, type JobFeatures } from "./job-features.js";
import {
  backoffLimitOf,
  completionsOf,
  conditionOf,
  type ConditionSketch,
  countsFailuresByIndex,
  isIndexed,
  isPodFailed,
  isSuspended,
  type JobSpec,
} from "./job-object.js";
import { metSuccessPolicy } from "./success-policy.js";

const BACKOFF_LIMIT = "Job has reached the specified backoff limit";
const DEADLINE = "Job was active longer than specified deadline";
const FAILED_INDEXES = "Job has failed indexes";
const TOO_MANY_FAILED = "Job has exceeded the specified maximal number of failed indexes";

/**
 * Why the Job ends now, as the condition that a sync goes on from; null where it does not. What an earlier
 * sync decided stays so; failure comes before success.
 */
export function reasonToEnd(
  view: JobView,
  count: JobCount,
  activeSinceMicros: TimeMicros | null,
  nowMicros: TimeMicros,
): ConditionSketch | null {
  return (
    decidedBefore(view) ??
    failedByPolicy(view) ??
    pastLimits(view, count, activeSinceMicros, nowMicros) ??
    failedByIndexes(view, count) ??
    succeededByPolicy(view, count)
  );
}

function decidedBefore({ status, features }: JobView): ConditionSketch | null {
  const met = conditionOf(status, "SuccessCriteriaMet");
  if (met?.status === "True") return sketchOf("SuccessCriteriaMet", met);
  const target = conditionOf(status, "FailureTarget");
  const holds = features.JobPodFailurePolicy && target?.status === "True";
  return holds ? sketchOf("Failed", target) : null;
}

function sketchOf(
  type: string,
  { reason = "", message = "" }: { reason?: string; message?: string },
) {
  return { type, status: "True", reason, message } as const;
}

function failedByPolicy({ spec, pods, features }: JobView): ConditionSketch | null {
  if (spec.podFailurePolicy == null) return null;
  for (const pod of pods) {
    if (!isPodFailed(pod, spec, features)) continue;
    const { failsJob } = verdictOn(spec, features, pod);
    if (failsJob !== null) {
      return sketchOf("FailureTarget", { reason: "PodFailurePolicy", message: failsJob });
    }
  }
  return null;
}

function pastLimits(
  view: JobView,
  count: JobCount,
  activeSinceMicros: TimeMicros | null,
  nowMicros: TimeMicros,
): ConditionSketch | null {
  const { spec, pods, features } = view;
  if (count.failed > backoffLimitOf(spec) || pastRestarts(spec, pods)) {
    return failure(features, "BackoffLimitExceeded", BACKOFF_LIMIT);
  }
  const left = deadlineLeft(spec, activeSinceMicros, nowMicros);
  return left !== null && left <= 0 ? failure(features, "DeadlineExceeded", DEADLINE) : null;
}

/** Under restartPolicy OnFailure the containers' restarts are the failures. */
function pastRestarts(spec: JobSpec, pods: readonly PodVersion[]): boolean {
  if (spec.template.spec?.restartPolicy !== "OnFailure") return false;
  let restarts = 0;
  for (const { phase, status } of pods) {
    if (phase !== "Running" && phase !== "Pending") continue;
    for (const { restartCount } of status.initContainers) restarts += restartCount;
    for (const { restartCount } of status.containers) restarts += restartCount;
  }
  const limit = backoffLimitOf(spec);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Until the Job has been active for too long; null where it may be for ever. */
export function deadlineLeft(
  spec: JobSpec,
  activeSinceMicros: TimeMicros | null,
  nowMicros: TimeMicros,
): TimeMicros | null {
  const { activeDeadlineSeconds } = spec;
  if (activeDeadlineSeconds == null || activeSinceMicros === null || isSuspended(spec)) return null;
  return activeSinceMicros + microsOfSeconds(activeDeadlineSeconds) - nowMicros;
}

function failedByIndexes(
  { spec, features }: JobView,
  { indexes }: JobCount,
): ConditionSketch | null {
  if (indexes === null || indexes.failed === null || !countsFailuresByIndex(spec)) return null;
  const failed = indexes.failed.size;
  if (spec.maxFailedIndexes != null && failed > spec.maxFailedIndexes) {
    return failure(features, "MaxFailedIndexesExceeded", TOO_MANY_FAILED);
  }
  if (failed > 0 && failed + indexes.succeeded.size >= (spec.completions ?? 0)) {
    return failure(features, "FailedIndexes", FAILED_INDEXES);
  }
  return null;
}

function succeededByPolicy(
  { spec, features }: JobView,
  { indexes }: JobCount,
): ConditionSketch | null {
  if (!features.JobSuccessPolicy || indexes === null || !isIndexed(spec)) return null;
  const message = metSuccessPolicy(spec.successPolicy, indexes.succeeded, spec.completions ?? 0);
  if (message === null) return null;
  return sketchOf("SuccessCriteriaMet", { reason: "SuccessPolicy", message });
}

function failure(features: JobFeatures, reason: string, message: string): ConditionSketch {
  const type = delaysTerminalCondition(features) ? "FailureTarget" : "Failed";
  return sketchOf(type, { reason, message });
}

/** The condition of a Job that has its completions; null while it has not. */
export function completion(
  view: Pick<JobView, "spec" | "features">,
  succeeded: number,
  active: number,
): ConditionSketch | null {
  const { spec, features } = view;
  if (active > 0 || succeeded < (completionsOf(spec) ?? 1)) return null;
  const type = delaysTerminalCondition(features) ? "SuccessCriteriaMet" : "Complete";
  if (!features.JobSuccessPolicy) return sketchOf(type, {});
  const message = "Reached expected number of succeeded pods";
  return sketchOf(type, { reason: "CompletionsReached", message });
}

/** The condition that says for good what an interim one announced. */
export function terminalOf(condition: ConditionSketch): ConditionSketch {
  if (condition.type === "FailureTarget") return { ...condition, type: "Failed" };
  if (condition.type === "SuccessCriteriaMet") return { ...condition, type: "Complete" };
  return condition;
}
