import { describe, expect, it } from "vitest";
import { loadedFromMemory, worldOf } from "./built-world.js";
import { ClusterChecker, type Met, nothingMet } from "./cluster-checker.js";
import { randomScenario } from "./random-scenario.js";

const ROUGH_SEEDS = Array.from({ length: 16 }, (_, i) => i + 1);
const CALM_SEEDS = Array.from({ length: 8 }, (_, i) => i + 101);

async function check(seed: number, isCalm: boolean, met: Met): Promise<void> {
  const world = await worldOf(await loadedFromMemory(randomScenario(seed, isCalm)));
  const checker = new ClusterChecker(world, met, { isCalm });
  world.run();
  checker.settled();
  for (const { operation, message } of world.finish().figures.steps) {
    if (operation === "drain" && message.startsWith("drained")) met.drains += 1;
  }
}

describe("after every event of random scenarios the cluster is sound", () => {
  const met = nothingMet();
  it.each(ROUGH_SEEDS)("with all that may happen, seed %i", async (seed) => {
    await check(seed, false, met);
  });

  it.each(CALM_SEEDS)("and rollouts keep their bounds, seed %i", async (seed) => {
    await check(seed, true, met);
  });

  it("and the scenarios met what may go wrong", () => {
    process.stdout.write(`random scenarios met ${JSON.stringify(met)}\n`);
    for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(0);
  });
});
