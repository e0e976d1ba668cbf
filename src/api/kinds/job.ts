import { defaultJob } from "../defaults/workloads.js";
import { validateJobSpec } from "../validation/jobs.js";
import { validateJobChange } from "../validation/immutable.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

export const JOB: KindDescriptor<Record<string, unknown>, Record<string, unknown>> = {
  ...named("batch/v1", "jobs", "Namespaced", "spec,status"),
  defaults: defaultJob,
  validate: (spec, context) => validateJobSpec(spec, "spec", context),
  validateChange: validateJobChange,
  podSpecPath: ["spec", "template", "spec"],
  fields: "placement",
};
