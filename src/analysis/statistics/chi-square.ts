import { exp, ln } from "../../kernel/math.js";
import {
  type ContinuousDistribution,
  checkDegreesOfFreedom,
  checkProbability,
  solveQuantile,
} from "./distribution.js";
import { gammaLower, gammaUpper } from "./special-functions.js";

/** The chi-square distribution with `df` degrees of freedom, a positive number. */
export function chiSquare(df: number): ContinuousDistribution {
  checkDegreesOfFreedom(df);
  const cdf = (x: number): number => (x <= 0 ? 0 : gammaLower(x / 2, df / 2));
  const sf = (x: number): number => (x <= 0 ? 1 : gammaUpper(x / 2, df / 2));
  return {
    cdf,
    sf,
    quantile(p) {
      checkProbability(p);
      if (p === 0 || p === 1) return p === 0 ? 0 : Number.POSITIVE_INFINITY;
      return solveQuantile(p, { cdf, sf }, { start: ln(df), width: 0.5, toX: exp });
    },
  };
}
