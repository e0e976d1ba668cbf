import { MAX_NODE_SCORE } from "../framework/interfaces.js";
import type { Shares } from "./shares-score.js";

/**
 * Alignment: the product of what the pod asks for and what the node has free, resource by resource, in
 * shares of the node. It is divided by the sum of what the pod asks for, which changes no order between
 * nodes of one size, so that a small pod's scores are whole numbers that differ.
 *
 * Source: R. Grandl, G. Ananthanarayanan, S. Kandula, S. Rao, A. Akella, "Multi-resource packing for
 * cluster schedulers" (Tetris), SIGCOMM 2014.
 */
export function dotProduct({ count, free, demand }: Shares): number {
  let product = 0;
  let sum = 0;
  for (let i = 0; i < count; i += 1) {
    product += demand[i]! * free[i]!;
    sum += demand[i]!;
  }
  return sum === 0 ? 0 : Math.round((product / sum) * MAX_NODE_SCORE);
}
