import { describe, expect, test } from "vitest";
import { untilBestTrials, type Variants } from "../analysis/until-best-trials.js";
import { coverageAfterStopping } from "./precision-coverage.js";

const REPETITIONS = 4_000;
/** Two standard errors of a share near 0.95. */
const NOISE = 2 * Math.sqrt((0.95 * 0.05) / REPETITIONS);

describe("intervals after --until-precision", () => {
  // The published table has 20,000 repetitions of each; 93 to 97 % are promised, for shapes that are not very skewed.
  test.each([
    ["normal", 0.05],
    ["normal", 0.12],
    ["normal", 0.2],
    ["lognormal", 0.05],
    ["lognormal", 0.12],
    ["lognormal", 0.2],
  ])("of %s values with cv %f hold the mean in 93 to 97 %", (shape, cv) => {
    const { share } = coverageAfterStopping(shape, cv, REPETITIONS);
    expect(share).toBeGreaterThan(0.93 - NOISE);
    expect(share).toBeLessThan(0.97 + NOISE);
  });

  test("of exponential values cover less than they say, as the table tells", () => {
    const { share } = coverageAfterStopping("exponential, shifted", 0.12, REPETITIONS);
    expect(share).toBeGreaterThan(0.88);
    expect(share).toBeLessThan(0.92);
  });
});

describe("--until-best, over 1,000 trials", () => {
  const one = [0, 1, 1, 1];
  test.each<[string, Variants]>([
    ["four variants, independent", { means: one, shared: 0, own: 1.5 }],
    ["four variants that vary much", { means: one, shared: 0, own: 4 }],
    ["four variants that see the same disturbance", { means: one, shared: 3, own: 1.2 }],
    ["ten variants", { means: [0, ...Array<number>(9).fill(1)], shared: 0, own: 1.5 }],
    ["six in steps", { means: [0, 1, 2, 3, 4, 5], shared: 0, own: 2 }],
  ])("is right in 95 % where the best leads by the indifference: %s", (_, variants) => {
    expect(untilBestTrials(variants, 1_000).right).toBeGreaterThanOrEqual(0.95);
  });
});
