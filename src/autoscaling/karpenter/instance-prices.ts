import type { InstanceType, Offering } from "./instance-type.js";
import { minValuesOf } from "./min-values.js";
import { MAY_BE_MISSING, type Requirements } from "./requirements.js";

/** True if a node of these requirements could be of that offering. */
export function isOfferingCompatible(requirements: Requirements, offering: Offering): boolean {
  return requirements.isCompatible(offering.requirements, MAY_BE_MISSING);
}

export function compatibleOfferings(
  offerings: readonly Offering[],
  requirements: Requirements,
): readonly Offering[] {
  return offerings.filter((offering) => isOfferingCompatible(requirements, offering));
}

/** Dollars an hour of the cheapest offering that could be started now; null: there is none. */
export function cheapestPrice(type: InstanceType, requirements: Requirements): number | null {
  let cheapest: number | null = null;
  for (const offering of type.launchable) {
    if (cheapest !== null && offering.price >= cheapest) continue;
    if (isOfferingCompatible(requirements, offering)) cheapest = offering.price;
  }
  return cheapest;
}

/** The types from the cheapest to the dearest, those that cannot be had last; equal ones in the order given. */
export function orderByPrice(
  types: readonly InstanceType[],
  requirements: Requirements,
): readonly InstanceType[] {
  return types
    .map((type) => ({ type, price: cheapestPrice(type, requirements) ?? Number.MAX_VALUE }))
    .sort((a, b) => a.price - b.price)
    .map(({ type }) => type);
}

/** The types of which some offering is available and fits. */
export function compatibleTypes(
  types: readonly InstanceType[],
  requirements: Requirements,
): readonly InstanceType[] {
  return types.filter(({ available }) =>
    available.some((offering) => isOfferingCompatible(requirements, offering)),
  );
}

const LAUNCH_ORDER = ["reserved", "spot", "on-demand"] as const;

/**
 * The most that an instance of the type may cost, in dollars an hour: the dearest offering of the capacity
 * type that is launched first. Null: nothing fits.
 */
export function worstLaunchPrice(type: InstanceType, requirements: Requirements): number | null {
  const fitting = compatibleOfferings(type.launchable, requirements);
  for (const capacityType of LAUNCH_ORDER) {
    const prices = fitting.filter((one) => one.capacityType === capacityType);
    if (prices.length > 0) return Math.max(...prices.map(({ price }) => price));
  }
  return null;
}

/** The `most` cheapest types, or null where these break a minimum of values. */
export function cheapestTypes(
  types: readonly InstanceType[],
  requirements: Requirements,
  most: number,
): readonly InstanceType[] | null {
  const cheapest = orderByPrice(types, requirements).slice(0, most);
  return minValuesOf(cheapest, requirements).isMet ? cheapest : null;
}
