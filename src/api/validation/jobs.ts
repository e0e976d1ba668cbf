import { CronSyntax, parseCronLine } from "../cron/cron-fields.js";
import { TimeZone } from "../cron/time-zone.js";
import type { SpecOf } from "../kinds.js";
import type { PodTemplateSpec } from "../kubernetes.js";
import { type ValidationContext, validateTemplate } from "./workloads.js";

const COUNTS = [
  "parallelism",
  "completions",
  "backoffLimit",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
  "activeDeadlineSeconds",
  "ttlSecondsAfterFinished",
] as const;
/** The most completions and parallel pods of an Indexed Job. */
const MAX_INDEXED = 100_000;
const MAX_INDEXED_COMPLETIONS = 2 ** 31 - 1;

type JobSpec = SpecOf["Job"] & {
  readonly completionMode?: string;
  readonly completions?: number | null;
  readonly parallelism?: number | null;
  readonly template?: PodTemplateSpec;
  readonly podFailurePolicy?: { readonly rules?: readonly { readonly action?: string }[] } | null;
};

function validateIndexed(spec: JobSpec, path: string, { issues }: ValidationContext): void {
  if (spec.completions == null) {
    issues.required(`${path}.completions`, "when completion mode is Indexed");
  }
  issues.inRange(`${path}.completions`, spec.completions, { min: 0, max: MAX_INDEXED_COMPLETIONS });
  issues.inRange(`${path}.parallelism`, spec.parallelism, { min: 0, max: MAX_INDEXED });
}

export function validateJobSpec(
  jobSpec: SpecOf["Job"],
  path: string,
  context: ValidationContext,
): void {
  const spec = jobSpec as JobSpec;
  const { issues } = context;
  for (const field of COUNTS) {
    issues.notNegative(`${path}.${field}`, spec[field] as number | undefined);
  }
  if (spec.completionMode != null) {
    issues.oneOf(`${path}.completionMode`, spec.completionMode, ["NonIndexed", "Indexed"]);
  }
  if (spec.completionMode === "Indexed") validateIndexed(spec, path, context);
  else if (spec.backoffLimitPerIndex != null) {
    const detail = "requires indexed completion mode";
    issues.invalid(`${path}.backoffLimitPerIndex`, spec.backoffLimitPerIndex, detail);
  }
  (spec.podFailurePolicy?.rules ?? []).forEach(({ action }, i) => {
    const actions = ["Count", "FailIndex", "FailJob", "Ignore"];
    issues.oneOf(`${path}.podFailurePolicy.rules[${i}].action`, action, actions);
  });
  if (!spec.template) {
    issues.required(`${path}.template`);
    return;
  }
  const policies = ["OnFailure", "Never"];
  validateTemplate(spec.template, `${path}.template`, { context, policies });
  if (spec.podFailurePolicy && spec.template.spec?.restartPolicy !== "Never") {
    const detail = "only 'Never' is supported for restartPolicy when podFailurePolicy is specified";
    const value = spec.template.spec?.restartPolicy;
    issues.invalid(`${path}.template.spec.restartPolicy`, value, detail);
  }
}

function validateTimeZone(name: string | null | undefined, { issues }: ValidationContext): void {
  const path = "spec.timeZone";
  if (name == null) return;
  if (name === "") issues.invalid(path, name, "timeZone must be nil or non-empty string");
  else if (name.toLowerCase() === "local") {
    const detail =
      "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
    issues.invalid(path, name, detail);
  } else if (TimeZone.named(name) === null) {
    issues.invalid(path, name, `unknown time zone ${name}: expected one such as Europe/Berlin`);
  }
}

export function validateCronJob(spec: SpecOf["CronJob"], context: ValidationContext): void {
  const { issues } = context;
  const schedule = (spec.schedule ?? "") as string;
  if (schedule === "") issues.required("spec.schedule");
  else if (/TZ=/.test(schedule)) {
    issues.invalid("spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone");
  } else {
    const parsed = parseCronLine(schedule);
    if (parsed instanceof CronSyntax) issues.invalid("spec.schedule", schedule, parsed.message);
  }
  validateTimeZone(spec.timeZone, context);
  issues.oneOf("spec.concurrencyPolicy", spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"]);
  for (const field of [
    "startingDeadlineSeconds",
    "successfulJobsHistoryLimit",
    "failedJobsHistoryLimit",
  ] as const) {
    issues.notNegative(`spec.${field}`, spec[field] as number | undefined);
  }
  const job = (spec.jobTemplate as { spec?: SpecOf["Job"] } | undefined)?.spec;
  if (!job) issues.required("spec.jobTemplate.spec");
  else validateJobSpec(job, "spec.jobTemplate.spec", context);
}
