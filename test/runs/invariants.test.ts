import { describe, expect, it } from "vitest";
import { checkSeed, nothingAtAllMet } from "./check-seed.js";

const ROUGH_SEEDS = [1, 2, 3, 4];
/** The last ones have found faults: a stale status in mid-rollout, a resize in mid-rollout. */
const CALM_SEEDS = [101, 102, 2037, 2484, 2511, 2286];
/** The last ones have workloads that are orphaned, and many nodes that fail; `invariants.long.ts` runs hundreds more. */
const MIXED_SEEDS = [...Array.from({ length: 10 }, (_, i) => i + 201), 226, 232];

describe("after every event of random scenarios the cluster is sound", () => {
  const met = nothingAtAllMet();
  it.each(ROUGH_SEEDS)("with all that may happen, seed %i", async (seed) => {
    await checkSeed(seed, "rough", met);
  });

  it.each(CALM_SEEDS)("and rollouts keep their bounds, seed %i", async (seed) => {
    await checkSeed(seed, "calm", met);
  });

  it.each(MIXED_SEEDS)("with workloads of all kinds and nodes that fail, seed %i", async (seed) => {
    await checkSeed(seed, "mixed", met);
  });

  it("and the scenarios met what may go wrong", () => {
    process.stdout.write(`random scenarios met ${JSON.stringify(met)}\n`);
    for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(0);
  });
});
