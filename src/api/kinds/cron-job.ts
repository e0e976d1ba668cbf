import type { CronJobSpec, CronJobStatus } from "../schemas/types.js";
import { dns1123SubdomainErrors } from "../label-validation.js";
import { defaultCronJob } from "../defaults/workloads.js";
import { validateCronJob } from "../validation/jobs.js";
import { modelled } from "./field-rules.js";
import { JOB_SPEC } from "./job.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

/** A CronJob's Jobs append 11 characters to its name. */
const MAX_CRON_JOB_NAME = 52;

export const CRON_JOB: KindDescriptor<CronJobSpec, CronJobStatus> = {
  ...named("batch/v1", "cronjobs", "Namespaced", "spec,status"),
  shortNames: ["cj"],
  formerVersions: { "batch/v1beta1": null, "batch/v2alpha1": null },
  nameErrors: (name) =>
    name.length > MAX_CRON_JOB_NAME
      ? [`must be no more than ${MAX_CRON_JOB_NAME} characters`]
      : dns1123SubdomainErrors(name),
  defaults: defaultCronJob,
  validate: validateCronJob,
  podSpecPath: ["spec", "jobTemplate", "spec", "template", "spec"],
  fields: {
    ...modelled("schedule", "timeZone", "suspend", "concurrencyPolicy"),
    ...modelled("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"),
    jobTemplate: { metadata: "modelled", spec: JOB_SPEC },
  },
};
