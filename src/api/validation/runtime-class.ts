import type { SpecOf } from "../kinds.js";
import { dns1123LabelErrors } from "../label-validation.js";
import type { FieldIssues } from "./field-issue.js";
import { validateLabels } from "./metadata.js";
import { validateTolerations } from "./placement.js";
import { validateAmounts } from "./resources.js";

export function validateRuntimeClass(spec: SpecOf["RuntimeClass"], issues: FieldIssues): void {
  issues.invalidFor("handler", spec.handler ?? "", dns1123LabelErrors(spec.handler ?? ""));
  validateAmounts(spec.overhead?.podFixed, "overhead.podFixed", issues);
  const { nodeSelector = {}, tolerations = [] } = spec.scheduling ?? {};
  validateLabels(nodeSelector, "scheduling.nodeSelector", issues);
  validateTolerations(tolerations, "scheduling.tolerations", { issues, options: {} });
  const seen = new Set<string>();
  for (const [i, { key, operator, value, effect }] of tolerations.entries()) {
    const identity = JSON.stringify([key, operator, value, effect]);
    if (seen.has(identity)) issues.duplicate(`scheduling.tolerations[${i}]`, identity);
    seen.add(identity);
  }
}
