import { readFileSync } from "node:fs";
import { failedExpectations } from "../../src/scenario/expectations.js";
import { loadedFrom, worldOf } from "./built-world.js";

/** What the header of a scenario says to set so that its expectations fail. */
export function changeOf(path: string): string {
  const change = /^# {3}--set (.+)$/m.exec(readFileSync(path, "utf8"))?.[1];
  if (change === undefined) throw new Error(`${path} names no change under which it fails`);
  return change;
}

/** The expectations of a scenario that do not hold under some settings; one has at least one. */
export async function unmet(path: string, settings: readonly string[]): Promise<readonly string[]> {
  const loaded = await loadedFrom([path], { settings: [...settings] });
  if (loaded.scenario.expect.length === 0) throw new Error(`${path} expects nothing`);
  const world = await worldOf(loaded);
  world.run();
  return failedExpectations(loaded.scenario.expect, world.finish().figures.summary);
}
