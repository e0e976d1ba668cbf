import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { DrawBlock } from "../../src/kernel/draw-block.js";
import { keyedUniform } from "../../src/kernel/keyed-uniform.js";
import { RandomStreams } from "../../src/kernel/random-streams.js";

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe("draws by two words", () => {
  test.prop([word, word, fc.nat(2 ** 31 - 1), fc.nat(2 ** 21 - 1)])(
    "are those of the plain definition, with the words as the halves of an ordinal",
    (first, second, low, high) => {
      const block = new DrawBlock(first, second);
      expect(block.uniform(low, high)).toBe(keyedUniform(first, second, high * 2 ** 32 + low));
    },
  );

  test("belong to the name and the seed of their streams", () => {
    const draw = (seed: number, name: string) => new RandomStreams(seed).block(name).uniform(3, 4);
    expect(draw(1, "a")).toBe(draw(1, "a"));
    expect(new Set([draw(1, "a"), draw(1, "b"), draw(2, "a")]).size).toBe(3);
  });
});
