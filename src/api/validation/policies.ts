import { own } from "../../base/own.js";
import type { SpecOf } from "../kinds.js";
import type { ResourceList } from "../kubernetes.js";
import { mustParseQuantity } from "../quantity.js";
import type { FieldIssues } from "./field-issue.js";
import { validateLabelSelector } from "./metadata.js";
import { hintFor, STANDARD_RESOURCES, validateAmounts, validateQuotaAmounts } from "./resources.js";
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

const LIMIT_TYPES = ["Pod", "Container", "PersistentVolumeClaim"];
const SCOPES = [
  ...["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass"],
  ...["CrossNamespacePodAffinity", "VolumeAttributesClass"],
];

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
    if (!item.type.includes("/") && !LIMIT_TYPES.includes(item.type)) {
      const detail = `must be a standard limit type or fully qualified${hintFor(item.type, LIMIT_TYPES)}`;
      issues.invalid(`${path}.type`, item.type, detail);
    }
    for (const list of [
      "min",
      "max",
      "default",
      "defaultRequest",
      "maxLimitRequestRatio",
    ] as const) {
      validateAmounts(item[list], `${path}.${list}`, issues);
    }
    if (item.type === "Pod" || item.type === "Container") {
      // What is a maximum only has become a default too: a name is told once.
      const at = new Map(
        (["defaultRequest", "default", "maxLimitRequestRatio", "min", "max"] as const).flatMap(
          (list) => Object.keys(item[list] ?? {}).map((name) => [name, `${path}.${list}[${name}]`]),
        ),
      );
      for (const [name, field] of at) refuseSlip(name, field, issues);
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

/** A resource of a limit that is written nearly like one of containers; any other name limits nothing. */
function refuseSlip(name: string, field: string, issues: FieldIssues): void {
  if (STANDARD_RESOURCES.includes(name) || name.includes("/")) return;
  const hint = hintFor(name, STANDARD_RESOURCES);
  if (hint !== "") issues.invalid(field, name, `must be a standard resource for containers${hint}`);
}

export function validateQuota(spec: SpecOf["ResourceQuota"], issues: FieldIssues): void {
  validateQuotaAmounts(spec.hard, "spec.hard", issues);
  const scopes = spec.scopes ?? [];
  for (const [i, scope] of scopes.entries()) {
    if (SCOPES.includes(scope)) continue;
    issues.invalid(`spec.scopes[${i}]`, scope, `unsupported scope${hintFor(scope, SCOPES)}`);
  }
  for (const [one, other] of [
    ["BestEffort", "NotBestEffort"],
    ["Terminating", "NotTerminating"],
  ] as const) {
    if (scopes.includes(one) && scopes.includes(other)) {
      issues.invalid("spec.scopes", scopes, "conflicting scopes");
    }
  }
}
