import { sumOf } from "../statistics/sample.js";
import { SLACK } from "./bounds.js";

/** Which open bin takes an item: the last only, the first that fits, the fullest, or the emptiest. */
export type FitRule = "next" | "first" | "best" | "worst";
/** The order in which items come: as given, or by falling sum or maximum of size over capacity. */
export type ItemOrder = "given" | "fallingSum" | "fallingMax";

export interface Packing {
  readonly bins: number;
  /** The bin of each item, in the order of the input. */
  readonly assignment: readonly number[];
}

/**
 * A heuristic of bin packing (Johnson 1974; for vectors Panigrahy and others 2011): `sizes` by item and dimension. A new bin is
 * opened only where no open one fits. Room is the sum over dimensions of what is free over the capacity, after placing; the
 * lowest index wins ties.
 */
export function pack(
  sizes: readonly (readonly number[])[],
  capacity: readonly number[],
  { rule, order = "given" }: { rule: FitRule; order?: ItemOrder },
): Packing {
  const assignment = new Array<number>(sizes.length);
  const free: number[][] = [];
  for (const item of ordered(sizes, capacity, order)) {
    const size = sizes[item]!;
    let bin = chooseBin(free, size, capacity, rule);
    if (bin < 0) bin = free.push([...capacity]) - 1;
    for (const [d, amount] of size.entries()) free[bin]![d]! -= amount;
    assignment[item] = bin;
  }
  return { bins: free.length, assignment };
}

function ordered(
  sizes: readonly (readonly number[])[],
  capacity: readonly number[],
  order: ItemOrder,
): number[] {
  const items = sizes.map((_, i) => i);
  if (order === "given") return items;
  const shares = sizes.map((size) => size.map((amount, d) => amount / capacity[d]!));
  const keys = shares.map((share) => (order === "fallingSum" ? sumOf(share) : Math.max(...share)));
  return items.sort((a, b) => keys[b]! - keys[a]!);
}

function chooseBin(
  free: readonly (readonly number[])[],
  size: readonly number[],
  capacity: readonly number[],
  rule: FitRule,
): number {
  const from = rule === "next" ? Math.max(0, free.length - 1) : 0;
  let [chosen, bestRoom] = [-1, 0];
  for (let bin = from; bin < free.length; bin++) {
    const left = free[bin]!.map((amount, d) => amount - size[d]!);
    if (left.some((amount, d) => amount < -SLACK * capacity[d]!)) continue;
    if (rule === "next" || rule === "first") return bin;
    const room = sumOf(left.map((amount, d) => amount / capacity[d]!));
    const better = rule === "best" ? bestRoom - room : room - bestRoom;
    if (chosen < 0 || better > SLACK) [chosen, bestRoom] = [bin, room];
  }
  return chosen;
}
