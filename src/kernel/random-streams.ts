import seedrandom from "seedrandom";
import { assert } from "../base/assert.js";
import { DrawBlock } from "./draw-block.js";
import { keyedUniform } from "./keyed-uniform.js";

/**
 * A sequence of random numbers of its own (Alea, by J. Baagøe, as in seedrandom), for draws whose
 * order is part of what they mean, such as tie-breaks.
 */
export class RandomStream {
  constructor(private readonly generator: seedrandom.PRNG) {}

  /** Uniform in [0, 1), with 53 bits. */
  next(): number {
    return this.generator.double();
  }

  /** A uniform integer from 0 to count - 1, without bias; count is at most 2^32. */
  int(count: number): number {
    assert(count >= 1 && count <= 2 ** 32, () => `no random integer below ${count}`);
    const fair = 2 ** 32 - (2 ** 32 % count);
    let word = this.generator.int32() >>> 0;
    while (word >= fair) word = this.generator.int32() >>> 0;
    return word % count;
  }
}

/**
 * All random numbers of a run, from one seed. Streams and keyed draws are independent of each other
 * by name, so that one more consumer never shifts what the others see.
 */
export class RandomStreams {
  private readonly streams = new Map<string, RandomStream>();
  private readonly keys = new Map<string, Key>();

  constructor(readonly seed: number) {}

  /** The stream of this name; the same object at every call. */
  stream(name: string): RandomStream {
    const known = this.streams.get(name);
    if (known !== undefined) return known;
    const stream = new RandomStream(seedrandom.alea(`${this.seed}/stream/${name}`));
    this.streams.set(name, stream);
    return stream;
  }

  /**
   * The uniform in (0, 1) that belongs to the `ordinal`-th thing called `name` (the third failure of
   * a node, the tenth pod of a generator), whenever and in whatever order it is asked for.
   */
  draw(name: string, ordinal: number): number {
    const key = this.key(name);
    return keyedUniform(key.first, key.second, ordinal);
  }

  /** Draws of this name by two 32-bit words, for whoever takes them by the million. */
  block(name: string): DrawBlock {
    const key = this.key(name);
    return new DrawBlock(key.first, key.second);
  }

  private key(name: string): Key {
    let key = this.keys.get(name);
    if (key === undefined) {
      const generator = seedrandom.alea(`${this.seed}/draw/${name}`);
      key = { first: generator.int32(), second: generator.int32() };
      this.keys.set(name, key);
    }
    return key;
  }
}

interface Key {
  readonly first: number;
  readonly second: number;
}
