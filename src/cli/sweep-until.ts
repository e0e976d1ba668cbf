import process from "node:process";
import {
  FEWEST_SEEDS,
  type PrecisionRule,
  precisionOf,
  SEEDS_PER_LOOK,
} from "../analysis/statistics/until-precision.js";
import { printable } from "../base/printable.js";
import type { SweepResult } from "../experiment/sweep/run-sweep.js";
import type { Experiment } from "../scenario/load/load-experiment.js";
import { ExitCode } from "./exit-code.js";
import { metricValues } from "./metric-values.js";
import { tell } from "./standard-streams.js";
import type { WantedPrecision } from "./wanted-precision.js";

const LEVEL = 0.95;

/** Runs rounds of seeds until every variant's mean is known as well as is wanted, or `maxSeeds` are run. */
export async function sweepUntil(
  experiment: Experiment,
  { wanted, maxSeeds }: { readonly wanted: WantedPrecision; readonly maxSeeds: number },
  /** Runs the experiment, keeping what was finished; a number ends all. */
  round: (experiment: Experiment, isFirst: boolean) => Promise<SweepResult | ExitCode>,
): Promise<ExitCode> {
  const rule: PrecisionRule = { relativeHalfWidth: wanted.relativeHalfWidth, level: LEVEL };
  let seeds = seedsOf(experiment, Math.min(maxSeeds, FEWEST_SEEDS + SEEDS_PER_LOOK));
  for (let isFirst = true; ; isFirst = false) {
    const result = await round({ ...experiment, seeds }, isFirst);
    if (typeof result === "number") return result;
    const rows = precisions(experiment, result.folder, { seeds, key: wanted.key, rule });
    if (typeof rows === "string") {
      tell(rows);
      return ExitCode.wrongInput;
    }
    if (rows.every(({ isReached }) => isReached) || seeds.length >= maxSeeds) {
      for (const { variant, mean, relativeHalfWidth } of rows) {
        const told = `${variant}: ${wanted.key} ${Number(mean.toPrecision(4))} ± ${(100 * relativeHalfWidth).toFixed(2)} %`;
        process.stdout.write(`${printable(told)}\n`);
      }
      const short = rows.filter(({ isReached }) => !isReached);
      if (short.length === 0) {
        process.stdout.write(`${seeds.length} seeds give the precision that was asked for\n`);
        return ExitCode.good;
      }
      tell(
        `${seeds.length} seeds, the most that were allowed, do not give ± ${100 * wanted.relativeHalfWidth} % of ${wanted.key} of ${short.map(({ variant }) => variant).join(", ")}: allow more with --max-seeds`,
      );
      return ExitCode.undecided;
    }
    seeds = seedsOf(experiment, Math.min(maxSeeds, seeds.length + SEEDS_PER_LOOK));
  }
}

/** The experiment's seeds and those that follow, so many of them; more where the experiment has more. */
export function seedsOf({ seeds }: Experiment, count: number): readonly number[] {
  const next = Math.max(...seeds) + 1;
  const more = Math.max(0, count - seeds.length);
  return [...seeds, ...Array.from({ length: more }, (_, i) => next + i)];
}

interface VariantPrecision {
  readonly variant: string;
  readonly mean: number;
  readonly relativeHalfWidth: number;
  readonly isReached: boolean;
}

/** Of each variant; or why there is none. */
function precisions(
  { variants }: Experiment,
  folder: string,
  {
    seeds,
    key,
    rule,
  }: { readonly seeds: readonly number[]; readonly key: string; readonly rule: PrecisionRule },
): readonly VariantPrecision[] | string {
  const values = metricValues(folder, {
    key,
    wanted: variants.map(({ name }) => ({ name, seeds })),
  });
  if (typeof values === "string") return values;
  return variants.map(({ name: variant }, i) => ({ variant, ...precisionOf(values[i]!, rule) }));
}
