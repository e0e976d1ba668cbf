/** Which of the gates that concern Jobs are on; their meaning stands in the table of gates. */
export interface JobFeatures {
  readonly JobPodFailurePolicy: boolean;
  readonly JobPodReplacementPolicy: boolean;
  readonly JobManagedBy: boolean;
  readonly JobSuccessPolicy: boolean;
  readonly JobBackoffLimitPerIndex: boolean;
  readonly PodIndexLabel: boolean;
  readonly MutableSchedulingDirectivesForSuspendedJobs: boolean;
  readonly StaleControllerConsistencyJob: boolean;
  readonly JobDelaysTerminalCondition: boolean;
  readonly JobActiveWhileBackingOff: boolean;
}

/** Whether a Job is said to be finished only when no pod of it is on its way out any more. */
export function delaysTerminalCondition(features: JobFeatures): boolean {
  const asks = features.JobManagedBy || features.JobPodReplacementPolicy;
  return features.JobDelaysTerminalCondition && asks;
}

/** Whether pods that are on their way out are counted at all. */
export function countsTerminating(features: JobFeatures, hasFailurePolicy: boolean): boolean {
  return features.JobPodReplacementPolicy || features.JobManagedBy || hasFailurePolicy;
}
