import { MAX_NODE_SCORE } from "../framework/interfaces.js";
import type { Shares } from "./shares-score.js";

/**
 * The smallest angle between what the pod asks for and what the node has free: a node is given pods of
 * the shape that it has left. The score is 100 × (1 − the angle's sine), which orders nodes as the cosine
 * does and tells small angles apart, where the cosine is flat.
 *
 * Source: M. Gabay, S. Zaourar, "Vector bin packing with heterogeneous bins: application to the machine
 * reassignment problem", Annals of Operations Research 242, 2016.
 */
export function cosineSimilarity({ count, free, demand }: Shares): number {
  let product = 0;
  let demands = 0;
  let frees = 0;
  for (let i = 0; i < count; i += 1) {
    product += demand[i]! * free[i]!;
    demands += demand[i]! * demand[i]!;
    frees += free[i]! * free[i]!;
  }
  if (demands === 0 || frees === 0) return 0;
  const cosineSquared = Math.min((product * product) / (demands * frees), 1);
  return Math.round((1 - Math.sqrt(1 - cosineSquared)) * MAX_NODE_SCORE);
}
