import { expect, test } from "vitest";
import { isIntOrPercent, percentOf, scaledIntOrPercent } from "../../src/api/int-or-percent.js";

test.each([
  [3, 10, "up", 3],
  ["25%", 10, "up", 3],
  ["25%", 10, "down", 2],
  ["0%", 10, "up", 0],
  ["150%", 3, "up", 5],
  ["100%", 7, "down", 7],
] as const)("%s of %d rounded %s is %d", (value, total, rounding, expected) => {
  expect(scaledIntOrPercent(value, total, rounding)).toBe(expected);
});

test.each([
  [3, true],
  ["3%", true],
  ["3", false],
  ["-3%", false],
  [1.5, false],
  ["3.5%", false],
  [null, false],
])("%s is a count or percentage: %s", (value, expected) => {
  expect(isIntOrPercent(value)).toBe(expected);
});

test("what is neither is a bug", () => {
  expect(percentOf(5)).toBeUndefined();
  expect(() => scaledIntOrPercent("half", 3, "up")).toThrow(/neither a count nor a percentage/);
});
