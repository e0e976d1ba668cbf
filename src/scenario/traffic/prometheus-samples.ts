import { MICROS_PER_SECOND } from "../../base/time.js";
import type { RateSeries } from "../schema/scenario.js";
import { amount, type Samples } from "./samples.js";

interface PrometheusSeries {
  readonly metric?: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [number, string])[];
}

/** The sum of the series that have the labels, of the answer of a query over a range. */
export function prometheusSamples(text: string, spec: RateSeries, startMicros: number): Samples {
  const expected = "expected the answer of a Prometheus query_range, with data.result";
  let result: readonly PrometheusSeries[] | undefined;
  try {
    const answer = JSON.parse(text) as { data?: { result?: readonly PrometheusSeries[] } };
    result = answer.data?.result;
  } catch {
    return { line: 0, message: `is no JSON: ${expected}` };
  }
  if (!Array.isArray(result)) return { line: 0, message: expected };
  const wanted = Object.entries(spec.labels);
  const chosen = result.filter(({ metric = {} }: PrometheusSeries) =>
    wanted.every(([label, value]) => metric[label] === value),
  );
  if (chosen.length === 0) return { line: 0, message: "has no series with these labels" };
  const sums = new Map<number, number>();
  for (const { values } of chosen as readonly PrometheusSeries[]) {
    if (!Array.isArray(values))
      return { line: 0, message: `a series has no \`values\`: ${expected}` };
    for (const pair of values as readonly (readonly [number, string])[]) {
      const [seconds, written] = Array.isArray(pair) ? pair : [Number.NaN, ""];
      const value = amount(String(written));
      if (value === null || typeof seconds !== "number" || Number.isNaN(seconds)) {
        return {
          line: 0,
          message: `${JSON.stringify(pair)} is no time with a number of 0 or more`,
        };
      }
      sums.set(seconds, (sums.get(seconds) ?? 0) + value);
    }
  }
  const start = startMicros / MICROS_PER_SECOND;
  return [...sums].map(([seconds, value]) => ({ line: 0, seconds: seconds - start, value }));
}
