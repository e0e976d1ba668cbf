import { exp, ln } from "../../../kernel/math.js";
import { normal } from "../normal.js";
import { meanOf, sampleVariance, square, sumOf } from "../sample.js";
import { studentT } from "../student-t.js";
import { type Better, indexOfLargest } from "./means.js";

/** When the best of several systems is known. */
export interface BestRule {
  readonly better: Better;
  /** The smallest difference worth telling, in the unit of the observations; or a share of the largest mean. */
  readonly indifference: { readonly amount: number } | { readonly share: number };
  /** The probability that is wanted. */
  readonly sure: number;
}

export interface BestLook {
  /** Index of the system with the best mean. */
  readonly best: number;
  readonly means: readonly number[];
  readonly indifference: number;
  /** Lower bound of the chance that no system is better than that one by the indifference. */
  readonly probability: number;
  /** How observations of the others should stand to each other; 0 for the best. */
  readonly weights: readonly number[];
}

/** Observations of each system before anything is said. */
export const FIRST_STAGE = 10;
/** The bound is narrowest where a pair has so many observations. */
const NARROWEST_AT = 20;

/**
 * What is known after a round, of streams whose first observations belong together: the best so far is held against each other by
 * their differences under common random numbers, as far as both go. The bound holds at all looks together, so that one may look after
 * every round and stop at any: that of an asymptotic confidence sequence by a normal mixture (Waudby-Smith, Arbour, Sinha, Kennedy and
 * Ramdas 2024, Annals of Statistics 52:2613), one-sided, with Student's t in the place of the normal, and the errors of all pairs added.
 * The weights are those of optimal computing budget allocation (Chen, Lin, Yücesan and Chick 2000) by the variances of the differences.
 */
export function lookForBest(
  streams: readonly (readonly number[])[],
  { better, indifference, sure }: BestRule,
): BestLook {
  const means = streams.map(meanOf);
  const sign = better === "larger" ? 1 : -1;
  const all = means.map((_, i) => i);
  const best = indexOfLargest(
    means.map((mean) => sign * mean),
    all,
  );
  const amount =
    "amount" in indifference
      ? indifference.amount
      : indifference.share * Math.max(...means.map(Math.abs));
  const others = all.filter((i) => i !== best);
  const error = (1 - sure) / others.length;
  const pairs = new Map(others.map((i) => [i, pairOf(streams[best]!, streams[i]!, sign)]));
  const errors = others.map((i) => wrongness(pairs.get(i)!, amount, error));
  const least = Number.EPSILON * Math.max(1, ...means.map(Math.abs));
  const gaps = all.map((i) => Math.max(least, sign * (means[best]! - means[i]!) + amount));
  return {
    best,
    means,
    indifference: amount,
    probability: Math.max(0, 1 - sumOf(errors)),
    weights: all.map((i) => square((pairs.get(i)?.sd ?? 0) / gaps[i]!)),
  };
}

/**
 * How many observations each system should have after a round of so many more: the next is always of the one that has the fewest for its
 * weight, and the best gets as many as any, since only pairs tell.
 */
export function nextCounts(
  streams: readonly (readonly number[])[],
  { weights, best }: BestLook,
  increment: number,
): readonly number[] {
  const counts = streams.map(({ length }) => length);
  const others = counts.map((_, i) => i).filter((i) => i !== best);
  for (let left = increment; left > 0; left -= 1) {
    const most = Math.max(...others.map((i) => counts[i]!));
    const neediest = indexOfLargest(
      weights.map((weight, i) => weight / counts[i]!),
      others,
    );
    counts[counts[best]! < most ? best : neediest]! += 1;
  }
  return counts;
}

interface Pair {
  readonly count: number;
  /** Positive where the best so far is better. */
  readonly mean: number;
  readonly sd: number;
}

/** The differences under the seeds that both have. */
function pairOf(best: readonly number[], other: readonly number[], sign: number): Pair {
  const count = Math.min(best.length, other.length);
  const differences = Array.from({ length: count }, (_, j) => sign * (best[j]! - other[j]!));
  const mean = meanOf(differences);
  const sd = Math.sqrt(sampleVariance(differences));
  // Where no seed changes the difference: next to nothing, and not 0, for who never varies needs no more seeds.
  return { count, mean, sd: sd > 0 ? sd : Number.EPSILON * Math.max(1, Math.abs(mean)) };
}

/**
 * Level of the sequence that just reaches down to a lead of the other by the indifference: the chance that it is that much better and any
 * look has said otherwise.
 */
function wrongness({ count, mean, sd }: Pair, indifference: number, wanted: number): number {
  const statistic = ((mean + indifference) * Math.sqrt(count)) / sd;
  if (statistic <= 0) return 1;
  const tail = studentT(count - 1).sf(statistic);
  if (tail < Number.MIN_VALUE) return 0;
  const z = -normal.quantile(tail);
  const rho2 = (-2 * ln(wanted) + ln(1 - 2 * ln(wanted))) / NARROWEST_AT;
  const spread = count * rho2 + 1;
  const least = 0.5 * Math.sqrt(spread) * exp((-z * z * count * rho2) / (2 * spread));
  return Math.min(1, least);
}
