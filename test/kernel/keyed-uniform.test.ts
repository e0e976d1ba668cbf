import { expect, test } from "vitest";
import { threefry } from "../../src/kernel/keyed-uniform.js";

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, "0");

// The known answers that come with the authors' Random123 library.
test.each([
  [[0, 0, 0, 0], "6b20015999ba4efe"],
  [[-1, -1, -1, -1], "1cb996fcbb002be7"],
  [[0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3], "c4923a9c483df7a0"],
] as const)("threefry gives the published block for key and counter %j", (input, block) => {
  const [k0, k1, c0, c1] = input;
  expect(
    threefry(k0 | 0, k1 | 0, c0 | 0, c1 | 0)
      .map(hex)
      .join(""),
  ).toBe(block);
});
