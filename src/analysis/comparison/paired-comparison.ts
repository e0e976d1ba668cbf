import { bootstrap, meanStatistic } from "../statistics/bootstrap.js";
import { effectSize } from "../statistics/effect-size.js";
import { pairedDifferences, pairedSummary, pairedT } from "../statistics/paired-t.js";
import { detectableDifference, replicationsForHalfWidth } from "../statistics/planning.js";
import { meanOf } from "../statistics/sample.js";
import { wilcoxon } from "../statistics/wilcoxon.js";

/** Below this many pairs a BCa interval covers too little to be shown. */
export const LEAST_PAIRS_FOR_BCA = 20;
const RESAMPLES = 20_000;
const MOST_PAIRS_EXACT = 50;

export interface ComparisonOptions {
  /** Level of the intervals, such as 0.95. */
  readonly level: number;
  /** Half-width relative to the baseline's mean for which the needed seeds are told, such as 0.05. */
  readonly precision: number;
  /** Power at which the smallest detectable change is told. */
  readonly power: number;
  /** Uniform numbers for the bootstrap, from a stream of its own. */
  readonly uniform: () => number;
}

/** What pairs by seed say of a change; without variance of the differences there is no interval and no p-value. */
export interface PairedComparison {
  readonly pairs: number;
  readonly baselineMean: number;
  readonly variantMean: number;
  /** Mean of variant - baseline, in the metric's unit. */
  readonly difference: number;
  /** The difference over the baseline's mean; null where that is 0. */
  readonly relative: number | null;
  readonly isDeterministic: boolean;
  readonly interval: readonly [number, number] | null;
  readonly bca: readonly [number, number] | null;
  readonly pT: number | null;
  readonly pWilcoxon: number | null;
  readonly cohenDz: number | null;
  readonly correlation: number | null;
  /** Width of the paired interval over that of an unpaired one; above 1, pairing widened it. */
  readonly widthRatio: number | null;
  /** Seeds that an interval of the wanted precision takes. */
  readonly seedsNeeded: number | null;
  /** Smallest change that so many seeds find with the wanted power. */
  readonly detectable: number | null;
}

/** Compares the values of one metric, seed by seed. Throws a RangeError for no pairs or numbers that are not finite. */
export function comparePaired(
  baseline: readonly number[],
  variant: readonly number[],
  options: ComparisonOptions,
): PairedComparison {
  const differences = pairedDifferences(baseline, variant);
  const { n, meanDiff, sdDiff } = pairedSummary(differences);
  const baselineMean = meanOf(baseline);
  const base = {
    pairs: n,
    baselineMean,
    variantMean: meanOf(variant),
    difference: meanDiff,
    relative: baselineMean === 0 ? null : meanDiff / Math.abs(baselineMean),
  };
  const test = pairedT(baseline, variant);
  if (test === null) return { ...base, ...WITHOUT_VARIANCE };
  const bca =
    n < LEAST_PAIRS_FOR_BCA
      ? null
      : bootstrap({
          n,
          statistic: meanStatistic(differences),
          resamples: RESAMPLES,
          uniform: options.uniform,
        }).bca(options.level);
  const design = { sd: sdDiff, alpha: 1 - options.level, sides: 2 } as const;
  return {
    ...base,
    isDeterministic: false,
    interval: test.interval(options.level),
    bca,
    pT: test.pTwoSided,
    pWilcoxon: wilcoxon(differences, {
      zeros: "pratt",
      method: n <= MOST_PAIRS_EXACT ? "exact" : "normal",
    }).pTwoSided,
    cohenDz: effectSize(differences).cohenDz,
    correlation: test.correlation,
    widthRatio: test.seRatioPairedToUnpaired,
    seedsNeeded: seedsFor(baselineMean, sdDiff, options),
    detectable: detectableDifference(n, options.power, design),
  };
}

const WITHOUT_VARIANCE = {
  isDeterministic: true,
  interval: null,
  bca: null,
  pT: null,
  pWilcoxon: null,
  cohenDz: null,
  correlation: null,
  widthRatio: null,
  seedsNeeded: null,
  detectable: null,
} as const;

function seedsFor(mean: number, sd: number, { precision, level }: ComparisonOptions) {
  if (mean === 0) return null;
  const plan = { pilotMean: mean, pilotSd: sd, relativeHalfWidth: precision, level };
  return replicationsForHalfWidth(plan).n;
}
