import { own } from "../../base/own.js";
import type { SpecOf } from "../kinds.js";
import type { ResourceList } from "../kubernetes.js";
import { mustParseQuantity } from "../quantity.js";
import type { FieldIssues } from "./field-issue.js";
import { validateLabelSelector } from "./metadata.js";
import { validateAmounts } from "./resources.js";
import { validateIntOrPercent } from "./workloads.js";

export function validateBudget(spec: SpecOf["PodDisruptionBudget"], issues: FieldIssues): void {
  const { minAvailable, maxUnavailable, selector } = spec;
  if (minAvailable != null && maxUnavailable != null) {
    issues.invalid("spec", "", "minAvailable and maxUnavailable cannot be both set");
  }
  for (const field of ["minAvailable", "maxUnavailable"] as const) {
    const value = spec[field];
    if (value != null) validateIntOrPercent(value, `spec.${field}`, { issues, atMostAll: true });
  }
  if (selector) validateLabelSelector(selector, "spec.selector", issues);
  if (spec.unhealthyPodEvictionPolicy != null) {
    const policies = ["IfHealthyBudget", "AlwaysAllow"];
    issues.oneOf("spec.unhealthyPodEvictionPolicy", spec.unhealthyPodEvictionPolicy, policies);
  }
}

const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_CLASSES: ReadonlyMap<string, number> = new Map([
  ["system-cluster-critical", 2_000_000_000],
  ["system-node-critical", 2_000_001_000],
]);

export function validatePriorityClass(
  name: string,
  spec: SpecOf["PriorityClass"],
  issues: FieldIssues,
): void {
  if (name.startsWith("system-")) {
    const problem = systemClassProblem(name, spec);
    if (problem !== null) {
      const reserved =
        "priority class names with 'system-' prefix are reserved for system use only";
      issues.forbidden("metadata.name", `${reserved}. error: ${problem}`);
    }
  } else if (spec.value > HIGHEST_USER_PRIORITY) {
    const detail = `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`;
    issues.forbidden("value", detail);
  }
  if (spec.preemptionPolicy != null) {
    const policies = ["PreemptLowerPriority", "Never"];
    issues.oneOf("preemptionPolicy", spec.preemptionPolicy, policies);
  }
}

/** Why the class is not one of those that every cluster has; null if it is. */
function systemClassProblem(name: string, spec: SpecOf["PriorityClass"]): string | null {
  const value = SYSTEM_CLASSES.get(name);
  if (value === undefined) return `${name} is not a known system priority class`;
  if (value !== spec.value) return `value of ${name} PriorityClass must be ${value}`;
  if (spec.globalDefault === true) return `globalDefault of ${name} PriorityClass must be false`;
  return null;
}

type Policy = { type?: string; value?: number; periodSeconds?: number };
type Rules = {
  stabilizationWindowSeconds?: number;
  selectPolicy?: string;
  policies?: readonly Policy[];
};
type Target = {
  type?: string;
  value?: string | number;
  averageValue?: string | number;
  averageUtilization?: number;
};
type Metric = { type?: string } & Readonly<Record<string, unknown>>;

/** Where a metric of each type keeps its target. */
const METRIC_SOURCES: Readonly<Record<string, string>> = {
  Resource: "resource",
  ContainerResource: "containerResource",
  Pods: "pods",
  Object: "object",
  External: "external",
};

function validateTarget(target: Target, path: string, issues: FieldIssues): void {
  issues.oneOf(`${path}.type`, target.type, ["Utilization", "Value", "AverageValue"]);
  for (const field of ["value", "averageValue"] as const) {
    const quantity = target[field];
    if (quantity != null && mustParseQuantity(quantity).sign <= 0) {
      issues.invalid(`${path}.${field}`, quantity, "must be positive");
    }
  }
  const utilization = target.averageUtilization;
  if (utilization != null && utilization < 1) {
    issues.invalid(`${path}.averageUtilization`, utilization, "must be greater than 0");
  }
}

function validateMetric(metric: Metric, path: string, issues: FieldIssues): void {
  const types = Object.keys(METRIC_SOURCES);
  issues.oneOf(`${path}.type`, metric.type, types);
  const source = own(METRIC_SOURCES, metric.type ?? "");
  if (source === undefined) return;
  const value = metric[source] as { target?: Target } | undefined;
  if (!value) {
    issues.required(`${path}.${source}`, "must populate information for the given metric source");
    return;
  }
  if (!value.target) issues.required(`${path}.${source}.target`);
  else validateTarget(value.target, `${path}.${source}.target`, issues);
}

