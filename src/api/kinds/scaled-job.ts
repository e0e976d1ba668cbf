import type { ScaledJobSpec, ScaledJobStatus } from "../schemas/types.js";
import { modelled, none } from "./field-rules.js";
import { JOB_SPEC } from "./job.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

/** KEDA's. */
export const SCALED_JOB: KindDescriptor<ScaledJobSpec, ScaledJobStatus> = {
  ...named("keda.sh/v1alpha1", "scaledjobs", "Namespaced", "spec,status"),
  podSpecPath: ["spec", "jobTargetRef", "template", "spec"],
  fields: {
    ...modelled("pollingInterval", "minReplicaCount", "maxReplicaCount", "scalingStrategy"),
    ...modelled("successfulJobsHistoryLimit", "failedJobsHistoryLimit"),
    ...none("envSourceContainerName"),
    jobTargetRef: JOB_SPEC,
    rollout: "placement",
    rolloutStrategy: "placement",
    triggers: {
      ...modelled("type", "name", "metadata", "metricType"),
      ...none("authenticationRef"),
      useCachedMetrics: "timing",
    },
  },
};
