import { checkFinite, square, sumOf } from "./sample.js";

export interface WeightedSample {
  readonly mean: number;
  /** Squared deviations over the sum of weights. */
  readonly variancePopulation: number;
  /** Over the sum of weights less 1, where weights are counts; null where they are not whole. */
  readonly varianceFrequency: number | null;
  /** Kish 1965: (sum of weights)² over the sum of their squares. */
  readonly effectiveSampleSizeKish: number;
  /** The smallest value whose cumulative weight is at least `p` of the total. */
  quantile(p: number): number;
}

/** Figures of values that count by weight. Throws a RangeError for weights below 0 or all 0, and unequal lengths. */
export function weightedSample(
  values: readonly number[],
  weights: readonly number[],
): WeightedSample {
  checkFinite(values);
  checkFinite(weights);
  if (values.length !== weights.length) {
    throw new RangeError(`${values.length} values have ${weights.length} weights`);
  }
  const total = sumOf(weights);
  if (weights.some((weight) => weight < 0) || total === 0) {
    throw new RangeError("weights of 0 and above are needed, not all of them 0");
  }
  const mean = sumOf(values.map((value, i) => value * weights[i]!)) / total;
  const squares = sumOf(values.map((value, i) => weights[i]! * square(value - mean)));
  const whole = weights.every(Number.isInteger);
  return {
    mean,
    variancePopulation: squares / total,
    varianceFrequency: whole && total > 1 ? squares / (total - 1) : null,
    effectiveSampleSizeKish: (total * total) / sumOf(weights.map((weight) => weight * weight)),
    quantile: weightedQuantile(values, weights, total),
  };
}

function weightedQuantile(values: readonly number[], weights: readonly number[], total: number) {
  const order = values.map((_, i) => i).filter((i) => weights[i]! > 0);
  order.sort((a, b) => values[a]! - values[b]!);
  const slack = 1e-12 * total;
  return (p: number): number => {
    let cumulative = 0;
    for (const i of order) {
      cumulative += weights[i]!;
      if (cumulative >= p * total - slack) return values[i]!;
    }
    return values[order.at(-1)!]!;
  };
}
