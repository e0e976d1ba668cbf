import { gaussian } from "./gaussian.js";
import { square } from "./sample.js";

export interface DeviationOptions {
  /** Values of each point that varies, one a seed. */
  readonly columns: readonly (readonly number[])[];
  readonly mean: readonly number[];
  /** Of the mean, at each point. */
  readonly standardError: readonly number[];
  readonly resamples: number;
  /** Uniform numbers in [0, 1), from a stream of its own. */
  readonly uniform: () => number;
}

/** Up to so many seeds the noise of the standard errors is drawn for each point, beyond it is one for all points. */
const FEW_SEEDS = 15;

/**
 * The largest |mean* - mean| / standard error* over the points, of each resample, rising. A resample weighs the seeds' deviations from
 * the mean curve with normal numbers (the Gaussian multiplier bootstrap: Chernozhukov, Chetverikov and Kato 2013, Annals of Statistics
 * 41:2786), so that points keep their correlation, and divides by a standard error of its own with n - 1 degrees of freedom. Drawing
 * seeds with replacement leaves that noise out, and with a few seeds draws few different curves.
 */
export function studentizedDeviations(options: DeviationOptions): Float64Array {
  const { columns, mean, standardError, resamples, uniform } = options;
  const n = columns[0]!.length;
  const df = n - 1;
  // Deviations of each point as a vector of length 1: weighed with normal numbers they give a normal number.
  const units = columns.map((column, j) =>
    Float64Array.from(
      column,
      (value) => (value - mean[j]!) / standardError[j]! / Math.sqrt(n * df),
    ),
  );
  const draw = gaussian(uniform);
  const weights = new Float64Array(n);
  const weigh = (unit: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += weights[i]! * unit[i]!;
    return sum;
  };
  const drawWeights = () => {
    for (let i = 0; i < n; i++) weights[i] = draw();
  };
  const variances = new Float64Array(units.length);
  const drawVariances = () => {
    variances.fill(0);
    for (let k = 0; k < df; k++) {
      if (n > FEW_SEEDS) {
        variances[0]! += square(draw()) / df;
        continue;
      }
      drawWeights();
      for (const [j, unit] of units.entries()) variances[j]! += square(weigh(unit)) / df;
    }
    if (n > FEW_SEEDS) variances.fill(variances[0]!);
  };
  const largest = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    drawVariances();
    drawWeights();
    for (const [j, unit] of units.entries()) {
      const deviation = Math.abs(weigh(unit)) / Math.sqrt(variances[j]!);
      if (deviation > largest[r]!) largest[r] = deviation;
    }
  }
  return largest.sort();
}
