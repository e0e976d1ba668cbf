import type { ObjectVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { JobCondition, JobSpec, JobStatus } from "../../api/schemas/types.js";
import type { JobFeatures } from "./job-features.js";

export type Job = ObjectVersion<"Job">;
export type { JobCondition, JobSpec, JobStatus };

/** Who keeps a Job whose `managedBy` says nothing else. */
const OWN_NAME = "kubernetes.io/job-controller";
/** Keeps a pod until its Job's status has counted it. */
export const TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking";

export function isIndexed(spec: JobSpec): boolean {
  return spec.completionMode === "Indexed";
}

export function isSuspended(spec: JobSpec): boolean {
  return spec.suspend === true;
}

/** A null in a manifest says as little as an absent field. */
export function completionsOf(spec: JobSpec): number | null {
  return spec.completions ?? null;
}

export function parallelismOf(spec: JobSpec): number {
  return spec.parallelism ?? 1;
}

export function backoffLimitOf(spec: JobSpec): number {
  return spec.backoffLimit ?? 6;
}

/** True for a Job of an Indexed Job's kind whose failures count by index. */
export function countsFailuresByIndex(spec: JobSpec): boolean {
  return spec.backoffLimitPerIndex != null;
}

/** Whether another controller than this one keeps it. KEP-4368. */
export function isKeptElsewhere(job: Job, features: JobFeatures): boolean {
  const { managedBy } = job.spec;
  return features.JobManagedBy && managedBy != null && managedBy !== OWN_NAME;
}

/** Whether a pod is replaced only when it has ended, and not when it is being deleted. KEP-3939. */
export function replacesFailedOnly(spec: JobSpec, features: JobFeatures): boolean {
  if (features.JobPodReplacementPolicy && spec.podReplacementPolicy === "Failed") return true;
  return features.JobPodFailurePolicy && spec.podFailurePolicy != null;
}

/** Whether a pod has failed; one that is being deleted counts as failed unless it may still succeed. */
export function isPodFailed(pod: PodVersion, spec: JobSpec, features: JobFeatures): boolean {
  if (pod.phase === "Failed") return true;
  if (replacesFailedOnly(spec, features)) return false;
  return pod.deletionTimeMicros !== null && pod.phase !== "Succeeded";
}

export function isTracked(pod: PodVersion): boolean {
  return pod.finalizers.includes(TRACKING_FINALIZER);
}

export function conditionOf(status: JobStatus, type: string): JobCondition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}

/** Complete or Failed, where it holds. */
export function finishedAs(status: JobStatus): JobCondition | undefined {
  return status.conditions?.find(
    ({ type, status: value }) => (type === "Complete" || type === "Failed") && value === "True",
  );
}

export interface ConditionSketch {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

export function newCondition(sketch: ConditionSketch, now: string): JobCondition {
  const { type, status, reason, message } = sketch;
  return {
    type,
    status,
    lastProbeTime: now,
    lastTransitionTime: now,
    ...(reason !== "" && { reason }),
    ...(message !== "" && { message }),
  };
}

/**
 * Conditions in which the sketch holds; the same list if it does already. One that would only say
 * False of what was never said is left out.
 */
export function ensureCondition(
  conditions: readonly JobCondition[],
  sketch: ConditionSketch,
  now: string,
): readonly JobCondition[] {
  const at = conditions.findIndex(({ type }) => type === sketch.type);
  if (at < 0) {
    return sketch.status === "False" ? conditions : [...conditions, newCondition(sketch, now)];
  }
  const { status, reason = "", message = "" } = conditions[at]!;
  if (status === sketch.status && reason === sketch.reason && message === sketch.message) {
    return conditions;
  }
  return conditions.with(at, newCondition(sketch, now));
}
