import { renameSync, writeFileSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { printableLines } from "../../base/printable.js";
import type { Experiment } from "../../scenario/load/load-experiment.js";
import { hashOfRun } from "./run-hash.js";
import { type FinishedTask, manifestPath, SweepJournal } from "./sweep-journal.js";
import type { SweepPlan, SweepTask } from "./sweep-plan.js";

/** What came of one task, as data. */
export type TaskOutcome =
  | {
      readonly outcome: "finished";
      readonly digest: string;
      /** Expectations of the scenario that do not hold, in words. */
      readonly failedExpectations: readonly string[];
    }
  /** It could not be run, or broke: in words. */
  | { readonly outcome: "failed"; readonly isBug: boolean; readonly messages: readonly string[] }
  | { readonly outcome: "interrupted" };

export interface SweepOptions {
  readonly out: string;
  /** Of seatrial. */
  readonly version: string;
  /** Keeps what an earlier sweep finished. */
  readonly resume: boolean;
  /** How many tasks are under way at a time. */
  readonly jobs: number;
  /** Runs one task, here or in a worker. */
  readonly runTask: (task: SweepTask) => Promise<TaskOutcome>;
  readonly isStopped: () => boolean;
  /** Called when a task ends. */
  readonly onTask: (task: SweepTask, outcome: TaskOutcome) => void;
}

export interface SweepResult {
  /** Folder of the scenario's results. */
  readonly folder: string;
  readonly ran: number;
  /** Runs of an earlier sweep that were there, whole. */
  readonly kept: number;
  readonly failed: readonly { readonly task: SweepTask; readonly outcome: TaskOutcome }[];
  readonly unmet: readonly { readonly task: SweepTask; readonly sentences: readonly string[] }[];
  readonly isStopped: boolean;
}

/** Folder of one task's results. */
export function taskFolder(out: string, { scenario, variant, seed }: SweepTask): string {
  return join(out, scenario, variant, `seed-${seed}`);
}

/**
 * Runs the tasks, so many at a time, in their order. A task that fails does not stop the others. What comes out is the same bytes
 * whatever the number of jobs, and whether resumed or not.
 */
export async function runSweep(
  experiment: Experiment,
  plan: SweepPlan,
  options: SweepOptions,
): Promise<SweepResult> {
  const folder = join(options.out, plan.scenario);
  const journal = new SweepJournal(folder, experiment.name);
  if (options.resume) journal.load();
  else journal.clear();
  const finished = new Map<SweepTask, FinishedTask>();
  for (const task of options.resume ? plan.tasks : []) {
    const entry = journal.finished(task, taskFolder(options.out, task));
    if (entry !== null) finished.set(task, entry);
  }
  const kept = finished.size;
  const failed: { task: SweepTask; outcome: TaskOutcome }[] = [];
  const unmet: { task: SweepTask; sentences: readonly string[] }[] = [];
  const waiting = plan.tasks.filter((task) => !finished.has(task));
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < waiting.length && !options.isStopped()) {
      const task = waiting[next++]!;
      const outcome = await options.runTask(task);
      if (outcome.outcome === "finished") {
        const entry = entryOf(task, outcome.digest, taskFolder(options.out, task));
        journal.add(entry);
        finished.set(task, entry);
        const sentences = outcome.failedExpectations;
        if (sentences.length > 0) unmet.push({ task, sentences });
      } else if (outcome.outcome === "failed") failed.push({ task, outcome });
      options.onTask(task, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.jobs) }, work));
  const isStopped = options.isStopped();
  if (!isStopped && failed.length === 0) {
    writeManifest(folder, experiment, { plan, finished, version: options.version });
    journal.end();
  }
  const order = new Map(plan.tasks.map((task, i) => [task, i]));
  const inOrder = <T extends { task: SweepTask }>(list: T[]): T[] =>
    list.sort((a, b) => order.get(a.task)! - order.get(b.task)!);
  const ran = finished.size - kept;
  return { folder, ran, kept, failed: inOrder(failed), unmet: inOrder(unmet), isStopped };
}

function entryOf(task: SweepTask, digest: string, folder: string): FinishedTask {
  const { variant, seed, key } = task;
  return { variant, seed, key, digest, sha256: hashOfRun(folder) ?? "" };
}

/** `<experiment>.sweep.json`: what was run, and what `compare` and `plot` take from the experiment. */
function writeManifest(
  folder: string,
  experiment: Experiment,
  run: {
    readonly plan: SweepPlan;
    readonly finished: ReadonlyMap<SweepTask, FinishedTask>;
    readonly version: string;
  },
): void {
  const manifest = {
    apiVersion: "seatrial.dev/v1alpha1",
    kind: "Sweep",
    version: run.version,
    experiment: experiment.name,
    file: isAbsolute(experiment.path) ? basename(experiment.path) : experiment.path,
    scenario: run.plan.scenario,
    baseline: experiment.baseline,
    metrics: experiment.metrics,
    figures: experiment.figures,
    seeds: experiment.seeds,
    variants: experiment.variants,
    runs: run.plan.tasks.flatMap((task) => {
      const entry = run.finished.get(task);
      if (entry === undefined) return [];
      const { variant, seed, key, digest, sha256 } = entry;
      return [{ variant, seed, key, digest, sha256 }];
    }),
  };
  const path = manifestPath(folder, experiment.name);
  writeFileSync(`${path}.new`, `${printableLines(JSON.stringify(manifest, null, 2))}\n`);
  renameSync(`${path}.new`, path);
}
