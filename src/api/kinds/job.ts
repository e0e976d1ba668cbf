import type { JobSpec, JobStatus } from "../schemas/types.js";
import { withJobSelector } from "../defaults/job-selector.js";
import { defaultJob } from "../defaults/workloads.js";
import { validateJobSpec } from "../validation/jobs.js";
import { validateJobChange } from "../validation/immutable.js";
import { type FieldRules, modelled } from "./field-rules.js";
import { POD_TEMPLATE } from "./pod-fields.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

/** Of a Job, and of the template of a CronJob's. */
export const JOB_SPEC: FieldRules = {
  ...modelled("parallelism", "completions", "completionMode", "backoffLimit"),
  ...modelled("backoffLimitPerIndex", "maxFailedIndexes", "activeDeadlineSeconds"),
  ...modelled("podFailurePolicy", "successPolicy", "podReplacementPolicy"),
  ...modelled("ttlSecondsAfterFinished", "suspend", "managedBy", "selector", "manualSelector"),
  template: POD_TEMPLATE,
  // Pods of one Workload that are to be scheduled together.
  scheduling: "placement",
};

export const JOB: KindDescriptor<JobSpec, JobStatus> = {
  ...named("batch/v1", "jobs", "Namespaced", "spec,status"),
  madeBy: "CronJob",
  defaults: defaultJob,
  validate: (spec, context) => validateJobSpec(spec, "spec", context),
  validateChange: validateJobChange,
  onCreate: (job, uid) => ({ ...job, spec: withJobSelector(job.spec, job.name, uid), status: {} }),
  podSpecPath: ["spec", "template", "spec"],
  conditions: ["Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet"],
  fields: JOB_SPEC,
};
