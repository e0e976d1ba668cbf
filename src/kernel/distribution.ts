import { assert, unreachable } from "../base/assert.js";
import { type DistributionSpec, distributionProblems } from "./distribution-spec.js";
import { erfc, erfcinv, exp, gamma, gammaincinv, ln, log1p, pow } from "./math.js";

/**
 * A distribution of numbers, in the unit of its parameters. A sample is `quantile` of a uniform in
 * (0, 1), and of one only: so the draws of an entity stay in step under every policy, and larger
 * uniforms give larger (or equal) samples.
 */
export interface Distribution {
  /** The value below or at which a share `u` of the samples lies; u in (0, 1). Never decreases. */
  quantile(u: number): number;
  /** The mean of the samples; Infinity where there is none. */
  readonly mean: number;
}

/** The distribution that a specification without {@link distributionProblems} describes. */
export function distributionOf(spec: DistributionSpec): Distribution {
  const problems = distributionProblems(spec);
  assert(problems.length === 0, () => `${spec.type}: ${problems[0]?.parameter} is wrong`);
  switch (spec.type) {
    case "constant":
      return constant(spec.value);
    case "uniform":
      return uniform(spec.min, spec.max);
    case "exponential":
      return { mean: spec.mean, quantile: (u) => -spec.mean * log1p(-u) };
    case "normal":
      return spec.sd === 0 ? constant(spec.mean) : truncatedNormal(spec.mean, spec.sd);
    case "lognormal":
      return lognormal(spec.mean, spec.cv);
    case "weibull":
      return {
        mean: spec.scale * gamma(1 + 1 / spec.shape),
        quantile: (u) => spec.scale * pow(-log1p(-u), 1 / spec.shape),
      };
    case "gamma":
      return {
        mean: spec.shape * spec.scale,
        quantile: (u) => spec.scale * gammaincinv(u, spec.shape),
      };
    case "pareto":
      return {
        mean: spec.shape > 1 ? (spec.shape * spec.min) / (spec.shape - 1) : Infinity,
        quantile: (u) => spec.min * pow(1 - u, -1 / spec.shape),
      };
    case "choice":
      return choice(spec.items);
    case "empirical":
      return empirical(spec.values);
    default:
      return unreachable(spec);
  }
}

function constant(value: number): Distribution {
  return { mean: value, quantile: () => value };
}

function uniform(min: number, max: number): Distribution {
  return { mean: min / 2 + max / 2, quantile: (u) => Math.min(max, min + (max - min) * u) };
}

/** The normal curve cut off below 0 and scaled up to an area of 1; `mean` and `sd` are the curve's. */
function truncatedNormal(mean: number, sd: number): Distribution {
  const ratio = mean / sd;
  const shareAbove0 = erfc(-ratio / Math.SQRT2) / 2;
  const densityAt0 = exp((-ratio * ratio) / 2) / Math.sqrt(2 * Math.PI);
  return {
    mean: mean + (sd * densityAt0) / shareAbove0,
    quantile: (u) => Math.max(0, mean + sd * Math.SQRT2 * erfcinv(2 * shareAbove0 * (1 - u))),
  };
}

/** By the mean and the coefficient of variation of the samples, not of their logarithm. */
function lognormal(mean: number, cv: number): Distribution {
  const variance = log1p(cv * cv);
  const deviation = Math.sqrt(variance);
  const median = exp(ln(mean) - variance / 2);
  return {
    mean,
    quantile: (u) => median * exp(deviation * -Math.SQRT2 * erfcinv(2 * u)),
  };
}

/** Ascending by value, so that its quantile function is one. */
function choice(
  items: readonly { readonly value: number; readonly weight: number }[],
): Distribution {
  const chosen = items.filter((item) => item.weight > 0).sort((x, y) => x.value - y.value);
  let total = 0;
  let weighted = 0;
  const sums = chosen.map(({ value, weight }) => {
    total += weight;
    weighted += value * weight;
    return total;
  });
  return {
    mean: weighted / total,
    quantile: (u) => chosen[firstAbove(sums, u * total)]!.value,
  };
}

/** The index of the first of ascending numbers that is above a bound, or else of the last. */
function firstAbove(numbers: readonly number[], bound: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Each value of the sample is equally likely. */
function empirical(values: readonly number[]): Distribution {
  const sorted = Float64Array.from(values).sort();
  const sum = sorted.reduce((total, value) => total + value, 0);
  return {
    mean: sum / sorted.length,
    quantile: (u) => sorted[Math.min(sorted.length - 1, Math.floor(u * sorted.length))]!,
  };
}
