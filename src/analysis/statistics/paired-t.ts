import { checkFinite, meanOf, sampleVariance, squaredDeviations } from "./sample.js";
import { studentT } from "./student-t.js";

/** Differences with a standard error below this many machine epsilons of their mean have no variance. */
const ROUNDING_EPSILONS = 10;

export interface PairedSummary {
  readonly n: number;
  /** Mean of variant - baseline. */
  readonly meanDiff: number;
  /** Standard deviation of the differences (n - 1); 0 for one pair. */
  readonly sdDiff: number;
  /** The differences do not vary (up to rounding): one observation, however many pairs. */
  readonly deterministic: boolean;
}

/** The paired t test and its interval; absent where differences do not vary or there is one pair. */
export interface PairedT {
  readonly seDiff: number;
  readonly df: number;
  readonly t: number;
  readonly pTwoSided: number;
  /** For the alternative that the mean of variant - baseline is above 0. */
  readonly pGreater: number;
  readonly pLess: number;
  /** Two-sided interval of the mean difference at `level`. */
  interval(level: number): readonly [number, number];
  /** One-sided bounds at `level`; the other end is infinite. */
  lowerBound(level: number): number;
  upperBound(level: number): number;
  /** Pearson's correlation of the pairs; null where a side does not vary. */
  readonly correlation: number | null;
  /** Standard error of the paired design over that of independent samples; above 1, pairing hurt. */
  readonly seRatioPairedToUnpaired: number;
}

/** variant - baseline, pair by pair. Throws a RangeError for unequal lengths, no pairs, numbers that are not finite. */
export function pairedDifferences(
  baseline: readonly number[],
  variant: readonly number[],
): number[] {
  if (baseline.length !== variant.length) {
    throw new RangeError(`${baseline.length} values cannot be paired with ${variant.length}`);
  }
  checkFinite(baseline);
  checkFinite(variant);
  return variant.map((value, i) => value - baseline[i]!);
}

export function pairedSummary(differences: readonly number[]): PairedSummary {
  checkFinite(differences);
  const n = differences.length;
  const meanDiff = meanOf(differences);
  const sdDiff = n > 1 ? Math.sqrt(sampleVariance(differences)) : 0;
  const least = ROUNDING_EPSILONS * Number.EPSILON * Math.abs(meanDiff);
  const deterministic = n > 1 && (sdDiff === 0 || sdDiff / Math.sqrt(n) < least);
  return { n, meanDiff, sdDiff: deterministic ? 0 : sdDiff, deterministic };
}

/**
 * Student's paired t test (Student 1908). Null where the differences do not vary, or there are fewer than two.
 */
export function pairedT(baseline: readonly number[], variant: readonly number[]): PairedT | null {
  const differences = pairedDifferences(baseline, variant);
  const { n, meanDiff, sdDiff, deterministic } = pairedSummary(differences);
  if (n < 2 || deterministic) return null;
  const df = n - 1;
  const distribution = studentT(df);
  const seDiff = sdDiff / Math.sqrt(n);
  const t = meanDiff / seDiff;
  const reach = (p: number) => distribution.quantile(p) * seDiff;
  const unpaired = Math.sqrt(sampleVariance(variant) + sampleVariance(baseline));
  return {
    seDiff,
    df,
    t,
    pTwoSided: 2 * distribution.sf(Math.abs(t)),
    pGreater: distribution.sf(t),
    pLess: distribution.cdf(t),
    interval(level) {
      const half = reach((1 + level) / 2);
      return [meanDiff - half, meanDiff + half];
    },
    lowerBound: (level) => meanDiff - reach(level),
    upperBound: (level) => meanDiff + reach(level),
    correlation: correlation(baseline, variant),
    seRatioPairedToUnpaired: sdDiff / unpaired,
  };
}

/** Pearson's correlation; null where a side does not vary. */
function correlation(xs: readonly number[], ys: readonly number[]): number | null {
  const [meanX, meanY] = [meanOf(xs), meanOf(ys)];
  const product = xs.reduce((sum, x, i) => sum + (x - meanX) * (ys[i]! - meanY), 0);
  const scale = Math.sqrt(squaredDeviations(xs, meanX) * squaredDeviations(ys, meanY));
  return scale === 0 ? null : product / scale;
}
