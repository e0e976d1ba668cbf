import { bestFilling } from "./best-filling.js";
import { coveringProgram, type Pattern } from "./covering-program.js";
import { type BinType, type ItemType, mostThatFit } from "./item-types.js";
import type { Solver } from "./linear-program.js";

/** A column that improves the bound by less than this does not count. */
const GAIN = 1e-9;

/**
 * The linear-programming bound of bin packing by columns (Gilmore and Gomory 1961): the least cost at which shares of patterns, each a
 * filling of one bin that takes no item twice, cover all items. Every item must fit some bin.
 */
export function lpBound(
  items: readonly ItemType[],
  bins: readonly BinType[],
  solver: Solver,
): number {
  if (items.length === 0) return 0;
  const patterns = items.flatMap((_, t) => singlePatterns(items, bins, t));
  for (;;) {
    const master = solver.solve(coveringProgram(items, patterns))!;
    const added = bins
      .map((bin) => ({ ...bestFilling(items, bin.capacity, master.duals, solver), cost: bin.cost }))
      .filter(({ value, cost }) => value > cost + GAIN * Math.max(1, cost));
    if (added.length === 0) return master.objective;
    patterns.push(...added);
  }
}

/** As many of one type alone as a bin takes: patterns to begin with. */
function singlePatterns(
  items: readonly ItemType[],
  bins: readonly BinType[],
  t: number,
): Pattern[] {
  return bins.flatMap(({ capacity, cost }) => {
    const most = mostThatFit(items[t]!.size, capacity, capacity, items[t]!.count);
    return most > 0 ? [{ counts: items.map((_, u) => (u === t ? most : 0)), cost }] : [];
  });
}
