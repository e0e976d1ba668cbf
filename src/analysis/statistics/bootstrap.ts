import { normal } from "./normal.js";
import { sampleQuantile } from "./quantiles.js";
import { meanOf } from "./sample.js";

/** What is estimated: from the indices of the observations that are taken, one after the other. */
export type IndexStatistic = (indices: Int32Array) => number;

export interface BootstrapOptions {
  /** Observations. */
  readonly n: number;
  readonly statistic: IndexStatistic;
  readonly resamples: number;
  /** Uniform numbers in [0, 1), from a stream of its own. */
  readonly uniform: () => number;
  /** Whether half of the resamples that equal the estimate count as below it. */
  readonly tieRule?: "strict" | "half";
}

export interface Bootstrap {
  readonly estimate: number;
  /** Statistic with the i-th observation left out. */
  readonly jackknife: readonly number[];
  readonly acceleration: number;
  /** Bias correction: the normal quantile of the share of resamples below the estimate. */
  readonly z0: number;
  percentile(level: number): readonly [number, number];
  basic(level: number): readonly [number, number];
  /** Bias-corrected and accelerated (Efron 1987); null where all resamples lie on one side. */
  bca(level: number): readonly [number, number] | null;
}

/** Resamples equal the estimate where they differ by rounding only. */
const ROUNDING = 1e-12;

/** The jackknife values and the acceleration that follows from them, without resampling. */
export function jackknife(n: number, statistic: IndexStatistic) {
  const rest = new Int32Array(n - 1);
  const values = Array.from({ length: n }, (_, left) => {
    for (let i = 0; i < n - 1; i++) rest[i] = i < left ? i : i + 1;
    return statistic(rest);
  });
  const mean = meanOf(values);
  let [cubes, squares] = [0, 0];
  for (const value of values) {
    const u = mean - value;
    cubes += u * u * u;
    squares += u * u;
  }
  return { values, acceleration: squares === 0 ? 0 : cubes / (6 * squares * Math.sqrt(squares)) };
}

/** The bootstrap of a statistic of n observations (Efron and Tibshirani 1993). Throws a RangeError for fewer than two. */
export function bootstrap(options: BootstrapOptions): Bootstrap {
  const { n, statistic, resamples, uniform, tieRule = "half" } = options;
  if (n < 2) throw new RangeError(`two observations or more are needed, not ${n}`);
  const indices = Int32Array.from({ length: n }, (_, i) => i);
  const estimate = statistic(indices);
  const { values, acceleration } = jackknife(n, statistic);
  const drawn = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < n; i++) indices[i] = Math.floor(uniform() * n);
    drawn[r] = statistic(indices);
  }
  drawn.sort();
  const z0 = normal.quantile(shareBelow(drawn, estimate, tieRule));
  const percentile = (level: number) =>
    [sampleQuantile(drawn, (1 - level) / 2), sampleQuantile(drawn, (1 + level) / 2)] as const;
  return {
    estimate,
    jackknife: values,
    acceleration,
    z0,
    percentile,
    basic(level) {
      const [low, high] = percentile(level);
      return [2 * estimate - high, 2 * estimate - low];
    },
    bca(level) {
      if (!Number.isFinite(z0)) return null;
      const end = (p: number) => {
        const z = z0 + normal.quantile(p);
        return sampleQuantile(drawn, normal.cdf(z0 + z / (1 - acceleration * z)));
      };
      return [end((1 - level) / 2), end((1 + level) / 2)];
    },
  };
}

function shareBelow(drawn: Float64Array, estimate: number, tieRule: "strict" | "half"): number {
  const slack = ROUNDING * Math.abs(estimate);
  let [below, equal] = [0, 0];
  for (const value of drawn) {
    if (value < estimate - slack) below++;
    else if (value <= estimate + slack) equal++;
  }
  return (below + (tieRule === "half" ? equal / 2 : 0)) / drawn.length;
}

/** The mean of `values`, as a statistic. */
export function meanStatistic(values: readonly number[]): IndexStatistic {
  return (indices) => {
    let sum = 0;
    for (const i of indices) sum += values[i]!;
    return sum / indices.length;
  };
}

/** The quantile of `values` at p (type 7), as a statistic. */
export function quantileStatistic(values: readonly number[], p: number): IndexStatistic {
  let taken = new Float64Array(values.length);
  return (indices) => {
    if (taken.length !== indices.length) taken = new Float64Array(indices.length);
    for (let i = 0; i < indices.length; i++) taken[i] = values[indices[i]!]!;
    return sampleQuantile(taken.sort(), p);
  };
}

/** The ratio of two totals, whose parts are taken together, as a statistic. */
export function ratioStatistic(
  numerator: readonly number[],
  denominator: readonly number[],
): IndexStatistic {
  return (indices) => {
    let [above, below] = [0, 0];
    for (const i of indices) {
      above += numerator[i]!;
      below += denominator[i]!;
    }
    return above / below;
  };
}
