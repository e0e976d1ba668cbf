import { readSeries } from "../results/run-tables.js";
import type { Variant } from "../results/variants.js";
import { batchMeans } from "../statistics/batch-means.js";
import { mser } from "../statistics/warm-up.js";

export interface WarmUpOptions {
  /** A series of `timeseries.csv`: `metric{labels}`. */
  readonly key: string;
  /** Into which each run is cut after the warm-up. */
  readonly batches: number;
  readonly level: number;
}

/** What the series of one run says. */
interface RunWarmUp {
  readonly variant: string;
  readonly seed: number;
  /** Where the run by itself would be cut. */
  readonly ownCutSeconds: number;
  /** That lies past half of the run, or there are too few values: nothing says that the warm-up is over. */
  readonly isTooShort: boolean;
  /** After the common cut: mean, the ends of its interval by batch means, and how alike neighbouring batches are; null where too little is left. */
  readonly after: {
    readonly mean: number;
    readonly interval: readonly [number, number] | null;
    readonly lag1: number | null;
    /** Small where batches are alike, so that the interval is too narrow; null where they do not vary. */
    readonly pIndependent: number | null;
  } | null;
}

export interface WarmUpAdvice {
  readonly runs: readonly RunWarmUp[];
  /** The latest cut of all runs: it serves every variant and seed, so that they are compared over the same time. */
  readonly cutSeconds: number;
  readonly isTooShort: boolean;
}

/** A series is missing in a run, or has no values. */
export class NoSeries extends Error {
  override readonly name = "NoSeries";
}

/**
 * How much of the start of runs to leave out, by MSER-5 (White, Cobb and Spratt 2000), and what the rest of each run comes to, by
 * batch means (Law and Carson 1979).
 * @throws NoSeries
 */
export function adviseWarmUp(variants: readonly Variant[], options: WarmUpOptions): WarmUpAdvice {
  const series = variants.flatMap((variant) =>
    [...variant.runs].map(([seed, run]) => {
      const found = readSeries(run, new Set([options.key])).get(options.key);
      if (found === undefined) {
        throw new NoSeries(`${run.path}/timeseries.csv has no series ${options.key}`);
      }
      const known = found.values.flatMap((value, i) =>
        Number.isFinite(value) ? [{ at: found.seconds[i]!, value }] : [],
      );
      if (known.length === 0)
        throw new NoSeries(`${run.path}: no value of ${options.key} is known`);
      return { variant: variant.name, seed, points: known };
    }),
  );
  const cuts = series.map(({ points }) => cutOf(points));
  const cutSeconds = Math.max(...cuts.map(({ seconds }) => seconds));
  const runs = series.map(({ variant, seed, points }, i): RunWarmUp => {
    const left = points.filter(({ at }) => at > cutSeconds).map(({ value }) => value);
    const { seconds: ownCutSeconds, isTooShort } = cuts[i]!;
    return { variant, seed, ownCutSeconds, isTooShort, after: afterCut(left, options) };
  });
  return { runs, cutSeconds, isTooShort: runs.some((run) => run.isTooShort) };
}

const BATCH = 5;

interface Point {
  readonly at: number;
  readonly value: number;
}

function cutOf(points: readonly Point[]): {
  readonly seconds: number;
  readonly isTooShort: boolean;
} {
  const { all, tooShort } = mser(
    points.map(({ value }) => value),
    BATCH,
  );
  // A value stands at the end of what it is of.
  const seconds = all === null || all === 0 ? 0 : points[all * BATCH - 1]!.at;
  return { seconds, isTooShort: tooShort };
}

function afterCut(left: readonly number[], { batches, level }: WarmUpOptions): RunWarmUp["after"] {
  if (left.length < 2 * batches) return null;
  const { grandMean, interval, lag1BatchMeans, vonNeumann } = batchMeans(left, batches, level);
  return {
    mean: grandMean,
    interval,
    lag1: lag1BatchMeans,
    pIndependent: vonNeumann?.pGreater ?? null,
  };
}
