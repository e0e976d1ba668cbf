import { type RandomStream, RandomStreams } from "../../src/kernel/random-streams.js";

/** Draws from a named stream of a seed. */
export class Lots {
  private readonly random: RandomStream;

  constructor(seed: number, stream: string) {
    this.random = new RandomStreams(seed).stream(stream);
  }

  /** A whole number from `low` to `high`. */
  int(low: number, high: number): number {
    return low + this.random.int(high - low + 1);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.random.int(values.length)]!;
  }

  chance(share: number): boolean {
    return this.random.next() < share;
  }
}
