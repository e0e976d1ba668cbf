import type { PodSpec, ResourceRequirements } from "./kubernetes.js";
import { isPodLevelResourcesSet } from "./pod-resources.js";
import { type Quantity, mustParseQuantity } from "./quantity.js";

type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

const COMPUTE = ["cpu", "memory"] as const;

function addPositive(
  total: Map<string, Quantity>,
  list: Readonly<Record<string, string | number>> | undefined,
): Set<string> {
  const found = new Set<string>();
  for (const name of COMPUTE) {
    const text = list?.[name];
    if (text === undefined) continue;
    const quantity = mustParseQuantity(text);
    if (quantity.sign <= 0) continue;
    found.add(name);
    total.set(name, total.get(name)?.add(quantity) ?? quantity);
  }
  return found;
}

/**
 * The quality of service class of a pod. Guaranteed: every container has limits of CPU and memory
 * and requests equal to them. BestEffort: none has either. Burstable: the rest. Resources of the pod
 * as a whole, where they are set and `podLevelResources` is on, stand in for those of the containers.
 *
 * Source: Kubernetes documentation, "Pod Quality of Service Classes"; KEP-2837.
 */
export function qosClass(
  spec: PodSpec,
  options: { readonly podLevelResources?: boolean } = {},
): QosClass {
  const usePod = options.podLevelResources === true && isPodLevelResourcesSet(spec.resources);
  const holders: readonly (ResourceRequirements | undefined)[] = usePod
    ? [spec.resources]
    : [...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.resources);
  const requests = new Map<string, Quantity>();
  const limits = new Map<string, Quantity>();
  let allLimited = true;
  for (const resources of holders) {
    addPositive(requests, resources?.requests);
    if (addPositive(limits, resources?.limits).size < COMPUTE.length) allLimited = false;
  }
  if (requests.size === 0 && limits.size === 0) return "BestEffort";
  const equal = [...requests].every(([name, request]) => limits.get(name)?.compare(request) === 0);
  return allLimited && equal && requests.size === limits.size ? "Guaranteed" : "Burstable";
}
