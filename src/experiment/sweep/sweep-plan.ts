import { createHash } from "node:crypto";
import type { Issue } from "../../scenario/issue.js";
import type { FileSystem } from "../../scenario/load/file-system.js";
import type { Experiment } from "../../scenario/load/load-experiment.js";
import { loadVariants } from "../../scenario/load/load-variants.js";

/** One run of a sweep: data that may cross to a worker or another machine. */
export interface SweepTask {
  readonly scenarioPath: string;
  /** Name of the scenario, as its results are called. */
  readonly scenario: string;
  readonly variant: string;
  /** `path=value`, as `--set` takes them. */
  readonly settings: readonly string[];
  readonly seed: number;
  /** sha256 over all that the result depends on: inputs, settings, seed and version. */
  readonly key: string;
}

export interface SweepPlan {
  readonly scenario: string;
  /** In the order of the variants, then of the seeds. */
  readonly tasks: readonly SweepTask[];
}

export type PlanOutcome =
  | { readonly outcome: "planned"; readonly plan: SweepPlan }
  | { readonly outcome: "skipped"; readonly name: string; readonly missing: readonly string[] }
  | { readonly outcome: "refused"; readonly issues: readonly Issue[] };

/**
 * All runs of an experiment. Every variant is loaded and checked, so that what is wrong with one is known before the first
 * run.
 */
export async function planSweep(
  experiment: Experiment,
  options: { readonly files: FileSystem; readonly dataFolder: string; readonly version: string },
): Promise<PlanOutcome> {
  const { scenarioPath, seeds } = experiment;
  const checked = await loadVariants(experiment, options);
  if (checked.outcome !== "checked") return checked;
  const tasks = checked.variants.flatMap(
    ({ variant: { name: variant, settings }, scenario, inputs }) =>
      seeds.map((seed): SweepTask => {
        const key = sha256([options.version, ...inputs, ...settings, String(seed)]);
        return { scenarioPath, scenario, variant, settings, seed, key };
      }),
  );
  return { outcome: "planned", plan: { scenario: tasks[0]!.scenario, tasks } };
}

function sha256(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest("hex");
}

/** The I-th of N shares of the tasks, from 1: every N-th, so that shares take about as long as each other. */
export function shareOf(
  tasks: readonly SweepTask[],
  { index, count }: { readonly index: number; readonly count: number },
): readonly SweepTask[] {
  return tasks.filter((_, i) => i % count === index - 1);
}
