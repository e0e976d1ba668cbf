import type { PodVersion } from "../../api/pod-version.js";

/** Annotation, and label, of a pod of an Indexed Job. */
export const COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";
/** How often the index failed before the pod was made; those that a rule told to ignore apart. */
const FAILURE_COUNT = "batch.kubernetes.io/job-index-failure-count";
const IGNORED_FAILURE_COUNT = "batch.kubernetes.io/job-index-ignored-failure-count";

/** The longest base of a generated name that leaves room for its suffix. */
const MAX_GENERATED_NAME_BASE = 58;
const MAX_INT32 = 2 ** 31 - 1;

/** The pod's completion index; null where it has none that can be read. */
export function completionIndexOf(pod: PodVersion): number | null {
  const text = pod.annotations[COMPLETION_INDEX];
  const index = text === undefined ? null : integerOf(text);
  return index === null || index < 0 ? null : index;
}

/** As {@link completionIndexOf}, and null for an index that the Job does not have. */
export function validIndexOf(pod: PodVersion, completions: number): number | null {
  const index = completionIndexOf(pod);
  return index !== null && index < completions ? index : null;
}

/** Failures of the index that counted before this pod. */
export function failureCountOf(pod: PodVersion): number {
  return countOf(pod, FAILURE_COUNT);
}

export function ignoredFailureCountOf(pod: PodVersion): number {
  return countOf(pod, IGNORED_FAILURE_COUNT);
}

export function failureAnnotations(failures: number, ignored: number): Record<string, string> {
  return {
    [FAILURE_COUNT]: `${failures}`,
    ...(ignored > 0 && { [IGNORED_FAILURE_COUNT]: `${ignored}` }),
  };
}

/** The base of the names of an index's pods: `<job>-<index>-`, the Job's name cut so that it fits. */
export function generateNameOf(jobName: string, index: number): string {
  const suffix = `-${index}-`;
  return jobName.slice(0, MAX_GENERATED_NAME_BASE - suffix.length) + suffix;
}

/** 0 for what is absent, unreadable, negative or beyond 32 bits: a user may have written it. */
function countOf(pod: PodVersion, annotation: string): number {
  const text = pod.annotations[annotation];
  const count = text === undefined ? null : integerOf(text);
  return count === null || count < 0 || count > MAX_INT32 ? 0 : count;
}

function integerOf(text: string): number | null {
  return /^[+-]?\d{1,18}$/.test(text) ? Number(text) : null;
}
