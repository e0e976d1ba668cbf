import type { CrossVersionObjectReference, MetricSpec, MetricTarget } from "../schemas/types.js";
import { mustParseQuantity } from "../quantity.js";
import type { FieldIssues } from "./field-issue.js";
import { validateContainerResourceName } from "./resources.js";

/** The rules for names and references that a metric's source has in common with its autoscaler. */
interface SourceRules {
  readonly issues: FieldIssues;
  readonly reference: (reference: CrossVersionObjectReference, path: string) => void;
  readonly nameErrors: (name: string) => readonly string[];
  readonly containerErrors: (name: string) => readonly string[];
}

type Field = "object" | "external" | "pods" | "resource" | "containerResource";

/** What one of the sources of a metric says. Source: Kubernetes' pkg/apis/autoscaling/validation. */
export function validateMetricSource(
  metric: MetricSpec,
  field: Field,
  path: string,
  rules: SourceRules,
): void {
  const { issues } = rules;
  const { object, containerResource, resource } = metric;
  if (field === "object") rules.reference(object!.describedObject ?? {}, `${path}.describedObject`);
  if (field === "containerResource") {
    const { name, container } = containerResource!;
    validateResourceName(name, path, issues);
    if (name) validateContainerResourceName(name, `${path}.name`, issues);
    if (!container) issues.required(`${path}.container`, "must specify a container");
    else issues.invalidFor(`${path}.container`, container, rules.containerErrors(container));
  } else if (field === "resource") {
    validateResourceName(resource!.name, path, issues);
  } else {
    const name = metric[field]!.metric?.name;
    if (!name) issues.required(`${path}.metric.name`, "must specify a metric name");
    else issues.invalidFor(`${path}.metric.name`, name, rules.nameErrors(name));
  }
  const target = metric[field]!.target ?? { type: "" };
  validateTarget(target, `${path}.target`, issues);
  validateGoal(target, field, { path: `${path}.target`, issues });
}

function validateResourceName(name: string | undefined, path: string, issues: FieldIssues): void {
  if (!name) issues.required(`${path}.name`, "must specify a resource name");
}

function validateTarget(target: MetricTarget, path: string, issues: FieldIssues): void {
  const { type, averageUtilization } = target;
  if (!type) issues.required(`${path}.type`, "must specify a metric target type");
  if (!["Utilization", "Value", "AverageValue"].includes(type)) {
    issues.invalid(`${path}.type`, type, "must be either Utilization, Value, or AverageValue");
  }
  for (const field of ["value", "averageValue"] as const) {
    const quantity = target[field];
    if (quantity != null && mustParseQuantity(quantity).sign <= 0) {
      issues.invalid(`${path}.${field}`, quantity, "must be positive");
    }
  }
  if (averageUtilization != null && averageUtilization < 1) {
    issues.invalid(`${path}.averageUtilization`, averageUtilization, "must be greater than 0");
  }
}

/** Which of the three numbers of a target there must be, and which not together. */
function validateGoal(
  { value, averageValue, averageUtilization }: MetricTarget,
  field: Field,
  { path, issues }: { readonly path: string; readonly issues: FieldIssues },
): void {
  if (field === "resource" || field === "containerResource") {
    if (averageUtilization == null && averageValue == null) {
      const detail = "must set either a target raw value or a target utilization";
      issues.required(`${path}.averageUtilization`, detail);
    }
    if (averageUtilization != null && averageValue != null) {
      const detail = "may not set both a target raw value and a target utilization";
      issues.forbidden(`${path}.averageValue`, detail);
    }
    return;
  }
  if (field === "pods") {
    if (averageValue == null) {
      issues.required(`${path}.averageValue`, "must specify a positive target averageValue");
    }
    return;
  }
  if (value == null && averageValue == null) {
    const detail =
      field === "object"
        ? "must set either a target value or averageValue"
        : "must set either a target value for metric or a per-pod target";
    issues.required(`${path}.averageValue`, detail);
  }
  if (field === "external" && value != null && averageValue != null) {
    const detail = "may not set both a target value for metric and a per-pod target";
    issues.forbidden(`${path}.value`, detail);
  }
}
