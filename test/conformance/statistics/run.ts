import type { JsonObject } from "../controllers/compare.js";
import type { VectorResult } from "../controllers/run.js";
import { statisticsDifferences } from "./compare.js";
import { SUITES } from "./suites.js";

export interface StatisticsFile {
  readonly area: string;
  readonly cases: readonly {
    readonly id: string;
    readonly suite: string;
    readonly given: JsonObject;
    readonly expect: JsonObject;
  }[];
}

/** Whether the cases of this file are of statistics. */
export function isStatisticsFile(file: StatisticsFile): boolean {
  return file.cases.some(({ suite }) => suite in SUITES);
}

function differencesOf({ suite, given, expect }: StatisticsFile["cases"][number]) {
  const compute = SUITES[suite];
  if (compute === undefined) return [`not supported yet: ${suite}`];
  try {
    return statisticsDifferences(expect, compute(withNumbers(given)));
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) return [`threw ${thrown}`];
    return expect.error === true ? [] : [`refused: ${thrown.message}`];
  }
}

const NOT_FINITE = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** Numbers that are not finite are written as strings. */
function withNumbers<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withNumbers) as T;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withNumbers(v)])) as T;
  }
  return (NOT_FINITE.get(value) ?? value) as T;
}

/** Runs all cases of a file of statistics. */
export function runStatisticsFile(file: StatisticsFile): VectorResult {
  const failures = file.cases
    .map((testCase) => ({ id: testCase.id, differences: differencesOf(testCase) }))
    .filter((failure) => failure.differences.length > 0);
  return { passed: file.cases.length - failures.length, failures };
}
