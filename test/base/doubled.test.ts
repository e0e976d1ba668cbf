import { expect, test } from "vitest";
import { doubled } from "../../src/base/doubled.js";

test.each([
  [5, 0, 1_000, 5],
  [5, 3, 1_000, 40],
  [5, 20, 1_000, 1_000],
  [5, -1, 1_000, 5],
  [2_000, 0, 1_000, 1_000],
])("%d doubled %d times is, at most %d, %d", (first, times, most, value) => {
  expect(doubled(first, times, most)).toBe(value);
});
