import { formatIssue, type Issue } from "../../src/scenario/issue.js";
import { World, type WorldOptions } from "../../src/scenario/assemble/world.js";
import { type FileSystem, nodeFileSystem } from "../../src/scenario/load/file-system.js";
import { loadRun } from "../../src/scenario/load/load-run.js";
import type { ManifestOptions } from "../../src/scenario/load/from-manifests.js";
import type { LoadedScenario } from "../../src/scenario/load/loaded-scenario.js";
import { memoryFiles } from "../scenario/memory-files.js";

/** A scenario, or plain manifests, from files of the machine; throws its issues. */
export async function loadedFrom(
  paths: readonly string[],
  options: Partial<ManifestOptions> = {},
): Promise<LoadedScenario> {
  const [outcome] = await loadRun(paths, {
    files: nodeFileSystem,
    dataFolder: process.env.SEATRIAL_DATA ?? "../shared/traces",
    ...options,
  });
  if (outcome?.outcome === "loaded") return outcome.loaded;
  throw new Error(outcome?.outcome === "refused" ? textOf(outcome.issues) : "nothing was loaded");
}

/** A scenario, or plain manifests, from files by path in memory. */
export async function loadedFromMemory(
  contents: Readonly<Record<string, string>>,
  options: Partial<ManifestOptions> = {},
): Promise<LoadedScenario> {
  const [first] = Object.keys(contents);
  const files = memoryFiles(contents);
  const whole: FileSystem = {
    ...files,
    async *stream(path) {
      yield await files.read(path);
    },
  };
  return loadedFrom([first!], { files: whole, ...options });
}

/** What is wrong with a scenario in memory; empty: nothing. */
export async function issuesFrom(contents: Readonly<Record<string, string>>): Promise<string> {
  try {
    await loadedFromMemory(contents);
    return "";
  } catch (error) {
    return String(error);
  }
}

export async function worldOf(
  loaded: LoadedScenario,
  options: Partial<WorldOptions> = {},
): Promise<World> {
  const world = await World.build(loaded, { events: null, ...options });
  if (world instanceof World) return world;
  throw new Error(textOf(world));
}

function textOf(issues: readonly Issue[]): string {
  return issues.map(formatIssue).join("\n");
}
