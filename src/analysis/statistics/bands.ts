import { pow } from "../../kernel/math.js";
import { sampleQuantile } from "./quantiles.js";
import { checkFinite, meanOf, sampleVariance } from "./sample.js";
import { studentT } from "./student-t.js";
import { type DeviationOptions, studentizedDeviations } from "./studentized-deviations.js";

export interface BandOptions {
  /** One curve a seed, all of the same points. */
  readonly curves: readonly (readonly number[])[];
  readonly level: number;
  /** Default 20,000. */
  readonly resamples?: number;
  /** Uniform numbers in [0, 1), from a stream of its own. */
  readonly uniform: () => number;
  /**
   * `plain` (default): whole curves are drawn with replacement, standard errors stay those of the data (Montiel Olea and
   * Plagborg-Møller 2019), right for many seeds. `studentized`: right for few as well, see {@link studentizedDeviations}; never narrower
   * than Student's interval of one point, never wider than Bonferroni's band.
   */
  readonly deviations?: "plain" | "studentized";
}

/** A simultaneous band of a mean curve: all of the true curve lies in it, with the probability `level`. */
export interface Band {
  readonly mean: readonly number[];
  /** Standard error of the mean at each point (n - 1). */
  readonly standardError: readonly number[];
  /** The band is mean ± this times the standard error. */
  readonly critical: number;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** What other constructions would take: pointwise t covers less, Bonferroni's and Šidák's more. */
  readonly pointwise: number;
  readonly bonferroni: number;
  readonly sidak: number;
}

const RESAMPLES = 20_000;

/**
 * The sup-t band by bootstrap over whole curves. Throws a RangeError for curves of different length, fewer than two, or numbers
 * that are not finite.
 */
export function simultaneousBand(options: BandOptions): Band {
  const { curves, level, resamples = RESAMPLES, uniform, deviations = "plain" } = options;
  const n = curves.length;
  const points = curves[0]?.length ?? 0;
  if (n < 2) throw new RangeError(`two curves or more are needed, not ${n}`);
  for (const curve of curves) {
    checkFinite(curve);
    if (curve.length !== points) {
      throw new RangeError(`a curve of ${curve.length} points stands beside one of ${points}`);
    }
  }
  const columns = Array.from({ length: points }, (_, j) => curves.map((curve) => curve[j]!));
  const mean = columns.map(meanOf);
  const standardError = columns.map((column) => Math.sqrt(sampleVariance(column) / n));
  const varying = standardError.flatMap((error, j) => (error > 0 ? [j] : []));
  const t = studentT(n - 1);
  const compared = Math.max(1, varying.length);
  const each = 1 - (1 - level) / compared;
  const pointwise = t.quantile((1 + level) / 2);
  const bonferroni = t.quantile((1 + each) / 2);
  const pick = <T>(list: readonly T[]) => varying.map((j) => list[j]!);
  const given = {
    columns: pick(columns),
    mean: pick(mean),
    standardError: pick(standardError),
    resamples,
    uniform,
  };
  let critical = 0;
  if (varying.length > 0 && deviations === "plain") {
    critical = sampleQuantile(largestDeviations(given), level);
  } else if (varying.length > 0) {
    const drawn = sampleQuantile(studentizedDeviations(given), level);
    critical = Math.min(Math.max(drawn, pointwise), bonferroni);
  }
  return {
    mean,
    standardError,
    critical,
    lower: mean.map((value, j) => value - critical * standardError[j]!),
    upper: mean.map((value, j) => value + critical * standardError[j]!),
    pointwise,
    bonferroni,
    sidak: t.quantile((1 + pow(level, 1 / compared)) / 2),
  };
}

/** The largest |mean* - mean| / standard error over the points, of each resample, rising. */
function largestDeviations({
  columns,
  mean,
  standardError,
  resamples,
  uniform,
}: DeviationOptions): Float64Array {
  const n = columns[0]!.length;
  const taken = new Int32Array(n);
  const largest = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < n; i++) taken[i] = Math.floor(uniform() * n);
    for (const [j, column] of columns.entries()) {
      let sum = 0;
      for (const i of taken) sum += column[i]!;
      const deviation = Math.abs(sum / n - mean[j]!) / standardError[j]!;
      if (deviation > largest[r]!) largest[r] = deviation;
    }
  }
  return largest.sort();
}
