import { RunBrokenError } from "../experiment/run-broken-error.js";
import { runScenario } from "../experiment/run-scenario.js";
import type { TaskOutcome } from "../experiment/sweep/run-sweep.js";
import type { SweepTask } from "../experiment/sweep/sweep-plan.js";
import { formatIssue } from "../scenario/issue.js";
import { nodeFileSystem } from "../scenario/load/file-system.js";
import { loadScenario } from "../scenario/load/load-scenario.js";
import { processOwner } from "./process-owner.js";
import { silentWatch } from "./silent-watch.js";
import { unmetExpectations } from "./unmet-expectations.js";
import { watchedFiles } from "./watched-files.js";

/** What a worker is given beside the task: data. */
export interface TaskSurroundings {
  readonly out: string;
  readonly dataFolder: string;
  /** Of seatrial. */
  readonly version: string;
  /** Of the process, whose threads write side by side. */
  readonly owner: string;
  /** One number, which is not 0 once the user has asked to stop. */
  readonly stop: Int32Array;
}

/** Loads and runs one task of a sweep; in this thread, whichever that is. */
export async function runSweepTask(
  task: SweepTask,
  { out, dataFolder, version, owner: ownerName, stop }: TaskSurroundings,
): Promise<TaskOutcome> {
  const { settings, seed, variant } = task;
  const files = watchedFiles(nodeFileSystem);
  try {
    const loaded = await loadScenario(task.scenarioPath, { files, dataFolder, settings, seed });
    if (loaded.outcome !== "loaded") {
      const messages =
        loaded.outcome === "refused" ? loaded.issues.map(formatIssue) : loaded.missing;
      return { outcome: "failed", isBug: false, messages };
    }
    const watch = silentWatch(() => Atomics.load(stop, 0) !== 0);
    const owner = processOwner(ownerName);
    const outcome = await runScenario(loaded.loaded, { out, variant, version, owner, watch });
    if (outcome.outcome === "interrupted") return outcome;
    if (outcome.outcome === "finished") {
      const unmet = await unmetExpectations(outcome.run);
      return { outcome: "finished", digest: outcome.run.digest, failedExpectations: unmet };
    }
    const issues = outcome.outcome === "refused" ? outcome.issues : [outcome.issue];
    return { outcome: "failed", isBug: false, messages: issues.map(formatIssue) };
  } catch (error) {
    const isPlaced = error instanceof RunBrokenError;
    const at = isPlaced ? ` at ${(error.place.timeMicros / 1e6).toFixed(6)} s of virtual time` : "";
    const message = error instanceof Error ? error.message : String(error);
    return { outcome: "failed", isBug: true, messages: [`a bug of seatrial: ${message}${at}`] };
  }
}
