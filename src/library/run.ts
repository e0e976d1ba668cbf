import { processOwner } from "../cli/process-owner.js";
import { runScenario as run } from "../experiment/run-scenario.js";
import { InputError } from "./input-error.js";
import { Scenario } from "./load.js";
import { VERSION, watchOf } from "./surroundings.js";

export interface RunOptions {
  /** Folder for the results; default: `results`. */
  readonly out?: string;
  /** Part of the results' path between scenario and seed; default: `default`. */
  readonly variant?: string;
  /** Stops the run when it is aborted: then nothing is written. */
  readonly signal?: AbortSignal;
}

/** A row of `summary.csv`. */
export interface Metric {
  readonly metric: string;
  /** `key=value` pairs joined by `;`, sorted; empty for the whole. */
  readonly labels: string;
  readonly value: number;
  readonly unit: string;
}

export interface RunResult {
  /** Folder of the results. */
  readonly path: string;
  readonly digest: string;
  /** Virtual time at the end. */
  readonly endSeconds: number;
  readonly metrics: readonly Metric[];
  /** Sentences about the input that whoever reads the results should know. */
  readonly notes: readonly string[];
}

/**
 * Runs a scenario and writes its results, whole or not at all. The same scenario and seed give the same files.
 * @throws InputError what shows only in the run: a data file, a plugin of one's own, a folder that cannot be written
 * @throws DOMException `AbortError`, where the signal has ended it
 */
export async function runScenario(
  scenario: Scenario,
  options: RunOptions = {},
): Promise<RunResult> {
  const { out = "results", variant, signal } = options;
  const outcome = await run(Scenario.loadedOf(scenario), {
    out,
    ...(variant === undefined ? {} : { variant }),
    version: VERSION,
    owner: processOwner(),
    watch: watchOf(signal),
  });
  switch (outcome.outcome) {
    case "finished": {
      const { path, digest, endMicros, figures, notes } = outcome.run;
      const metrics = figures.summary.map(({ metric, labels, value, unit }) => {
        return { metric, labels, value, unit };
      });
      return { path, digest, endSeconds: endMicros / 1e6, metrics, notes };
    }
    case "interrupted":
      throw new DOMException("the run was stopped", "AbortError");
    case "unwritten":
      throw new InputError([outcome.issue]);
    case "refused":
      throw new InputError(outcome.issues);
  }
}
