import { exp } from "../../kernel/math.js";
import {
  type ContinuousDistribution,
  checkDegreesOfFreedom,
  checkProbability,
  solveQuantile,
} from "./distribution.js";
import { betaLower } from "./special-functions.js";

/** The F distribution: `df1` degrees of freedom in the numerator, `df2` in the denominator. */
export function fDistribution(df1: number, df2: number): ContinuousDistribution {
  checkDegreesOfFreedom(df1);
  checkDegreesOfFreedom(df2);
  const cdf = (x: number): number =>
    x <= 0 ? 0 : betaLower((df1 * x) / (df1 * x + df2), df1 / 2, df2 / 2);
  const sf = (x: number): number =>
    x <= 0 ? 1 : betaLower(df2 / (df1 * x + df2), df2 / 2, df1 / 2);
  return {
    cdf,
    sf,
    quantile(p) {
      checkProbability(p);
      if (p === 0 || p === 1) return p === 0 ? 0 : Number.POSITIVE_INFINITY;
      return solveQuantile(p, { cdf, sf }, { start: 0, width: 0.5, toX: exp });
    },
  };
}
