import { checkFinite, meanOf, sorted } from "./sample.js";

/** The nine definitions of Hyndman and Fan 1996 (The American Statistician 50:361). */
export type QuantileType = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Positions that are whole up to rounding are whole. */
const FUZZ = 4 * Number.EPSILON;

/** The plotting-position constants of the continuous definitions: h = a + p (n + 1 - a - b). */
const CONTINUOUS: Partial<Record<QuantileType, readonly [number, number]>> = {
  4: [0, 1],
  5: [0.5, 0.5],
  6: [0, 0],
  7: [1, 1],
  8: [1 / 3, 1 / 3],
  9: [3 / 8, 3 / 8],
};

/**
 * The sample quantile at `p` of rising values; the project's own is type 7. Throws a RangeError for no values,
 * values that are not finite, or a `p` outside of [0, 1].
 */
export function sampleQuantile(
  rising: ArrayLike<number>,
  p: number,
  type: QuantileType = 7,
): number {
  const n = rising.length;
  if (n === 0) throw new RangeError("no values have no quantile");
  if (!(p >= 0 && p <= 1))
    throw new RangeError(`a probability between 0 and 1 is needed, not ${p}`);
  const at = (position: number) => rising[Math.min(n, Math.max(1, position)) - 1]!;
  const constants = CONTINUOUS[type];
  if (constants === undefined) return discontinuous(at, n * p, type);
  const [a, b] = constants;
  const h = a + p * (n + 1 - a - b);
  const low = Math.floor(h + FUZZ);
  const share = Math.abs(h - low) < FUZZ ? 0 : h - low;
  if (share === 0) return at(low);
  return (1 - share) * at(low) + share * at(low + 1);
}

function discontinuous(at: (position: number) => number, np: number, type: QuantileType): number {
  const nppm = type === 3 ? np - 0.5 : np;
  const low = Math.floor(nppm + FUZZ);
  const above = nppm > low + FUZZ;
  if (above) return at(low + 1);
  if (type === 1) return at(low);
  if (type === 2) return (at(low) + at(low + 1)) / 2;
  return low % 2 === 0 ? at(low) : at(low + 1);
}

/** As `sampleQuantile`, of values in any order. */
export function quantileOf(values: readonly number[], p: number, type: QuantileType = 7): number {
  checkFinite(values);
  return sampleQuantile(sorted(values), p, type);
}

/** The quantile of each run, and the mean of them: what a figure over seeds is. */
export function quantileOverRuns(runs: readonly (readonly number[])[], p: number) {
  const perRun = runs.map((run) => quantileOf(run, p));
  return { perRun, mean: meanOf(perRun) };
}
