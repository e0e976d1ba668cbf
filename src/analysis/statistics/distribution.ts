import { ln } from "../../kernel/math.js";
import { findRootFrom } from "./find-root.js";

/** A continuous distribution: both tails as such, so that neither loses its digits in the other. */
export interface ContinuousDistribution {
  /** P(X <= x). */
  cdf(x: number): number;
  /** P(X > x). */
  sf(x: number): number;
  /** The smallest x with P(X <= x) >= p; ±Infinity or the support's end at p = 0 and 1. */
  quantile(p: number): number;
}

interface Tails {
  readonly cdf: (x: number) => number;
  readonly sf: (x: number) => number;
}

/**
 * The quantile by solving for the logarithm of the smaller tail, from `start` on. `support` is the
 * half line (0, ∞), searched on a logarithmic scale by the caller's `toX`, or the whole line.
 */
export function solveQuantile(
  p: number,
  { cdf, sf }: Tails,
  { start, width, toX }: { start: number; width: number; toX: (u: number) => number },
): number {
  const lower = p <= 0.5;
  const target = ln(lower ? p : 1 - p);
  const distance = (u: number): number => {
    const tail = lower ? cdf(toX(u)) : sf(toX(u));
    const difference = (tail === 0 ? Number.NEGATIVE_INFINITY : ln(tail)) - target;
    return lower ? difference : -difference;
  };
  return toX(findRootFrom((u) => clamp(distance(u)), start, width));
}

/** Brent's interpolation needs finite values. */
function clamp(value: number): number {
  return Math.max(-1e6, Math.min(1e6, value));
}

/** Refuses what is no probability. */
export function checkProbability(p: number): void {
  if (!(p >= 0 && p <= 1))
    throw new RangeError(`a probability between 0 and 1 is needed, not ${p}`);
}

/** Refuses what are no degrees of freedom. */
export function checkDegreesOfFreedom(df: number): void {
  if (!(df > 0)) throw new RangeError(`degrees of freedom above 0 are needed, not ${df}`);
}
