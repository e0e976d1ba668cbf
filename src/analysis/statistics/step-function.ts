import { checkFinite } from "./sample.js";
import { weightedSample } from "./weighted-sample.js";

export interface StepFunction {
  /** `values[i]` holds from `times[i]` (seconds, rising) to the next time. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** It is seen over [start, end), seconds. */
  readonly start: number;
  readonly end: number;
}

/** Time-weighted figures of a value that changes in steps. Throws a RangeError where nothing is seen. */
export function stepFigures({ times, values, start, end }: StepFunction) {
  checkFinite(times);
  checkFinite(values);
  const seen: number[] = [];
  const seconds: number[] = [];
  for (const [i, time] of times.entries()) {
    const from = Math.max(start, time);
    const to = Math.min(end, times[i + 1] ?? end);
    if (to <= from) continue;
    seen.push(values[i]!);
    seconds.push(to - from);
  }
  const sample = weightedSample(seen, seconds);
  const total = seconds.reduce((sum, weight) => sum + weight, 0);
  return {
    mean: sample.mean,
    variance: sample.variancePopulation,
    sd: Math.sqrt(sample.variancePopulation),
    min: Math.min(...seen),
    max: Math.max(...seen),
    integral: sample.mean * total,
    quantile: (p: number) => sample.quantile(p),
    /** Share of the time at which the value is at most `threshold`. */
    fractionAtMost: (threshold: number) =>
      seconds.reduce((sum, weight, i) => sum + (seen[i]! <= threshold ? weight : 0), 0) / total,
  };
}
