import {
  type ContinuousDistribution,
  checkDegreesOfFreedom,
  checkProbability,
  solveQuantile,
} from "./distribution.js";
import { betaLower } from "./special-functions.js";

/** Student's t distribution with `df` degrees of freedom, a positive number, whole or not. */
export function studentT(df: number): ContinuousDistribution {
  checkDegreesOfFreedom(df);
  const upper = (x: number): number => {
    const square = x * x;
    if (square < df) return (1 - betaLower(square / (df + square), 0.5, df / 2)) / 2;
    return betaLower(df / (df + square), df / 2, 0.5) / 2;
  };
  const sf = (x: number): number => (x >= 0 ? upper(x) : 1 - upper(-x));
  const cdf = (x: number): number => sf(-x);
  return {
    cdf,
    sf,
    quantile(p) {
      checkProbability(p);
      if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      if (p === 0.5) return 0;
      return solveQuantile(p, { cdf, sf }, { start: 0, width: 1, toX: (u) => u });
    },
  };
}

const CACHE_SIZE = 4096;

/**
 * A function that gives Student's t quantile at one probability for many whole degrees of freedom,
 * each computed once.
 */
export function tQuantiles(p: number): (df: number) => number {
  const known = new Float64Array(CACHE_SIZE);
  return (df) => {
    if (df >= CACHE_SIZE || !Number.isInteger(df)) return studentT(df).quantile(p);
    if (known[df] === 0) known[df] = studentT(df).quantile(p);
    return known[df]!;
  };
}
