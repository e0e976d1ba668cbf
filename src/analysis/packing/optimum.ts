import { coveringProgram, type Pattern } from "./covering-program.js";
import { type BinType, type ItemType, mostThatFit } from "./item-types.js";
import type { Solver } from "./linear-program.js";

/** More fillings than this are too many to list. */
const MOST_PATTERNS = 50_000;

/**
 * The least cost of bins that hold all items, by listing every filling of a bin that nothing can be added to. Null where there
 * are too many of them: use the bounds.
 */
export function optimalCost(
  items: readonly ItemType[],
  bins: readonly BinType[],
  solver: Solver,
): number | null {
  if (items.length === 0) return 0;
  const patterns: Pattern[] = [];
  for (const bin of bins) {
    const fillings = maximalFillings(items, bin.capacity);
    if (fillings === null) return null;
    patterns.push(...fillings.map((counts) => ({ counts, cost: bin.cost })));
  }
  const answer = solver.solve({ ...coveringProgram(items, patterns), integer: true });
  if (answer === null) return null;
  return answer.columns.reduce((sum, n, j) => sum + Math.round(n) * patterns[j]!.cost, 0);
}

function maximalFillings(
  items: readonly ItemType[],
  capacity: readonly number[],
): (readonly number[])[] | null {
  const found: (readonly number[])[] = [];
  const counts = items.map(() => 0);
  const free = [...capacity];
  const isMaximal = () =>
    items.every(
      ({ size, count }, t) => mostThatFit(size, free, capacity, count - counts[t]!) === 0,
    );
  const visit = (t: number): void => {
    if (found.length > MOST_PATTERNS) return;
    const type = items[t];
    if (type === undefined) {
      if (isMaximal()) found.push([...counts]);
      return;
    }
    const most = mostThatFit(type.size, free, capacity, type.count);
    for (let n = most; n >= 0; n--) {
      counts[t] = n;
      for (const [d, amount] of type.size.entries()) free[d]! -= n * amount;
      visit(t + 1);
      for (const [d, amount] of type.size.entries()) free[d]! += n * amount;
    }
    counts[t] = 0;
  };
  visit(0);
  return found.length > MOST_PATTERNS ? null : found;
}
