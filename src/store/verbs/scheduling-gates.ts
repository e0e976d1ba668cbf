import type { TimeMicros } from "../../base/time.js";
import type { PodSpec } from "../../api/kubernetes.js";
import type { NewPod } from "../../api/new-object.js";
import { EMPTY_POD_STATUS, type PodStatus } from "../../api/pod-version.js";

export function isGated(spec: PodSpec): boolean {
  return (spec.schedulingGates ?? []).length > 0;
}

/** The status that a pod is created with; a gated one says why it is not scheduled. */
export function initialStatus({ spec }: NewPod, nowMicros: TimeMicros): PodStatus {
  if (!isGated(spec)) return EMPTY_POD_STATUS;
  const gated = {
    type: "PodScheduled",
    status: "False",
    lastTransitionTimeMicros: nowMicros,
    reason: "SchedulingGated",
    message: "Scheduling is blocked due to non-empty scheduling gates",
  } as const;
  return { ...EMPTY_POD_STATUS, conditions: [gated] };
}
