import { containerPolicy, controlsRequestsOnly, type ResourcePolicy } from "./container-policy.js";
import { type LimitRangeBounds, limitRangeBounds } from "./limit-range-bounds.js";
import { fitIntoPodLimitRange } from "./pod-limit-range.js";
import { type PodResources, resourcesOf } from "./pod-resources.js";
import { holdBetween, holdToPolicy } from "./policy-caps.js";
import { type Original, requestBound } from "./proportional-limits.js";
import type { ContainerRecommendation, Recommendation } from "./recommendation.js";
import { amountIn, type Amounts, amountsOf, listOf } from "./resource-lists.js";
import type { LimitRangeSpec } from "../../api/schemas/types.js";
import { CONTROLLED_RESOURCES } from "./amounts.js";

/** What bounds the containers of a namespace's pods. */
export interface NamespaceBounds {
  readonly container: LimitRangeBounds | null;
  readonly pod: LimitRangeBounds | null;
}

/** Of the LimitRanges of one namespace. */
export function namespaceBounds(ranges: readonly LimitRangeSpec[]): NamespaceBounds {
  return {
    container: limitRangeBounds(ranges, "Container"),
    pod: limitRangeBounds(ranges, "Pod"),
  };
}

/** A recommendation as it is for one pod, with notes by container on what its target was capped by. */
export interface CappedRecommendation {
  /** Null: there is neither a recommendation nor a policy. */
  readonly recommendation: Recommendation | null;
  readonly notes: ReadonlyMap<string, readonly string[]>;
}

/**
 * What of a recommendation a pod can have: within the LimitRanges of its namespace and the policy of its autoscaler.
 * Source: VPA, cappingRecommendationProcessor (1.8).
 */
export function cappedRecommendation(
  recommendation: Recommendation | undefined | null,
  policy: ResourcePolicy | undefined | null,
  pod: PodResources,
  bounds: NamespaceBounds,
): CappedRecommendation {
  const notes = new Map<string, readonly string[]>();
  if (recommendation == null && policy == null) return { recommendation: null, notes };
  const given = recommendation?.containerRecommendations ?? [];
  const fitted = bounds.pod === null ? given : fitIntoPodLimitRange(given, pod, bounds.pod);
  const containerRecommendations = fitted.flatMap((container) => {
    const name = container.containerName ?? "";
    if (!pod.spec.containers.some((one) => one.name === name)) return [];
    const capped = cappedContainer(container, policy, pod, bounds.container);
    if (capped.notes.length > 0) notes.set(name, capped.notes);
    return [capped.container];
  });
  return { recommendation: { containerRecommendations }, notes };
}

function cappedContainer(
  container: ContainerRecommendation,
  policy: ResourcePolicy | undefined | null,
  pod: PodResources,
  range: LimitRangeBounds | null,
): { readonly container: ContainerRecommendation; readonly notes: readonly string[] } {
  const name = container.containerName ?? "";
  const { requests, limits } = resourcesOf(pod, name);
  const own = containerPolicy(name, policy);
  const have = { requests: amountsOf(requests), limits: amountsOf(limits) };
  const cap = (amounts: Amounts): readonly string[] => [
    ...(range === null ? [] : holdToRange(amounts, have, range)),
    ...holdToPolicy(amounts, own),
    ...(controlsRequestsOnly(name, policy) ? holdToLimits(amounts, have.limits) : []),
  ];
  const capped = (list: ContainerRecommendation["target"] | undefined | null) => {
    const amounts = amountsOf(list);
    return { notes: cap(amounts), list: listOf(amounts) };
  };
  const target = capped(container.target);
  const { lowerBound, upperBound } = container;
  return {
    container: {
      ...container,
      target: target.list,
      ...(lowerBound != null && { lowerBound: capped(lowerBound).list }),
      ...(upperBound != null && { upperBound: capped(upperBound).list }),
    },
    notes: target.notes,
  };
}

/** By the LimitRange for containers, whose bounds on limits are turned into such on requests. */
function holdToRange(
  amounts: Amounts,
  { requests, limits }: { readonly requests: Amounts; readonly limits: Amounts },
  { min, max, byDefault }: LimitRangeBounds,
): readonly string[] {
  const bound = (of: Amounts | undefined): Amounts => {
    const bounds: Amounts = new Map();
    if (of === undefined) return bounds;
    for (const resource of CONTROLLED_RESOURCES) {
      const original: Original = {
        request: amountIn(requests, resource),
        limit: amountIn(limits, resource),
        defaultLimit: amountIn(byDefault, resource),
      };
      bounds.set(resource, requestBound(resource, original, amountIn(of, resource)));
    }
    return bounds;
  };
  const least = bound(min);
  for (const [resource, amount] of least) {
    const asRequest = amountIn(min, resource);
    if (asRequest.compare(amount) > 0) least.set(resource, asRequest);
  }
  return holdBetween(
    amounts,
    { least, most: bound(max) },
    {
      raised: "capped to fit Min in container LimitRange",
      lowered: "capped to fit Max in container LimitRange",
    },
  );
}

function holdToLimits(amounts: Amounts, limits: Amounts): readonly string[] {
  const notes: string[] = [];
  for (const [resource, limit] of limits) {
    const amount = amounts.get(resource);
    if (amount === undefined || amount.milliValue() <= limit.milliValue()) continue;
    amounts.set(resource, limit);
    notes.push(`${resource} capped to container limit`);
  }
  return notes;
}
