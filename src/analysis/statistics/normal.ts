import { erfc, erfcinv, exp } from "../../kernel/math.js";
import { type ContinuousDistribution, checkProbability } from "./distribution.js";

/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** The standard normal distribution. */
export const normal: ContinuousDistribution = {
  cdf: (x) => erfc(-x / Math.SQRT2) / 2,
  sf: (x) => erfc(x / Math.SQRT2) / 2,
  quantile(p) {
    checkProbability(p);
    if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    const x = -Math.SQRT2 * erfcinv(2 * p);
    // One step of Newton's on the smaller tail takes out the last error of the inverse.
    const error = p <= 0.5 ? normal.cdf(x) - p : 1 - p - normal.sf(x);
    return x - error / normalDensity(x);
  },
};
