import type { ResourceList } from "../../api/kubernetes.js";
import type { Quantity } from "../../api/quantity.js";
import { type ContainerPolicy, containerPolicy, type ResourcePolicy } from "./container-policy.js";
import type { ContainerRecommendation, Recommendation } from "./recommendation.js";
import { type Amounts, amountsOf, listOf } from "./resource-lists.js";

/** The bound, where there is one that is not 0 and the amount lies below it. */
function raisedTo(
  amount: Quantity,
  least: Quantity | undefined,
): { readonly amount: Quantity; readonly isCapped: boolean } {
  const isCapped = least !== undefined && !least.isZero && amount.compare(least) < 0;
  return { amount: isCapped ? least : amount, isCapped };
}

/** The bound, where there is one that is not 0 and the amount lies above it. */
function loweredTo(
  amount: Quantity,
  most: Quantity | undefined,
): { readonly amount: Quantity; readonly isCapped: boolean } {
  const isCapped = most !== undefined && !most.isZero && amount.compare(most) > 0;
  return { amount: isCapped ? most : amount, isCapped };
}

/** Holds amounts between bounds, the upper one last, and gives a note for each change. */
export function holdBetween(
  amounts: Amounts,
  bounds: { readonly least: Amounts; readonly most: Amounts },
  notes: { readonly raised: string; readonly lowered: string },
): readonly string[] {
  const made: string[] = [];
  for (const [resource, amount] of amounts) {
    const raised = raisedTo(amount, bounds.least.get(resource));
    const lowered = loweredTo(raised.amount, bounds.most.get(resource));
    if (raised.isCapped) made.push(`${resource} ${notes.raised}`);
    if (lowered.isCapped) made.push(`${resource} ${notes.lowered}`);
    amounts.set(resource, lowered.amount);
  }
  return made;
}

/** By what a container's policy allows. */
export function holdToPolicy(
  amounts: Amounts,
  policy: ContainerPolicy | undefined,
): readonly string[] {
  if (policy === undefined) return [];
  const bounds = { least: amountsOf(policy.minAllowed), most: amountsOf(policy.maxAllowed) };
  return holdBetween(amounts, bounds, {
    raised: "capped to minAllowed",
    lowered: "capped to maxAllowed",
  });
}

/**
 * The recommender's own caps: the policy's minimum and maximum; `globalMaxAllowed` stands in for what the latter does not say.
 * Source: VPA, ApplyVPAPolicy (1.8).
 */
export function cappedByPolicy(
  recommendation: Recommendation,
  policy: ResourcePolicy | undefined | null,
  globalMaxAllowed: ResourceList | undefined | null,
): Recommendation {
  const most = amountsOf(globalMaxAllowed);
  if (most.size === 0 && (policy?.containerPolicies ?? []).length === 0) return recommendation;
  const { containerRecommendations = [] } = recommendation;
  return {
    containerRecommendations: containerRecommendations.map((container) => {
      const own = containerPolicy(container.containerName ?? "", policy);
      const bounds = {
        least: amountsOf(own?.minAllowed),
        most: new Map([...most, ...amountsOf(own?.maxAllowed)]),
      };
      return withLists(container, (list) => {
        holdBetween(list, bounds, { raised: "", lowered: "" });
      });
    }),
  };
}

/** A recommendation whose target and bounds are changed; the uncapped target stays. */
function withLists(
  container: ContainerRecommendation,
  change: (amounts: Amounts) => void,
): ContainerRecommendation {
  const changed = (list: ResourceList | undefined) => {
    const amounts = amountsOf(list);
    change(amounts);
    return listOf(amounts);
  };
  const { target, lowerBound, upperBound } = container;
  return {
    ...container,
    target: changed(target),
    ...(lowerBound != null && { lowerBound: changed(lowerBound) }),
    ...(upperBound != null && { upperBound: changed(upperBound) }),
  };
}
