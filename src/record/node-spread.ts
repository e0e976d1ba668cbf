import { ExactSum } from "./exact-sum.js";

/** Ratios are kept in units of 2^-26, so that sums of them and of their squares are exact. */
const SCALE = 2 ** 26;

/**
 * The standard deviation over nodes of their allocation ratios, kept up to date by exact integer sums:
 * what a node adds it later takes away to the last bit, and equal nodes give exactly 0.
 */
export class NodeSpread {
  private nodes = 0;
  private sum = 0;
  private readonly squares = new ExactSum();
  private readonly scratch = new ExactSum();

  /** A ratio in the units that {@link change} takes. */
  static scaled(requested: number, allocatable: number): number {
    return Math.round((requested / allocatable) * SCALE);
  }

  /** Puts `after` in the place of `before`; −1 stands for a node that is not there. */
  change(before: number, after: number): void {
    if (before >= 0) {
      this.nodes -= 1;
      this.sum -= before;
      this.squares.addProduct(-before, before);
    }
    if (after >= 0) {
      this.nodes += 1;
      this.sum += after;
      this.squares.addProduct(after, after);
    }
  }

  /** √(n·Σx² − (Σx)²) / n: of the population of nodes, not of a sample. 0 without nodes. */
  deviation(): number {
    if (this.nodes === 0) return 0;
    this.scratch.copyMultiple(this.squares, this.nodes);
    this.scratch.addProduct(-this.sum, this.sum);
    return Math.sqrt(Math.max(0, this.scratch.value())) / this.nodes / SCALE;
  }
}
