import type { ItemType } from "./item-types.js";
import type { LinearProgram } from "./linear-program.js";

/** A filling of one bin: how many items of each type, and what the bin costs. */
export interface Pattern {
  readonly counts: readonly number[];
  readonly cost: number;
}

/** The least cost of patterns, each as often as one likes, that hold all items together. */
export function coveringProgram(
  items: readonly ItemType[],
  patterns: readonly Pattern[],
): LinearProgram {
  return {
    cost: patterns.map((pattern) => pattern.cost),
    rows: items.map(({ count }, t) => ({
      terms: patterns.flatMap(({ counts }, j) =>
        counts[t]! > 0 ? [[j, counts[t]!] as const] : [],
      ),
      sense: ">=",
      bound: count,
    })),
  };
}
