import { checkFinite, meanOf } from "./sample.js";

export interface WarmUp {
  /** Batches of the whole series; an incomplete last one is dropped. */
  readonly batches: number;
  /** The cut, in batches, that is best among the first half of them. */
  readonly firstHalf: number;
  /** The cut that is best among all but the last few; null with too few batches. */
  readonly all: number | null;
  /** The best cut lies past half of the run, or there are too few batches: run longer. */
  readonly tooShort: boolean;
  /** Mean of the series after the cut `all`, incomplete batches dropped. */
  readonly meanAfterTruncation: number | null;
  /** The rule's statistic for a cut of `batches`. */
  statisticAt(batches: number): number;
}

const LEFT_OVER = 5;

/**
 * The marginal standard error rule: cut as many batches as make the squared standard error of the rest smallest
 * (White 1997; batches of 5, White, Cobb and Spratt 2000). Throws a RangeError for numbers that are not finite.
 */
export function mser(series: readonly number[], batchSize = 5): WarmUp {
  checkFinite(series, 0);
  const batches = Math.floor(series.length / batchSize);
  const means = Array.from({ length: batches }, (_, i) =>
    meanOf(series.slice(i * batchSize, (i + 1) * batchSize)),
  );
  const statistics = allStatistics(means);
  const best = (last: number): number => {
    let at = 0;
    for (let d = 1; d <= last; d++) if (statistics[d]! < statistics[at]!) at = d;
    return at;
  };
  const all = batches >= 1 ? best(Math.max(0, batches - LEFT_OVER)) : null;
  return {
    batches,
    firstHalf: best(Math.floor(batches / 2)),
    all,
    tooShort: batches < 2 || (all !== null && all > batches / 2),
    meanAfterTruncation: all === null ? null : meanOf(means.slice(all)),
    statisticAt: (d) => statistics[d] ?? Number.NaN,
  };
}

/** For each cut d: squared deviations of what is left over the square of its number. */
function allStatistics(means: readonly number[]): number[] {
  const n = means.length;
  const statistics = new Array<number>(n);
  let [mean, squares] = [0, 0];
  for (let d = n - 1; d >= 0; d--) {
    const count = n - d;
    const step = means[d]! - mean;
    mean += step / count;
    squares += step * (means[d]! - mean);
    statistics[d] = squares / (count * count);
  }
  return statistics;
}
