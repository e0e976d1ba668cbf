import { type ItemType, mostThatFit } from "./item-types.js";
import type { Row, Solver } from "./linear-program.js";

export interface Filling {
  /** How many of each type. */
  readonly counts: readonly number[];
  readonly value: number;
}

/** A search that has looked at more than this many fillings is left to the solver. */
const MOST_VISITS = 20_000;

/**
 * The filling of one bin that is worth most, each type's items at its value: a bounded knapsack in several dimensions, by depth-first search
 * with the bound of the scarcest dimension, or by an integer program where that takes long.
 */
export function bestFilling(
  items: readonly ItemType[],
  capacity: readonly number[],
  values: readonly number[],
  solver: Solver,
): Filling {
  return searched(items, capacity, values) ?? solved(items, capacity, values, solver);
}

function searched(
  items: readonly ItemType[],
  capacity: readonly number[],
  values: readonly number[],
): Filling | null {
  const share = items.map(({ size }) => size.reduce((s, a, d) => s + a / capacity[d]!, 0));
  const order = items.map((_, t) => t).filter((t) => values[t]! > 0);
  order.sort((a, b) => values[b]! / share[b]! - values[a]! / share[a]!);
  // Of what comes from position k on: the most value that one unit of a dimension brings.
  const density = capacity.map((_, d) => {
    const most = new Float64Array(order.length + 1);
    for (let k = order.length - 1; k >= 0; k--) {
      const { size } = items[order[k]!]!;
      most[k] = Math.max(most[k + 1]!, values[order[k]!]! / size[d]!);
    }
    return most;
  });
  const counts = items.map(() => 0);
  const free = [...capacity];
  let best: Filling = { counts: [...counts], value: 0 };
  let visits = 0;
  const visit = (k: number, value: number): void => {
    if (value > best.value) best = { counts: [...counts], value };
    if (k === order.length || ++visits > MOST_VISITS) return;
    const room = free.reduce(
      (least, amount, d) => Math.min(least, amount * density[d]![k]!),
      1e300,
    );
    if (value + room <= best.value * (1 + 1e-12)) return;
    const t = order[k]!;
    const { size, count } = items[t]!;
    for (let n = mostThatFit(size, free, capacity, count); n >= 0; n--) {
      counts[t] = n;
      for (const [d, amount] of size.entries()) free[d]! -= n * amount;
      visit(k + 1, value + n * values[t]!);
      for (const [d, amount] of size.entries()) free[d]! += n * amount;
    }
    counts[t] = 0;
  };
  visit(0, 0);
  return visits > MOST_VISITS ? null : best;
}

function solved(
  items: readonly ItemType[],
  capacity: readonly number[],
  values: readonly number[],
  solver: Solver,
): Filling {
  const answer = solver.solve({
    cost: values.map((value) => -Math.max(0, value)),
    upper: items.map(({ size, count }) => mostThatFit(size, capacity, capacity, count)),
    rows: capacity.flatMap((room, d): Row[] => {
      const terms = items.flatMap(({ size }, t) =>
        size[d]! > 0 ? [[t, size[d]! / room] as const] : [],
      );
      return terms.length > 0 ? [{ terms, sense: "<=", bound: 1 }] : [];
    }),
    integer: true,
  })!;
  const counts = answer.columns.map(Math.round);
  return { counts, value: counts.reduce((sum, count, t) => sum + count * values[t]!, 0) };
}
