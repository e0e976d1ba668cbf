import type { Quantity } from "../../api/quantity.js";
import {
  type CappedRecommendation,
  cappedRecommendation,
  type NamespaceBounds,
} from "./capped-recommendation.js";
import { controlsRequestsOnly, updateModeOf } from "./container-policy.js";
import { type PodResources, resourcesOf } from "./pod-resources.js";
import { proportionalLimit } from "./proportional-limits.js";
import type { AutoscalerObject } from "./recommender.js";
import { amountIn, type Amounts, amountsOf } from "./resource-lists.js";
import { CONTROLLED_RESOURCES } from "./amounts.js";
import { recommendationFor } from "./update-priority.js";

/** What a container is to have: resources that are absent stay as they are. */
export interface ContainerResources {
  readonly requests: Amounts;
  readonly limits: Amounts;
  /** On caps, for people. */
  readonly notes: readonly string[];
}

/**
 * What an autoscaler wants the containers of a pod to have, in the order of its spec.
 * Source: VPA, recommendationProvider (1.8).
 */
export function containerResources(
  pod: PodResources,
  { spec, status }: Pick<AutoscalerObject, "spec" | "status">,
  bounds: NamespaceBounds,
): readonly ContainerResources[] {
  const capped: CappedRecommendation =
    status.recommendation == null
      ? { recommendation: null, notes: new Map() }
      : cappedRecommendation(status.recommendation, spec.resourcePolicy, pod, bounds);
  const policy = updateModeOf(spec) === "Off" ? undefined : spec.resourcePolicy;
  return pod.spec.containers.map(({ name }) => {
    const notes = [...(capped.notes.get(name) ?? [])];
    const limits: Amounts = new Map();
    const recommended = recommendationFor(name, capped.recommendation);
    const requests = amountsOf(recommended?.target);
    if (recommended === undefined || controlsRequestsOnly(name, policy)) {
      return { requests, limits, notes };
    }
    const { requests: has, limits: limited } = resourcesOf(pod, name);
    const made: string[] = [];
    for (const resource of CONTROLLED_RESOURCES) {
      const of = (list: typeof has): Quantity => amountIn(amountsOf(list), resource);
      const original = {
        request: of(has),
        limit: of(limited),
        defaultLimit: amountIn(bounds.container?.byDefault, resource),
      };
      const { limit, note } = proportionalLimit(resource, original, amountIn(requests, resource));
      if (limit !== null) limits.set(resource, limit);
      if (note !== null) made.push(note);
    }
    if (limits.size > 0) notes.push(...made);
    return { requests, limits, notes };
  });
}
