import seedrandom from "seedrandom";

/** Draws of one input: the same for the same seed. */
export class Dice {
  private readonly draw: seedrandom.PRNG;

  constructor(seed: string) {
    this.draw = seedrandom.alea(seed);
  }

  /** A whole number from 0 to `below` − 1. */
  below(below: number): number {
    return Math.floor(this.draw() * below);
  }

  one<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  chance(share: number): boolean {
    return this.draw() < share;
  }
}
