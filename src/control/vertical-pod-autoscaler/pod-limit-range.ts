import type { Quantity } from "../../api/quantity.js";
import { CONTROLLED_RESOURCES } from "./amounts.js";
import type { LimitRangeBounds } from "./limit-range-bounds.js";
import { type PodResources, resourcesOf } from "./pod-resources.js";
import { type Original, proportionalLimit, scaled } from "./proportional-limits.js";
import type { ContainerRecommendation } from "./recommendation.js";
import { amountIn, type Amounts, amountsOf, listOf, ZERO } from "./resource-lists.js";

type List = "upperBound" | "target" | "lowerBound";
const LISTS: readonly List[] = ["upperBound", "target", "lowerBound"];

/** What is recommended for a container, with its amounts; a list that is absent stays so. */
interface Working {
  readonly container: ContainerRecommendation;
  readonly lists: Readonly<Record<List, Amounts | null>>;
}

/**
 * Fits the sums over a pod into the LimitRange for pods, in proportion. Containers that have requests and no
 * recommendation get one for what they ask for.
 * Source: VPA, capProportionallyToPodLimitRange (1.8).
 */
export function fitIntoPodLimitRange(
  recommendations: readonly ContainerRecommendation[],
  pod: PodResources,
  bounds: LimitRangeBounds,
): readonly ContainerRecommendation[] {
  const working = withMissing(recommendations, pod).map((container): Working => {
    const list = (name: List) => (container[name] == null ? null : amountsOf(container[name]));
    const [upperBound, target, lowerBound] = LISTS.map(list);
    return {
      container,
      lists: { upperBound: upperBound!, target: target!, lowerBound: lowerBound! },
    };
  });
  for (const list of LISTS) {
    for (const resource of CONTROLLED_RESOURCES) fitOne(working, pod, bounds, { list, resource });
  }
  return working.map(({ container, lists }) => {
    const { upperBound, target, lowerBound } = lists;
    return {
      ...container,
      target: target === null ? container.target : listOf(target),
      ...(upperBound !== null && { upperBound: listOf(upperBound) }),
      ...(lowerBound !== null && { lowerBound: listOf(lowerBound) }),
    };
  });
}

function withMissing(
  recommendations: readonly ContainerRecommendation[],
  pod: PodResources,
): readonly ContainerRecommendation[] {
  const missing = pod.spec.containers.flatMap(({ name }) => {
    if (recommendations.some(({ containerName }) => containerName === name)) return [];
    const target = amountsOf(resourcesOf(pod, name).requests);
    return target.size === 0 ? [] : [{ containerName: name, target: listOf(target) }];
  });
  return [...recommendations, ...missing];
}

/** One resource in one list of all containers of the pod. */
function fitOne(
  working: readonly Working[],
  pod: PodResources,
  { min, max, byDefault }: LimitRangeBounds,
  { list, resource }: { readonly list: List; readonly resource: string },
): void {
  const parts = pod.spec.containers.map(({ name }) => {
    const own = working.find(({ container }) => container.containerName === name);
    const { requests, limits } = resourcesOf(pod, name);
    const original: Original = {
      request: amountIn(amountsOf(requests), resource),
      limit: amountIn(amountsOf(limits), resource),
      defaultLimit: amountIn(byDefault, resource),
    };
    const amounts = own?.lists[list] ?? null;
    const amount = own === undefined ? original.request : amountIn(amounts ?? undefined, resource);
    const { limit } = proportionalLimit(resource, original, amount);
    return { amounts, amount, limit };
  });
  const sum = (of: (part: (typeof parts)[number]) => Quantity) =>
    parts.reduce((total, part) => total.add(of(part)), ZERO);
  const requested = sum(({ amount }) => amount);
  const limited = sum(({ limit }) => limit ?? ZERO);
  const least = amountIn(min, resource);
  const most = amountIn(max, resource);
  const scale = (numerator: Quantity, denominator: Quantity, rounding: "up" | "down") => {
    for (const { amounts, amount } of parts) {
      if (amounts === null) continue;
      const ratio = { numerator, denominator };
      amounts.set(resource, scaled(resource, amount, ratio, rounding).quantity);
    }
  };
  const isBelow = least.compare(requested) > 0;
  const isAbove = !most.isZero && most.compare(limited) < 0;
  if (limited.isZero) return;
  if (isBelow) scale(least, requested, "up");
  else if (isAbove) scale(most, limited, "down");
  else if (least.compare(limited) > 0) scale(least, limited, "down");
}
