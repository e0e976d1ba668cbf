import { podRequests } from "../../../api/pod-resources.js";
import { mustParseQuantity, Quantity } from "../../../api/quantity.js";
import { own } from "../../../base/own.js";
import type { NodeWithPods } from "../cluster-snapshot.js";
import type { AutoscalerOptions } from "../options.js";

/** Shares of the larger amount. Source: cluster-autoscaler, `NodeGroupDifferenceRatios`. */
const CAPACITY_MEMORY_TOLERANCE = 0.015;
const TOLERANCE = 0.05;

const PLACES: readonly string[] = [
  "kubernetes.io/hostname",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "beta.kubernetes.io/fluentd-ds-ready",
  "kops.k8s.io/instancegroup",
];
/** Amounts of these are compared although no pod requests any. */
const ALWAYS_FREE: readonly string[] = ["cpu", "memory", "pods", "ephemeral-storage"];

type Balancing = Pick<AutoscalerOptions, "balancingLabels" | "balancingIgnoreLabels">;
type Amounts = ReadonlyMap<string, Quantity>;

/**
 * Whether nodes of two groups are so alike that it does not matter which of them grows. Source:
 * cluster-autoscaler, `IsCloudProviderNodeInfoSimilar`.
 */
export function areSimilar(a: NodeWithPods, b: NodeWithPods, options: Balancing): boolean {
  const { balancingLabels, balancingIgnoreLabels } = options;
  if (balancingLabels.length > 0) {
    return balancingLabels.every((label) => {
      const value = own(a.node.labels, label);
      return value !== undefined && value === own(b.node.labels, label);
    });
  }
  return (
    haveSameCapacity(amountsOf(a.node.status.capacity), amountsOf(b.node.status.capacity)) &&
    areNear(amountsOf(a.node.status.allocatable), amountsOf(b.node.status.allocatable)) &&
    areNear(freeOf(a), freeOf(b)) &&
    haveSameLabels(a, b, [...PLACES, ...balancingIgnoreLabels])
  );
}

function amountsOf(list: Readonly<Record<string, string | number>> | undefined): Amounts {
  return new Map(
    Object.entries(list ?? {}).map(([name, amount]) => [name, mustParseQuantity(amount)]),
  );
}

/** What the pods of the template leave, of every resource that they request or that always counts. */
function freeOf({ node, pods }: NodeWithPods): Amounts {
  const requested = new Map(ALWAYS_FREE.map((name) => [name, Quantity.of(0)]));
  for (const { spec } of pods) {
    for (const [name, amount] of podRequests({ spec })) {
      const before = requested.get(name);
      requested.set(name, before === undefined ? amount : before.add(amount));
    }
  }
  const allocatable = amountsOf(node.status.allocatable);
  return new Map(
    [...requested].map(([name, amount]) => {
      return [name, (allocatable.get(name) ?? Quantity.of(0)).subtract(amount)];
    }),
  );
}

function haveSameNames(a: Amounts, b: Amounts): boolean {
  return a.size === b.size && [...a.keys()].every((name) => b.has(name));
}

function haveSameCapacity(a: Amounts, b: Amounts): boolean {
  if (!haveSameNames(a, b)) return false;
  return [...a].every(([name, amount]) => {
    const other = b.get(name)!;
    if (name === "memory") return isNear(amount, other, CAPACITY_MEMORY_TOLERANCE);
    return amount.compare(other) === 0;
  });
}

function areNear(a: Amounts, b: Amounts): boolean {
  if (!haveSameNames(a, b)) return false;
  return [...a].every(([name, amount]) => isNear(amount, b.get(name)!, TOLERANCE));
}

function isNear(a: Quantity, b: Quantity, tolerance: number): boolean {
  const values = [Number(a.milliValue()), Number(b.milliValue())];
  const larger = Math.max(...values);
  return larger - Math.min(...values) <= larger * tolerance;
}

function haveSameLabels(a: NodeWithPods, b: NodeWithPods, ignored: readonly string[]): boolean {
  const names = new Set([...Object.keys(a.node.labels), ...Object.keys(b.node.labels)]);
  return [...names].every(
    (name) => ignored.includes(name) || own(a.node.labels, name) === own(b.node.labels, name),
  );
}
