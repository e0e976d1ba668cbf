import { MAX_NODE_SCORE } from "../framework/interfaces.js";
import type { Shares } from "./shares-score.js";

/**
 * Best fit: the node that is fullest with the pod, where a node is as full as its fullest resource.
 *
 * Source: D. S. Johnson, "Fast algorithms for bin packing", Journal of Computer and System Sciences 8,
 * 1974; for several resources L. T. Kou, G. Markowsky, "Multidimensional bin packing algorithms", IBM
 * Journal of Research and Development 21, 1977 (by the largest component).
 */
export function bestFit(shares: Shares): number {
  if (shares.count === 0) return 0;
  return Math.round((1 - leastLeft(shares)) * MAX_NODE_SCORE);
}

/** What is left of the resource that is scarcest with the pod, from 0 to 1. */
export function leastLeft(shares: Shares): number {
  let least = 1;
  for (let i = 0; i < shares.count; i += 1) least = Math.min(least, shares.left(i));
  return least;
}
