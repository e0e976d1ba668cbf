import type { ScorePlugin, UniformScore } from "../framework/interfaces.js";

const ALIKE: UniformScore = { raw: 0, normalized: 0 };

/**
 * First fit: the first node that fits, in the order of the cluster's nodes, wherever the search before
 * ended. Nothing else scores beside it.
 *
 * Source: J. D. Ullman, "The performance of a memory allocation algorithm", 1971; D. S. Johnson, "Fast
 * algorithms for bin packing", Journal of Computer and System Sciences 8, 1974.
 */
export class FirstFit implements ScorePlugin {
  readonly name = "FirstFit";

  searchFrom(): number {
    return 0;
  }

  uniformScore(): UniformScore {
    return ALIKE;
  }

  score(): number {
    return ALIKE.raw;
  }
}
