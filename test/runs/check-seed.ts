import { loadedFromMemory, worldOf } from "./built-world.js";
import { ClusterChecker, type Met } from "./cluster-checker.js";
import { randomScenario } from "./random-scenario.js";

/**
 * Runs the random scenario of that seed and checks the cluster after every event; throws when
 * something holds no longer. In a calm one nobody but the rollouts takes pods away.
 */
export async function checkSeed(seed: number, isCalm: boolean, met: Met): Promise<void> {
  const world = await worldOf(await loadedFromMemory(randomScenario(seed, isCalm)));
  const checker = new ClusterChecker(world, met, { isCalm });
  world.run();
  checker.settled();
  for (const { operation, message } of world.finish().figures.steps) {
    if (operation === "drain" && message.startsWith("drained")) met.drains += 1;
  }
}
