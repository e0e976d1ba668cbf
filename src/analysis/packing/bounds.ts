import { checkFinite, sumOf } from "../statistics/sample.js";

/** What rounding may add to a sum of sizes, in shares of the capacity. */
export const SLACK = 1e-9;

/** Refuses items that no bin can hold: `sizes` by item and dimension. */
export function checkItems(
  sizes: readonly (readonly number[])[],
  capacity: readonly number[],
): void {
  for (const [index, size] of sizes.entries()) {
    checkFinite(size);
    for (const [d, amount] of size.entries()) {
      if (amount < 0) throw new RangeError(`item ${index} has a size below 0: ${amount}`);
      if (amount > capacity[d]! * (1 + SLACK)) {
        throw new RangeError(
          `item ${index} of size ${amount} is larger than a bin of ${capacity[d]}`,
        );
      }
    }
  }
}

/** The least whole number that is not below `value`, up to rounding. */
export function ceilOf(value: number): number {
  return Math.max(0, Math.ceil(value - SLACK * Math.max(1, Math.abs(value))));
}

/** L1: all sizes over the capacity, rounded up. */
export function l1Bound(sizes: readonly number[], capacity: number): number {
  return ceilOf(sumOf(sizes) / capacity);
}

/**
 * L2 (Martello and Toth 1990): for each limit, items above half a bin stand apart, and those too large to share a bin with
 * what lies above the limit stand alone. Limits are the sizes up to half a bin, and 0.
 */
export function l2Bound(sizes: readonly number[], capacity: number): number {
  const slack = SLACK * capacity;
  const half = capacity / 2;
  const limits = new Set([0, ...sizes.filter((size) => size <= half + slack)]);
  let best = 0;
  for (const limit of limits) {
    let [alone, apart, apartSum, shared] = [0, 0, 0, 0];
    for (const size of sizes) {
      if (size > capacity - limit + slack) alone++;
      else if (size > half + slack) {
        apart++;
        apartSum += size;
      } else if (size >= limit - slack) shared += size;
    }
    const beyond = ceilOf((shared - (apart * capacity - apartSum)) / capacity);
    best = Math.max(best, alone + apart + beyond);
  }
  return best;
}

/** By dimension, all sizes over the capacity: not rounded. */
export function continuousBounds(
  sizes: readonly (readonly number[])[],
  capacity: readonly number[],
): number[] {
  return capacity.map((room, d) => sumOf(sizes.map((size) => size[d]!)) / room);
}
