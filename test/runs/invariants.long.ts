import { describe, expect, it } from "vitest";
import { checkSeed, nothingAtAllMet, SCENARIO_SORTS } from "./check-seed.js";

/** Of each sort. */
const SEEDS = Array.from({ length: 167 }, (_, i) => i + 10_001);

describe("after every event of 500 random scenarios the cluster is sound", () => {
  const met = nothingAtAllMet();
  describe.each(SCENARIO_SORTS)("%s", (sort) => {
    it.each(SEEDS)("seed %i", async (seed) => {
      await checkSeed(seed, sort, met);
    });
  });

  it("and the scenarios met what may go wrong", () => {
    for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(0);
  });
});
