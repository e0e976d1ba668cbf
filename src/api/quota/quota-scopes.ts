import type { PodSpec } from "../kubernetes.js";
import { qosClass } from "../qos.js";
import type { ResourceQuotaSpec, ScopedResourceSelectorRequirement } from "../schemas/types.js";
import type { QuotaObject } from "./quota-usage.js";

type Requirement = ScopedResourceSelectorRequirement;

/**
 * Whether all scopes of a quota hold of an object. A quota with scopes is about pods alone.
 * Source: Kubernetes, "Resource Quotas: Quota scopes".
 */
export function inScope(quota: ResourceQuotaSpec, object: QuotaObject): boolean {
  const scopes: readonly Requirement[] = [
    ...(quota.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists" })),
    ...(quota.scopeSelector?.matchExpressions ?? []),
  ];
  if (scopes.length === 0) return true;
  if (object.kind !== "Pod") return false;
  return scopes.every((scope) => holds(scope, object.spec as PodSpec));
}

function holds(scope: Requirement, pod: PodSpec): boolean {
  switch (scope.scopeName) {
    case "Terminating":
      return isTerminating(pod);
    case "NotTerminating":
      return !isTerminating(pod);
    case "BestEffort":
      return qosClass(pod, { podLevelResources: true }) === "BestEffort";
    case "NotBestEffort":
      return qosClass(pod, { podLevelResources: true }) !== "BestEffort";
    case "PriorityClass":
      return selects(scope, pod.priorityClassName ?? "");
    case "CrossNamespacePodAffinity":
      return reachesOtherNamespaces(pod);
    default:
      return false;
  }
}

/** Of a pod that ends by a deadline of its own. */
export function isTerminating(pod: PodSpec): boolean {
  return pod.activeDeadlineSeconds != null && pod.activeDeadlineSeconds >= 0;
}

function selects({ operator, values = [] }: Requirement, priorityClass: string): boolean {
  switch (operator) {
    case "Exists":
      return priorityClass !== "";
    case "DoesNotExist":
      return priorityClass === "";
    case "In":
      return priorityClass !== "" && values.includes(priorityClass);
    case "NotIn":
      return !values.includes(priorityClass);
    default:
      return false;
  }
}

function reachesOtherNamespaces({ affinity }: PodSpec): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some((terms) => {
    const required = terms?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const preferred = terms?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return [...required, ...preferred.map((one) => one.podAffinityTerm)].some(
      ({ namespaces = [], namespaceSelector }) =>
        namespaces.length > 0 || namespaceSelector != null,
    );
  });
}
