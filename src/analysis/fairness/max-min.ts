import { checkFinite } from "../statistics/sample.js";

/**
 * Weighted max-min fairness by water filling (Bertsekas and Gallager 1992, 6.5.2): nobody gets more than asked, and what is
 * left is shared by weight. `level` is the allocation per weight of those who got less; null when all are satisfied.
 */
export function maxMinFair(
  capacity: number,
  demands: readonly number[],
  weights: readonly number[],
) {
  checkFinite([capacity, ...demands, ...weights]);
  const allocations = demands.map(() => 0);
  const rising = demands.map((_, i) => i);
  rising.sort((a, b) => demands[a]! / weights[a]! - demands[b]! / weights[b]!);
  let left = capacity;
  let weight = rising.reduce((sum, i) => sum + weights[i]!, 0);
  for (const [position, i] of rising.entries()) {
    const level = left / weight;
    if (demands[i]! / weights[i]! > level) {
      for (const j of rising.slice(position)) allocations[j] = level * weights[j]!;
      return { allocations, level };
    }
    allocations[i] = demands[i]!;
    left -= demands[i]!;
    weight -= weights[i]!;
  }
  return { allocations, level: null };
}
