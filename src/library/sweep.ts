import { runSweepTask } from "../cli/sweep-task.js";
import { nameOfProcess } from "../cli/process-owner.js";
import { runSweep } from "../experiment/sweep/run-sweep.js";
import { planSweep } from "../experiment/sweep/sweep-plan.js";
import { nodeFileSystem } from "../scenario/load/file-system.js";
import { loadExperiment } from "../scenario/load/load-experiment.js";
import { fileIssue } from "../scenario/load/read-text.js";
import { InputError } from "./input-error.js";
import { VERSION } from "./surroundings.js";

export interface SweepOptions {
  /** Folder for the results; default: `results`. */
  readonly out?: string;
  /** Keeps the runs that an earlier sweep finished. */
  readonly resume?: boolean;
  /** Where `data:` paths are looked up; default: `data`. */
  readonly dataFolder?: string;
  /** Stops the sweep when it is aborted; finished runs are kept. */
  readonly signal?: AbortSignal;
}

export interface SweepOutcome {
  /** Folder of the scenario's results, for `seatrial compare` and its like. */
  readonly folder: string;
  readonly ran: number;
  /** Runs of an earlier sweep that were there, whole. */
  readonly kept: number;
  /** Runs that could not be finished, with why. */
  readonly failed: readonly {
    readonly variant: string;
    readonly seed: number;
    readonly messages: readonly string[];
  }[];
}

/**
 * Runs every variant of an experiment under every seed, one after the other in this thread; the files are those
 * of `seatrial sweep` with any number of jobs.
 * @throws InputError all that is wrong with the experiment or its variants
 */
export async function sweep(path: string, options: SweepOptions = {}): Promise<SweepOutcome> {
  const { out = "results", resume = false, dataFolder = "data", signal } = options;
  const experiment = await loadExperiment(nodeFileSystem, path);
  if (!("variants" in experiment)) throw new InputError(experiment);
  const planned = await planSweep(experiment, {
    files: nodeFileSystem,
    dataFolder,
    version: VERSION,
  });
  if (planned.outcome === "refused") throw new InputError(planned.issues);
  if (planned.outcome === "skipped") {
    throw new InputError([fileIssue(path, `requires ${planned.missing.join(", ")}: not there`)]);
  }
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const abort = (): void => {
    Atomics.store(stop, 0, 1);
  };
  signal?.addEventListener("abort", abort);
  const surroundings = { out, dataFolder, version: VERSION, owner: nameOfProcess(), stop };
  try {
    const { folder, ran, kept, failed } = await runSweep(experiment, planned.plan, {
      out,
      version: VERSION,
      resume,
      jobs: 1,
      runTask: (task) => runSweepTask(task, surroundings),
      isStopped: () => signal?.aborted === true,
      onTask: () => {},
    });
    return {
      folder,
      ran,
      kept,
      failed: failed.map(({ task: { variant, seed }, outcome }) => {
        const messages = outcome.outcome === "failed" ? outcome.messages : [];
        return { variant, seed, messages };
      }),
    };
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
