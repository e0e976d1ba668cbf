import process from "node:process";
import {
  type BestLook,
  type BestRule,
  FIRST_STAGE,
  lookForBest,
  nextCounts,
} from "../analysis/statistics/selection/until-best.js";
import { printable } from "../base/printable.js";
import type { SweepResult } from "../experiment/sweep/run-sweep.js";
import type { Experiment } from "../scenario/load/load-experiment.js";
import { ExitCode } from "./exit-code.js";
import { metricValues } from "./metric-values.js";
import { tell } from "./standard-streams.js";
import { seedsOf } from "./sweep-until.js";

export interface WantedBest extends BestRule {
  /** `metric{labels}`. */
  readonly key: string;
  /** Most runs of all variants together. */
  readonly budget: number;
}

/** Runs of a round, or one of each variant where there are more. */
const RUNS_PER_ROUND = 10;
const FIGURES_TOLD = 4;

/**
 * Runs ten seeds of every variant, and then rounds of further seeds where they tell most, until the best is known or the budget is spent.
 * What is run next depends on results alone, so a sweep that goes on after a kill, or with other workers, runs the same.
 */
export async function sweepUntilBest(
  experiment: Experiment,
  wanted: WantedBest,
  /** Runs so many seeds of each variant, keeping what was finished; a number ends all. */
  round: (
    experiment: Experiment,
    counts: ReadonlyMap<string, number>,
    isFirst: boolean,
  ) => Promise<SweepResult | ExitCode>,
): Promise<ExitCode> {
  const { variants } = experiment;
  const { key, budget } = wanted;
  const problem = whyNot(variants.length, budget);
  if (problem !== null) {
    tell(problem);
    return ExitCode.wrongInput;
  }
  let counts: readonly number[] = variants.map(() => FIRST_STAGE);
  for (let isFirst = true; ; isFirst = false) {
    const most = Math.max(...counts);
    const seeds = seedsOf(experiment, most).slice(0, most);
    const byName = new Map(variants.map(({ name }, i) => [name, counts[i]!]));
    const result = await round({ ...experiment, seeds }, byName, isFirst);
    if (typeof result === "number") return result;
    const own = variants.map(({ name }, i) => ({ name, seeds: seeds.slice(0, counts[i]) }));
    const streams = metricValues(result.folder, { key, wanted: own });
    if (typeof streams === "string") {
      tell(streams);
      return ExitCode.wrongInput;
    }
    const look = lookForBest(streams, wanted);
    const spent = counts.reduce((sum, count) => sum + count, 0);
    if (look.probability >= wanted.sure || spent >= budget) {
      return tellBest(look, { experiment, wanted, counts, spent });
    }
    const increment = Math.min(Math.max(RUNS_PER_ROUND, variants.length), budget - spent);
    counts = nextCounts(streams, look, increment);
  }
}

function whyNot(variants: number, budget: number): string | null {
  if (variants < 2) return "--until-best: there is one variant only: nothing to choose from";
  const least = variants * FIRST_STAGE;
  if (budget >= least) return null;
  return `--budget ${budget}: expected ${least} or more, for ${FIRST_STAGE} seeds of each of ${variants} variants`;
}

function tellBest(
  { best, means, indifference, probability }: BestLook,
  {
    experiment,
    wanted,
    counts,
    spent,
  }: {
    readonly experiment: Experiment;
    readonly wanted: WantedBest;
    readonly counts: readonly number[];
    readonly spent: number;
  },
): ExitCode {
  const { variants } = experiment;
  const { key, sure } = wanted;
  for (const [i, { name }] of variants.entries()) {
    const told = `${name}: ${key} ${figure(means[i]!)} (${counts[i]} seeds)`;
    process.stdout.write(`${printable(told)}\n`);
  }
  const name = variants[best]!.name;
  const isSure = probability >= sure;
  const bound = Math.floor(probability * 1_000) / 1_000;
  const told = `${name} is the best by ${key}, or within ${figure(indifference)} of it, with probability ${bound} or more (${spent} runs)`;
  if (isSure) {
    process.stdout.write(`${printable(told)}\n`);
    return ExitCode.good;
  }
  tell(`${told}: less than the ${sure} that were asked for; allow more with --budget`);
  return ExitCode.undecided;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(FIGURES_TOLD)));
}
