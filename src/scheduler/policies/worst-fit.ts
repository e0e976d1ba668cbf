import { MAX_NODE_SCORE } from "../framework/interfaces.js";
import { leastLeft } from "./best-fit.js";
import type { Shares } from "./shares-score.js";

/**
 * Worst fit: the node on which most is left of its fullest resource. Source: as {@link bestFit}, the other
 * way round.
 */
export function worstFit(shares: Shares): number {
  if (shares.count === 0) return 0;
  return Math.round(leastLeft(shares) * MAX_NODE_SCORE);
}
