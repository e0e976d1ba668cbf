import type { Law } from "../laws/law.js";

/** Shares of the samples, finer towards the long ones, by their upper ends. */
const ENDS = [
  ...[0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.94, 0.97, 0.983, 0.9905, 0.996, 0.999, 1],
] as const;

/** For the variation: samples of each part, and decades of the long end. */
const SAMPLES = 1_000;
const DECADES = 12;

/** Values with their shares, which add up to 1. */
export interface Points {
  readonly values: Float64Array;
  readonly shares: Float64Array;
}

/** A law by some points of it, its mean kept. */
export function pointsOf(law: Law): Points {
  const values = new Float64Array(ENDS.length);
  const shares = new Float64Array(ENDS.length);
  let sum = 0;
  for (let i = 0; i < ENDS.length; i++) {
    const from = i === 0 ? 0 : ENDS[i - 1]!;
    shares[i] = ENDS[i]! - from;
    values[i] = law.quantile((from + ENDS[i]!) / 2);
    sum += values[i]! * shares[i]!;
  }
  const last = ENDS.length - 1;
  // What lies beyond the last point is put there.
  const missing = law.mean - sum;
  if (missing > 0) values[last]! += missing / shares[last]!;
  return { values, shares };
}

/** Coefficient of variation of a law: samples at equal shares, ever closer ones towards the long end. */
export function variationOf(law: Law): number {
  let sum = 0;
  let squares = 0;
  const add = (u: number, share: number): void => {
    const value = law.quantile(u);
    sum += share * value;
    squares += share * value * value;
  };
  for (let i = 0; i < SAMPLES; i++) add(0.9 * ((i + 0.5) / SAMPLES), 0.9 / SAMPLES);
  let tail = 0.1;
  for (let decade = 0; decade < DECADES; decade++, tail /= 10) {
    const share = (0.9 * tail) / SAMPLES;
    for (let i = 0; i < SAMPLES; i++) add(1 - tail + share * (i + 0.5), share);
  }
  return Math.sqrt(Math.max(0, squares - sum * sum)) / sum;
}
