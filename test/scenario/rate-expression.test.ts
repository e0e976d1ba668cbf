import { describe, expect, test } from "vitest";
import { rateExpression } from "../../src/scenario/traffic/rate-expression.js";

describe("the operators of an expression", () => {
  const t = 7;
  test.each([
    ["3 + t", 3 + t],
    ["t + 3", t + 3],
    ["t + sqrt(t)", t + Math.sqrt(t)],
    ["3 - t", 3 - t],
    ["t - 3", t - 3],
    ["t - sqrt(t)", t - Math.sqrt(t)],
    ["3 * t", 3 * t],
    ["t * 3", t * 3],
    ["t * sqrt(t)", t * Math.sqrt(t)],
    ["3 / t", 3 / t],
    ["t / 3", t / 3],
    ["t / sqrt(t)", t / Math.sqrt(t)],
    ["2 + 3 * 4", 14],
    ["t % 4", 3],
    ["-t + (t > 5 ? 100 : 0)", 93],
  ])("calculate %s with a number on either side, or none", async (text, expected) => {
    const at = await rateExpression(text);
    if (typeof at !== "function") throw new Error(at.problem);
    expect(at(t)).toBe(expected);
  });
});
