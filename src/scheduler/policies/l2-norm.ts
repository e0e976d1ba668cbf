import { MAX_NODE_SCORE } from "../framework/interfaces.js";
import type { Shares } from "./shares-score.js";

/**
 * Best fit by the length of what is left with the pod as a vector of shares, the shortest best.
 *
 * Source: R. Panigrahy, K. Talwar, L. Uyeda, U. Wieder, "Heuristics for vector bin packing", Microsoft
 * Research, 2011 (norm-based greedy).
 */
export function l2Norm(shares: Shares): number {
  const { count } = shares;
  if (count === 0) return 0;
  let squares = 0;
  for (let i = 0; i < count; i += 1) squares += shares.left(i) * shares.left(i);
  return Math.round((1 - Math.sqrt(squares / count)) * MAX_NODE_SCORE);
}
