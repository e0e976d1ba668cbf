import { expect, test } from "vitest";
import { changeOf, unmet } from "./changed-scenario.js";

/** As long as it takes to see the end. */
const STORM = ["duration=4m", "measure.from=200s"];

test.each([
  ["requests-too-small", []],
  ["workers-on-a-queue", []],
  ["memory-leak", []],
  ["retry-storm-ends", STORM],
  ["retry-storm-stays", STORM],
])("%s holds, and fails under the change that it names", async (name, settings) => {
  const path = `scenarios/autoscaling/${name}.yaml`;
  expect(await unmet(path, settings)).toEqual([]);
  expect(await unmet(path, [...settings, changeOf(path)])).not.toEqual([]);
});
