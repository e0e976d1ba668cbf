import { isModelledTrigger, strangeTriggerKeys } from "../keda/trigger-keys.js";
import type { ScaledJobSpec, ScaledJobStatus } from "../schemas/types.js";
import { validateScaledJob } from "../validation/scaled-job.js";
import { modelled, none } from "./field-rules.js";
import { JOB_SPEC } from "./job.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import { notReady } from "./not-ready.js";

/** KEDA's. */
export const SCALED_JOB: KindDescriptor<ScaledJobSpec, ScaledJobStatus> = {
  ...named("keda.sh/v1alpha1", "scaledjobs", "Namespaced", "spec,status"),
  validate: (spec, { issues }) => validateScaledJob(spec, issues),
  strangers: strangeTriggerKeys,
  conditions: ["Ready", "Active", "Paused"],
  trouble: (_, { conditions }) => {
    const message = notReady(conditions);
    return message === null ? null : { message };
  },
  podSpecPath: ["spec", "jobTargetRef", "template", "spec"],
  fields: {
    ...modelled("pollingInterval", "minReplicaCount", "maxReplicaCount", "scalingStrategy"),
    ...modelled("successfulJobsHistoryLimit", "failedJobsHistoryLimit"),
    ...none("envSourceContainerName"),
    jobTargetRef: JOB_SPEC,
    rollout: "placement",
    rolloutStrategy: "placement",
    triggers: {
      ...modelled("name", "metadata", "metricType"),
      type: (type) => (isModelledTrigger(type) ? "modelled" : "placement"),
      ...none("authenticationRef"),
      useCachedMetrics: "timing",
    },
  },
};
