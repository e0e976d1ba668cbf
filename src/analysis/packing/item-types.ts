import { SLACK } from "./bounds.js";

/** Items of one size, which any packing may exchange. */
export interface ItemType {
  /** By dimension. */
  readonly size: readonly number[];
  readonly count: number;
}

/** A kind of bin, of which there are any number. */
export interface BinType {
  readonly capacity: readonly number[];
  readonly cost: number;
}

/** Equal sizes together, in the order of their first. */
export function itemTypes(sizes: readonly (readonly number[])[]): ItemType[] {
  const counts = new Map<string, { size: readonly number[]; count: number }>();
  for (const size of sizes) {
    const key = size.join(" ");
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { size, count: 1 });
    else known.count++;
  }
  return [...counts.values()];
}

/** How many of `size` fit into `free`, at most `count`. */
export function mostThatFit(
  size: readonly number[],
  free: readonly number[],
  capacity: readonly number[],
  count: number,
): number {
  return size.reduce(
    (most, amount, d) =>
      amount === 0 ? most : Math.min(most, Math.floor((free[d]! + SLACK * capacity[d]!) / amount)),
    count,
  );
}
