import { meanOf, sampleVariance } from "./sample.js";
import { tQuantiles } from "./student-t.js";

/** When enough seeds have been run. */
export interface PrecisionRule {
  /** Half-width of the interval over the mean. */
  readonly relativeHalfWidth: number;
  readonly level: number;
  /** Student's quantile at (1 + level) / 2 by degrees of freedom, of whoever asks often and remembers it. */
  readonly quantile?: (df: number) => number;
}

export interface Precision {
  readonly mean: number;
  /** Infinite with fewer than two values, or a mean of 0 that is not that of all. */
  readonly relativeHalfWidth: number;
  /** It was reached at this look and at the one before. */
  readonly isReached: boolean;
}

/** Seeds between two looks, and seeds before which nobody stops. */
export const SEEDS_PER_LOOK = 5;
export const FEWEST_SEEDS = 10;

/**
 * The precision of a mean after a look, with values in the order of the seeds. Who stops as soon as an interval is narrow stops
 * more often where the variance happens to look small, and the interval then covers too seldom: so nobody stops before ten seeds, and
 * the precision must be there at two looks in a row, five seeds apart (after the idea of Hoad, Robinson and Davies 2010,
 * Journal of the Operational Research Society 61:1632).
 */
export function precisionOf(values: readonly number[], rule: PrecisionRule): Precision {
  const { quantile = tQuantiles((1 + rule.level) / 2) } = rule;
  const relativeHalfWidth = widthOf(values, quantile);
  const before = values.slice(0, values.length - SEEDS_PER_LOOK);
  const isReached =
    before.length >= FEWEST_SEEDS &&
    relativeHalfWidth <= rule.relativeHalfWidth &&
    widthOf(before, quantile) <= rule.relativeHalfWidth;
  return { mean: meanOf(values), relativeHalfWidth, isReached };
}

function widthOf(values: readonly number[], quantile: (df: number) => number): number {
  const { length } = values;
  if (length < 2) return Number.POSITIVE_INFINITY;
  const halfWidth = quantile(length - 1) * Math.sqrt(sampleVariance(values) / length);
  return halfWidth === 0 ? 0 : halfWidth / Math.abs(meanOf(values));
}
