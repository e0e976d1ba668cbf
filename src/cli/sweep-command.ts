import process from "node:process";
import { stringify } from "yaml";
import { counted } from "../base/counted.js";
import { printable, printableLines } from "../base/printable.js";
import { indexedJob, slurmScript } from "../experiment/sweep/job-files.js";
import {
  runSweep,
  type SweepResult,
  type TaskOutcome,
  taskFolder,
} from "../experiment/sweep/run-sweep.js";
import {
  planSweep,
  type SweepPlan,
  type SweepTask,
  shareOf,
} from "../experiment/sweep/sweep-plan.js";
import { nodeFileSystem } from "../scenario/load/file-system.js";
import { type Experiment, loadExperiment } from "../scenario/load/load-experiment.js";
import { ExitCode } from "./exit-code.js";
import type { Interruption } from "./interruption.js";
import { pipedFiles } from "./piped-files.js";
import { nameOfProcess } from "./process-owner.js";
import { refuse } from "./refuse.js";
import { tell } from "./standard-streams.js";
import { SweepBar } from "./sweep-bar.js";
import { sweepUntil } from "./sweep-until.js";
import { sweepUntilBest } from "./sweep-until-best.js";
import { watchedFiles } from "./watched-files.js";
import type { WantedPrecision } from "./wanted-precision.js";
import type { TaskSurroundings } from "./sweep-task.js";
import { SweepWorkers } from "./sweep-workers.js";

export interface SweepCommandOptions {
  readonly jobs?: number;
  readonly resume?: boolean;
  readonly out: string;
  readonly plan?: boolean;
  readonly only?: { readonly index: number; readonly count: number };
  /** Prints a job file instead of running. */
  readonly emit?: "slurm" | "kubernetes";
  readonly shares?: number;
  readonly image: string;
  readonly untilPrecision?: WantedPrecision;
  readonly maxSeeds: number;
  /** Runs until the best by this metric is known, `metric{labels}`. */
  readonly untilBest?: string;
  readonly better: "smaller" | "larger";
  readonly indifference: { readonly amount: number } | { readonly share: number };
  readonly level: number;
  /** Most runs, with `untilBest`; default: {@link RUNS_A_VARIANT} of each variant. */
  readonly budget?: number;
}

const RUNS_A_VARIANT = 50;

/** What runs are planned with. */
interface PlanContext {
  readonly version: string;
  readonly dataFolder: string;
}

/** What a sweep is run with, beside its plan. */
interface SweepContext extends PlanContext {
  readonly interruption: Interruption;
  readonly workers: SweepWorkers;
}

/** `seatrial sweep`: every variant under every seed of an experiment. */
export async function sweepCommand(
  path: string,
  options: SweepCommandOptions,
  { version, interruption }: { readonly version: string; readonly interruption: Interruption },
): Promise<ExitCode> {
  const files = await pipedFiles([path]);
  if (!("look" in files)) return refuse([files]);
  const experiment = await loadExperiment(files, path);
  if (!("variants" in experiment)) return refuse(experiment);
  const dataFolder = process.env.SEATRIAL_DATA ?? "data";
  const context = { version, interruption, dataFolder };
  if (options.plan === true || options.emit !== undefined) {
    return showPlan(experiment, path, { options, context });
  }
  const workers = new SweepWorkers(options.jobs, mostRunsAtOnce(experiment, options));
  try {
    return await runAll(experiment, options, { ...context, workers });
  } finally {
    await workers.end();
  }
}

/** `--plan` and `--emit`: nothing is run. */
async function showPlan(
  experiment: Experiment,
  path: string,
  { options, context }: { readonly options: SweepCommandOptions; readonly context: PlanContext },
): Promise<ExitCode> {
  const plan = await planOf(experiment, options, context);
  if (typeof plan === "number") return plan;
  if (options.emit !== undefined) {
    emit(options.emit, { name: experiment.name, path, runs: plan.tasks.length }, options);
    return ExitCode.good;
  }
  for (const task of plan.tasks) process.stdout.write(`${printable(planLine(task))}\n`);
  return ExitCode.good;
}

/** How many runs could go on side by side. */
function mostRunsAtOnce(
  { variants, seeds }: Experiment,
  { only, untilPrecision, untilBest, maxSeeds, budget }: SweepCommandOptions,
): number {
  if (untilBest !== undefined) return budget ?? variants.length * RUNS_A_VARIANT;
  const runs = variants.length * (untilPrecision === undefined ? seeds.length : maxSeeds);
  return only === undefined ? runs : Math.ceil(runs / only.count);
}

async function runAll(
  experiment: Experiment,
  options: SweepCommandOptions,
  context: SweepContext,
): Promise<ExitCode> {
  const { interruption } = context;
  const { untilPrecision: wanted, untilBest: key, maxSeeds, level: sure } = options;
  if (wanted !== undefined) {
    return sweepUntil(experiment, { wanted, maxSeeds }, (grown, isFirst) =>
      runRound(grown, { options, context, isFirst }),
    );
  }
  if (key !== undefined) {
    const { better, indifference, budget = experiment.variants.length * RUNS_A_VARIANT } = options;
    const best = { key, better, indifference, sure, budget };
    return sweepUntilBest(experiment, best, (grown, counts, isFirst) =>
      runRound(grown, { options, context, isFirst, counts }),
    );
  }
  const plan = await planOf(experiment, options, context);
  if (typeof plan === "number") return plan;
  const result = await runPlan(experiment, plan, options, context);
  return report(result, options.out, interruption);
}

