import { checkFinite, meanOf, squaredDeviations, sumOf } from "../statistics/sample.js";

export interface FairnessIndices {
  /** (sum x)² / (n sum x²), 1 when all are equal (Jain, Chiu and Hawe 1984). */
  readonly jain: number;
  /** Mean absolute difference over twice the mean, over all n² pairs. */
  readonly gini: number;
  /** Gini times n / (n - 1); null for one value. */
  readonly giniCorrected: number | null;
  /** Standard deviation over mean, with n, and with n - 1. */
  readonly coefficientOfVariationPopulation: number;
  readonly coefficientOfVariationSample: number | null;
}

/** Null where nothing was allocated, or to nobody. Throws a RangeError for amounts below 0 or not finite. */
export function fairnessIndices(amounts: readonly number[]): FairnessIndices | null {
  checkFinite(amounts, 0);
  const negative = amounts.find((amount) => amount < 0);
  if (negative !== undefined) throw new RangeError(`amounts are not negative, as ${negative} is`);
  const n = amounts.length;
  const total = sumOf(amounts);
  if (total === 0) return null;
  const mean = meanOf(amounts);
  const squares = squaredDeviations(amounts, mean);
  const gini = giniOf(amounts, total);
  return {
    jain: (total * total) / (n * sumOf(amounts.map((x) => x * x))),
    gini,
    giniCorrected: n > 1 ? (gini * n) / (n - 1) : null,
    coefficientOfVariationPopulation: Math.sqrt(squares / n) / mean,
    coefficientOfVariationSample: n > 1 ? Math.sqrt(squares / (n - 1)) / mean : null,
  };
}

function giniOf(amounts: readonly number[], total: number): number {
  const n = amounts.length;
  const rising = Float64Array.from(amounts).sort();
  const weighted = rising.reduce((sum, x, i) => sum + (2 * (i + 1) - n - 1) * x, 0);
  return weighted / (n * total);
}
