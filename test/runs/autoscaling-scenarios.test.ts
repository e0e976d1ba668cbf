import { expect, test } from "vitest";
import { changeOf, unmet } from "./changed-scenario.js";

/** As long as it takes to see the end. */
const STORM = ["duration=4m", "measure.from=200s"];

test.each([
  ["requests-too-small", []],
  ["workers-on-a-queue", []],
  ["memory-leak", []],
  ["nodes-on-demand", []],
  ["spot-nodes-go-away", ["duration=100m", "expect.1.is=>= 3"]],
  ["flash-crowd", ["duration=40m"]],
  ["retry-storm-ends", STORM],
  ["retry-storm-stays", STORM],
])("%s holds, and fails under the change that it names", async (name, settings) => {
  const path = `scenarios/autoscaling/${name}.yaml`;
  expect(await unmet(path, settings)).toEqual([]);
  expect(await unmet(path, [...settings, changeOf(path)])).not.toEqual([]);
});

test("caches that leak are resized in place without a kill, by the same autoscaler", async () => {
  const settings = [
    "patches.mode.patch.spec.updatePolicy.updateMode=InPlaceOrRecreate",
    "duration=1h",
  ];
  // No row of kills, none of evictions: what the scenario expects of them is not found.
  const missed = await unmet("scenarios/autoscaling/memory-leak.yaml", settings);
  expect(missed.join("\n")).toContain("containers_restarted_count{reason=OOMKilled}");
  expect(missed.join("\n")).toContain("there is no such row");
  expect(missed.join("\n")).not.toContain("unavailable_seconds");
});
