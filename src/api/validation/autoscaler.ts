import { dns1123LabelErrors } from "../label-validation.js";
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
  MetricSpec,
} from "../schemas/types.js";
import { mustParseQuantity } from "../quantity.js";
import type { FieldIssues } from "./field-issue.js";
import { validateMetricSource } from "./metric-source.js";
import type { ValidationContext } from "./workloads.js";

const MAX_WINDOW_SECONDS = 3_600;
const MAX_PERIOD_SECONDS = 1_800;

/** Where a metric of each type says what it is; several set at once are looked at in this order. */
const METRIC_SOURCES = [
  ["Object", "object"],
  ["External", "external"],
  ["Pods", "pods"],
  ["Resource", "resource"],
  ["ContainerResource", "containerResource"],
] as const;
const METRIC_TYPES = METRIC_SOURCES.map(([type]) => type).sort();

/** Source: Kubernetes' pkg/apis/autoscaling/validation. */
export function validateAutoscaler(
  spec: HorizontalPodAutoscalerSpec,
  { issues, options }: ValidationContext,
): void {
  const { minReplicas, maxReplicas = 0, metrics = [], behavior } = spec;
  const least = options.scalesToZero === true ? 0 : 1;
  if (minReplicas != null && minReplicas < least) {
    const detail = `must be greater than or equal to ${least}`;
    issues.invalid("spec.minReplicas", minReplicas, detail);
  }
  if (maxReplicas < 1) issues.invalid("spec.maxReplicas", maxReplicas, "must be greater than 0");
  if (minReplicas != null && maxReplicas < minReplicas) {
    const detail = "must be greater than or equal to `minReplicas`";
    issues.invalid("spec.maxReplicas", maxReplicas, detail);
  }
  const target = spec.scaleTargetRef ?? {};
  const needsGroup = options.namesTargetGroup === true && target.kind !== "ReplicationController";
  validateReference(target, "spec.scaleTargetRef", { issues, needsGroup });
  for (const [i, metric] of metrics.entries()) {
    validateMetric(metric, `spec.metrics[${i}]`, issues);
  }
  if (minReplicas === 0 && !metrics.some(isOutside)) {
    const detail =
      "must specify at least one Object or External metric to support scaling to zero replicas";
    issues.forbidden("spec.metrics", detail);
  }
  for (const side of ["scaleUp", "scaleDown"] as const) {
    const rules = behavior?.[side];
    if (rules) validateRules(rules, `spec.behavior.${side}`, issues);
  }
}

function isOutside({ type }: MetricSpec): boolean {
  return type === "Object" || type === "External";
}

function validateReference(
  { kind = "", name = "", apiVersion = "" }: Partial<CrossVersionObjectReference>,
  path: string,
  { issues, needsGroup }: { readonly issues: FieldIssues; readonly needsGroup: boolean },
): void {
  for (const [field, value] of Object.entries({ kind, name })) {
    if (value === "") issues.required(`${path}.${field}`);
    else issues.invalidFor(`${path}.${field}`, value, pathSegmentErrors(value));
  }
  if (!needsGroup) return;
  const parts = apiVersion.split("/");
  if (parts.length > 2) {
    const detail = `unexpected GroupVersion string: ${apiVersion}`;
    issues.invalid(`${path}.apiVersion`, apiVersion, detail);
  } else if (parts.length < 2 || parts[0] === "") {
    issues.invalid(`${path}.apiVersion`, apiVersion, "apiVersion must specify API group");
  }
}

/** Why that cannot be a part of a path. */
function pathSegmentErrors(text: string): readonly string[] {
  if (text === "." || text === "..") return [`may not be '${text}'`];
  return ["/", "%"]
    .filter((part) => text.includes(part))
    .map((part) => `may not contain '${part}'`);
}

function validateMetric(metric: MetricSpec, path: string, issues: FieldIssues): void {
  issues.oneOf(`${path}.type`, metric.type, METRIC_TYPES);
  const present = METRIC_SOURCES.filter(([, field]) => metric[field] != null);
  const first = present[0]?.[1];
  if (first !== undefined) {
    validateMetricSource(metric, first, `${path}.${first}`, {
      issues,
      reference: (reference, at) => validateReference(reference, at, { issues, needsGroup: false }),
      nameErrors: pathSegmentErrors,
      containerErrors: dns1123LabelErrors,
    });
  }
  const expected = METRIC_SOURCES.find(([type]) => type === metric.type)?.[1];
  if (expected === undefined) return;
  if (metric[expected] == null) {
    const detail = "must populate information for the given metric source";
    issues.required(`${path}.${expected}`, detail);
  }
  if (present.length === 1) return;
  for (const [, field] of present) {
    if (field === expected) continue;
    issues.forbidden(`${path}.${field}`, "must populate the given metric source only");
  }
}

function validateRules(rules: HPAScalingRules, path: string, issues: FieldIssues): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies, tolerance } = rules;
  if (window != null && window < 0) {
    const detail = "must be greater than or equal to zero";
    issues.invalid(`${path}.stabilizationWindowSeconds`, window, detail);
  }
  if (window != null && window > MAX_WINDOW_SECONDS) {
    const detail = `must be less than or equal to ${MAX_WINDOW_SECONDS}`;
    issues.invalid(`${path}.stabilizationWindowSeconds`, window, detail);
  }
  if (selectPolicy != null) {
    issues.oneOf(`${path}.selectPolicy`, selectPolicy, ["Disabled", "Max", "Min"]);
  }
  if ((policies ?? []).length === 0) {
    issues.required(`${path}.policies`, "must specify at least one Policy");
  }
  for (const [i, { type, value, periodSeconds }] of (policies ?? []).entries()) {
    const at = `${path}.policies[${i}]`;
    issues.oneOf(`${at}.type`, type, ["Percent", "Pods"]);
    if (!(value > 0)) issues.invalid(`${at}.value`, value, "must be greater than zero");
    if (!(periodSeconds > 0)) {
      issues.invalid(`${at}.periodSeconds`, periodSeconds, "must be greater than zero");
    }
    if (periodSeconds > MAX_PERIOD_SECONDS) {
      const detail = `must be less than or equal to ${MAX_PERIOD_SECONDS}`;
      issues.invalid(`${at}.periodSeconds`, periodSeconds, detail);
    }
  }
  if (tolerance != null && mustParseQuantity(tolerance).sign < 0) {
    issues.invalid(`${path}.tolerance`, tolerance, "must be greater than or equal to 0");
  }
}
