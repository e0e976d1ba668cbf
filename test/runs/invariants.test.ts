import { describe, expect, it } from "vitest";
import { checkSeed } from "./check-seed.js";
import { nothingMet } from "./cluster-checker.js";

const ROUGH_SEEDS = Array.from({ length: 16 }, (_, i) => i + 1);
/** The last ones have found faults: a stale status in mid-rollout, a resize in mid-rollout. */
const CALM_SEEDS = [...Array.from({ length: 8 }, (_, i) => i + 101), 2037, 2484, 2511, 2286];

describe("after every event of random scenarios the cluster is sound", () => {
  const met = nothingMet();
  it.each(ROUGH_SEEDS)("with all that may happen, seed %i", async (seed) => {
    await checkSeed(seed, false, met);
  });

  it.each(CALM_SEEDS)("and rollouts keep their bounds, seed %i", async (seed) => {
    await checkSeed(seed, true, met);
  });

  it("and the scenarios met what may go wrong", () => {
    process.stdout.write(`random scenarios met ${JSON.stringify(met)}\n`);
    for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(0);
  });
});
