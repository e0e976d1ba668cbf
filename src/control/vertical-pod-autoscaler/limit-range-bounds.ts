import type { LimitRangeSpec } from "../../api/schemas/types.js";
import type { Quantity } from "../../api/quantity.js";
import { CONTROLLED_RESOURCES } from "./amounts.js";
import { type Amounts, amountsOf } from "./resource-lists.js";

/** What the LimitRanges of a namespace say together; undefined: nothing. */
export interface LimitRangeBounds {
  readonly min: Amounts | undefined;
  readonly max: Amounts | undefined;
  readonly byDefault: Amounts | undefined;
}

/**
 * The lowest maximum and the highest minimum of each resource, over all items of that type; null: there are none.
 * Source: VPA, pkg/utils/limitrange (1.8).
 */
export function limitRangeBounds(
  ranges: Iterable<LimitRangeSpec>,
  type: "Container" | "Pod",
): LimitRangeBounds | null {
  let min: Amounts | undefined;
  let max: Amounts | undefined;
  let byDefault: Amounts | undefined;
  for (const { limits } of ranges) {
    for (const item of limits ?? []) {
      if (item.type !== type) continue;
      if (item.default != null) byDefault = amountsOf(item.default);
      if (item.max != null) max = joined(max, amountsOf(item.max), -1);
      if (item.min != null) min = joined(min, amountsOf(item.min), 1);
    }
  }
  return min === undefined && max === undefined && byDefault === undefined
    ? null
    : { min, max, byDefault };
}

/** `sign` 1: of two amounts the higher, -1: the lower. */
function joined(before: Amounts | undefined, more: Amounts, sign: number): Amounts {
  if (before === undefined) return more;
  for (const resource of CONTROLLED_RESOURCES) {
    const amount = more.get(resource);
    if (amount !== undefined) before.set(resource, chosen(before.get(resource), amount, sign));
  }
  return before;
}

function chosen(before: Quantity | undefined, amount: Quantity, sign: number): Quantity {
  return before !== undefined && before.compare(amount) * sign > 0 ? before : amount;
}