/** One round of a sweep that ends when it knows enough: all seeds, or so many of each variant. */
async function runRound(
  grown: Experiment,
  {
    options,
    context,
    isFirst,
    counts,
  }: {
    readonly options: SweepCommandOptions;
    readonly context: SweepContext;
    readonly isFirst: boolean;
    readonly counts?: ReadonlyMap<string, number>;
  },
): Promise<SweepResult | ExitCode> {
  const whole = await planOf(grown, options, context);
  if (typeof whole === "number") return whole;
  const plan = counts === undefined ? whole : firstSeeds(whole, grown, counts);
  const resume = options.resume === true || !isFirst;
  const result = await runPlan(grown, plan, { ...options, resume }, context);
  const isWhole = result.failed.length === 0 && !result.isStopped;
  return isWhole ? result : report(result, options.out, context.interruption);
}

function firstSeeds(
  { scenario, tasks }: SweepPlan,
  { seeds }: Experiment,
  counts: ReadonlyMap<string, number>,
): SweepPlan {
  const place = new Map(seeds.map((seed, i) => [seed, i]));
  const isWanted = ({ variant, seed }: SweepTask) => place.get(seed)! < counts.get(variant)!;
  return { scenario, tasks: tasks.filter(isWanted) };
}

/** The runs that were asked for; or what ends the command. */
async function planOf(
  experiment: Experiment,
  { only }: SweepCommandOptions,
  { dataFolder, version }: PlanContext,
): Promise<SweepPlan | ExitCode> {
  const files = watchedFiles(nodeFileSystem);
  const planned = await planSweep(experiment, { files, dataFolder, version });
  if (planned.outcome === "refused") return refuse(planned.issues);
  if (planned.outcome === "skipped") {
    tell(`skipped ${planned.name}: ${planned.missing.join(", ")} is not there`);
    return ExitCode.good;
  }
  const { scenario, tasks } = planned.plan;
  return { scenario, tasks: only === undefined ? tasks : shareOf(tasks, only) };
}

/** More tasks of an array than this are no help by default. */
const MOST_SHARES = 100;

function emit(
  form: "slurm" | "kubernetes",
  { name, path, runs }: { readonly name: string; readonly path: string; readonly runs: number },
  { out, shares = Math.min(runs, MOST_SHARES), image }: SweepCommandOptions,
): void {
  const job = { name, path, out, shares: Math.min(shares, runs) };
  const text = form === "slurm" ? slurmScript(job) : stringify(indexedJob({ ...job, image }));
  process.stdout.write(printableLines(text));
}

async function runPlan(
  experiment: Experiment,
  plan: SweepPlan,
  options: SweepCommandOptions,
  { version, interruption, dataFolder, workers }: SweepContext,
): Promise<SweepResult> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const release = passOn(interruption, stop);
  const owner = nameOfProcess();
  const surroundings: TaskSurroundings = { out: options.out, dataFolder, version, owner, stop };
  const bar = new SweepBar(experiment.name, plan.tasks.length);
  try {
    return await runSweep(experiment, plan, {
      out: options.out,
      version,
      jobs: workers.jobs,
      resume: options.resume === true,
      runTask: (task) => workers.run(task, surroundings),
      isStopped: () => interruption.requested,
      onTask: (task, outcome) => {
        bar.clear();
        tellOf(task, outcome);
        bar.advance();
      },
    });
  } finally {
    bar.clear();
    release();
  }
}

const MILLIS_BETWEEN_LOOKS = 50;

/** Tells the workers when the user asks to stop; until what is returned is called. */
function passOn(interruption: Interruption, stop: Int32Array): () => void {
  const pass = () => Atomics.store(stop, 0, interruption.requested ? 1 : 0);
  const release = interruption.hold(() => {});
  const timer = setInterval(pass, MILLIS_BETWEEN_LOOKS);
  return () => {
    clearInterval(timer);
    release();
  };
}

function planLine({ scenario, variant, seed, settings }: SweepTask): string {
  return [scenario, variant, `seed ${seed}`, ...settings].join("  ");
}

function tellOf(task: SweepTask, outcome: TaskOutcome): void {
  if (outcome.outcome !== "failed") return;
  for (const message of outcome.messages) tell(`${task.variant}, seed ${task.seed}: ${message}`);
}

function report(result: SweepResult, out: string, interruption: Interruption): ExitCode {
  for (const { task, sentences } of result.unmet) {
    for (const text of sentences) {
      tell(`${task.variant}, seed ${task.seed}: expectation failed: ${text}`);
    }
  }
  const parts = [`${counted(result.ran, "run")} finished`];
  if (result.kept > 0) parts.push(`${result.kept} kept from before`);
  if (result.failed.length > 0) parts.push(`${result.failed.length} failed`);
  process.stdout.write(`${parts.join(", ")}: ${printable(result.folder)}\n`);
  if (result.isStopped) {
    tell("stopped; finished runs are kept: go on with --resume");
    return interruption.exitCode;
  }
  for (const { task } of result.failed) tell(`no results in ${taskFolder(out, task)}`);
  if (result.failed.some(({ outcome }) => outcome.outcome === "failed" && outcome.isBug)) {
    return ExitCode.bug;
  }
  if (result.failed.length > 0) return ExitCode.wrongInput;
  return result.unmet.length > 0 ? ExitCode.checkFailed : ExitCode.good;
}
