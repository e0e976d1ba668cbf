import type { ResourceList } from "../../api/kubernetes.js";
import { mustParseQuantity, Quantity } from "../../api/quantity.js";

/** Exact amounts by resource, where they are worked on. */
export type Amounts = Map<string, Quantity>;

export const ZERO = Quantity.of(0);

export function amountsOf(list: ResourceList | undefined | null): Amounts {
  const amounts: Amounts = new Map();
  for (const [name, quantity] of Object.entries(list ?? {})) {
    amounts.set(name, mustParseQuantity(quantity));
  }
  return amounts;
}

export function listOf(amounts: ReadonlyMap<string, Quantity>): Record<string, string> {
  const list: Record<string, string> = {};
  for (const [name, quantity] of amounts) list[name] = quantity.toString();
  return list;
}

/** A resource that is absent counts 0. */
export function amountIn(
  amounts: ReadonlyMap<string, Quantity> | undefined,
  name: string,
): Quantity {
  return amounts?.get(name) ?? ZERO;
}
