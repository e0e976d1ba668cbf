import { ln, pow } from "../../../src/kernel/math.js";
import { LatencyHistogram } from "../../../src/record/latency-histogram.js";

/** Of the mean and of what is exact. */
const EXACT = 1e-9;

interface Formula {
  readonly kind: "exponential" | "pareto" | "weibull";
  readonly n: number;
  readonly multiplier: number;
  readonly meanSeconds?: number;
  readonly scaleSeconds?: number;
  readonly shape?: number;
}

export interface EstimateGiven {
  readonly samplesSeconds?: readonly number[];
  readonly partsSeconds?: readonly (readonly number[])[];
  readonly formula?: Formula;
}

interface EstimateExpected {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly quantiles: Readonly<
    Record<string, Readonly<Record<"lower" | "upper" | "nearestRank", number>>>
  >;
}

function histogramOf(values: Iterable<number>): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

function* valuesOf({ kind, n, multiplier, ...law }: Formula): Iterable<number> {
  const { meanSeconds = 1, scaleSeconds = 1, shape = 1 } = law;
  for (let i = 0; i < n; i++) {
    const u = (((i * multiplier) % n) + 0.5) / n;
    if (kind === "exponential") yield -meanSeconds * ln(1 - u);
    else if (kind === "pareto") yield scaleSeconds * pow(1 - u, -1 / shape);
    else yield scaleSeconds * pow(-ln(1 - u), 1 / shape);
  }
}

/** What the histogram of latencies says of values, where it is not what the bounds of its error allow. */
export function estimateDifferences(given: EstimateGiven, expect: EstimateExpected): string[] {
  const { samplesSeconds, partsSeconds, formula } = given;
  const found = histogramOf(samplesSeconds ?? (formula === undefined ? [] : valuesOf(formula)));
  for (const part of partsSeconds ?? []) found.merge(histogramOf(part));
  const differences: string[] = [];
  const check = (key: string, have: number, least: number, most: number): void => {
    if (have >= least && have <= most) return;
    differences.push(`${key}: expected ${least} to ${most}, found ${have}`);
  };
  const around = (value: number, error: number) =>
    [value * (1 - error), value * (1 + error)] as const;
  const error = found.relativeError;
  check("count", found.count, expect.count, expect.count);
  check("mean", found.mean, ...around(expect.mean, EXACT));
  check("max", found.max, ...around(expect.max, EXACT));
  check("min", found.quantile(0), ...around(expect.min, error));
  for (const [level, { lower, upper, nearestRank }] of Object.entries(expect.quantiles)) {
    const least = Math.min(lower, nearestRank) * (1 - error);
    const most = Math.max(upper, nearestRank) * (1 + error);
    check(level, found.quantile(Number(level.slice(1)) / 100), least, most);
  }
  return differences;
}