function validateRules(rules: Rules, path: string, issues: FieldIssues): void {
  const window = { min: 0, max: 3600 };
  issues.inRange(`${path}.stabilizationWindowSeconds`, rules.stabilizationWindowSeconds, window);
  if (rules.selectPolicy != null) {
    issues.oneOf(`${path}.selectPolicy`, rules.selectPolicy, ["Max", "Min", "Disabled"]);
  }
  const policies = rules.policies ?? [];
  if (policies.length === 0)
    issues.required(`${path}.policies`, "must specify at least one Policy");
  policies.forEach((policy, i) => {
    const at = `${path}.policies[${i}]`;
    issues.oneOf(`${at}.type`, policy.type, ["Pods", "Percent"]);
    if (!((policy.value ?? 0) > 0)) {
      issues.invalid(`${at}.value`, policy.value ?? 0, "must be greater than zero");
    }
    issues.inRange(`${at}.periodSeconds`, policy.periodSeconds ?? 0, { min: 1, max: 1800 });
  });
}

export function validateAutoscaler(
  spec: SpecOf["HorizontalPodAutoscaler"],
  issues: FieldIssues,
): void {
  const min = (spec.minReplicas ?? 1) as number;
  const max = (spec.maxReplicas ?? 0) as number;
  // 0 is for autoscalers with object or external metrics, behind a gate; the controller decides.
  if (min < 0) issues.invalid("spec.minReplicas", min, "must be greater than or equal to 0");
  if (max < 1) issues.invalid("spec.maxReplicas", max, "must be greater than 0");
  if (max < min) {
    issues.invalid("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`");
  }
  const target = (spec.scaleTargetRef ?? {}) as { kind?: string; name?: string };
  if (!target.kind) issues.required("spec.scaleTargetRef.kind");
  if (!target.name) issues.required("spec.scaleTargetRef.name");
  ((spec.metrics ?? []) as readonly Metric[]).forEach((metric, i) => {
    validateMetric(metric, `spec.metrics[${i}]`, issues);
  });
  const behavior = (spec.behavior ?? {}) as { scaleUp?: Rules; scaleDown?: Rules };
  for (const side of ["scaleUp", "scaleDown"] as const) {
    const rules = behavior[side];
    if (rules) validateRules(rules, `spec.behavior.${side}`, issues);
  }
}

/** Pairs of a LimitRange item's lists, of which the first must not exceed the second. */
const LIMIT_ORDER = [
  ["min", "max"],
  ["min", "defaultRequest"],
  ["min", "default"],
  ["defaultRequest", "default"],
  ["defaultRequest", "max"],
  ["default", "max"],
] as const;

export function validateLimitRange(spec: SpecOf["LimitRange"], issues: FieldIssues): void {
  const types = new Set<string>();
  (spec.limits ?? []).forEach((item, i) => {
    const path = `spec.limits[${i}]`;
    if (types.has(item.type)) issues.duplicate(`${path}.type`, item.type);
    types.add(item.type);
    for (const list of [
      "min",
      "max",
      "default",
      "defaultRequest",
      "maxLimitRequestRatio",
    ] as const) {
      validateAmounts(item[list], `${path}.${list}`, issues);
    }
    if (item.type === "Pod") {
      for (const list of ["default", "defaultRequest"] as const) {
        if (Object.keys(item[list] ?? {}).length > 0) {
          issues.forbidden(`${path}.${list}`, "may not be specified when `type` is 'Pod'");
        }
      }
    }
    for (const [low, high] of LIMIT_ORDER) {
      const lower = (item[low] ?? {}) as ResourceList;
      const upper = (item[high] ?? {}) as ResourceList;
      for (const [name, quantity] of Object.entries(lower)) {
        const bound = own(upper, name);
        if (bound === undefined) continue;
        if (mustParseQuantity(quantity).compare(mustParseQuantity(bound)) > 0) {
          const detail = `${low} value ${quantity} is greater than ${high} value ${bound}`;
          issues.invalid(`${path}.${low}[${name}]`, quantity, detail);
        }
      }
    }
  });
}

export function validateQuota(spec: SpecOf["ResourceQuota"], issues: FieldIssues): void {
  validateAmounts(spec.hard, "spec.hard", issues);
  const scopes = spec.scopes ?? [];
  for (const [one, other] of [
    ["BestEffort", "NotBestEffort"],
    ["Terminating", "NotTerminating"],
  ] as const) {
    if (scopes.includes(one) && scopes.includes(other)) {
      issues.invalid("spec.scopes", scopes, "conflicting scopes");
    }
  }
}
