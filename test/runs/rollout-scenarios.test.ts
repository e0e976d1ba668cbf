import { describe, expect, it } from "vitest";
import { failedExpectations } from "../../src/scenario/expectations.js";
import { loadedFrom, worldOf } from "./built-world.js";

/** What a scenario's expectations say of it, with settings of its own. */
async function failed(name: string, settings: readonly string[]): Promise<readonly string[]> {
  const loaded = await loadedFrom([`scenarios/rollouts/${name}.yaml`], { settings });
  const world = await worldOf(loaded);
  world.run();
  return failedExpectations(loaded.scenario.expect, world.finish().figures.summary);
}

const STRATEGY = "patches.strategy.patch.spec.strategy";

describe("the strategies of a rollout", () => {
  it.each<[string, readonly string[]]>([
    ["recreate", [`${STRATEGY}.type=RollingUpdate`]],
    [
      "rolling",
      [`${STRATEGY}.rollingUpdate.maxSurge=0`, `${STRATEGY}.rollingUpdate.maxUnavailable=1`],
    ],
    ["scale-out-first", ["timeline.0.scale.replicas=10"]],
    ["pause-resume-undo", ["timeline.4.waitFor.within=1s"]],
    ["blue-green", ["timeline.2.waitFor.within=1s", "timeline.2.waitFor.else=go on"]],
    ["canary", ["timeline.4.waitFor.over=30s", "timeline.4.waitFor.within=30s"]],
    ["canary-aborted", [4, 8, 12].map((wait) => `timeline.${wait}.waitFor.is=<= 1`)],
    ["bad-image", [`${STRATEGY}.rollingUpdate.maxUnavailable=100%`]],
    ["a-b", ["timeline.0.setTraffic.backends.1.weight=0.25"]],
  ])("%s does what its header says, and does not with its mechanism off", async (name, off) => {
    expect(await failed(name, [])).toEqual([]);
    expect(await failed(name, off)).not.toEqual([]);
  });
});
