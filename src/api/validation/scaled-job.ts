import type { ScaledJobSpec } from "../schemas/types.js";
import type { FieldIssues } from "./field-issue.js";
import { validateTriggers } from "./keda-triggers.js";

/** What the definition of ScaledJob requires. Source: KEDA, its CustomResourceDefinition (2.21). */
export function validateScaledJob(spec: ScaledJobSpec, issues: FieldIssues): void {
  const { jobTargetRef, triggers } = spec as Partial<ScaledJobSpec>;
  if (jobTargetRef == null) issues.required("spec.jobTargetRef");
  else if (jobTargetRef.template == null) issues.required("spec.jobTargetRef.template");
  else if (jobTargetRef.template.spec?.containers == null) {
    issues.required("spec.jobTargetRef.template.spec.containers");
  }
  validateTriggers(triggers, issues);
}
