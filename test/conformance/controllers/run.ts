import { AREAS } from "./areas.js";
import type { JsonObject } from "./compare.js";

export interface ControllerCase {
  readonly id: string;
  readonly suite: string;
  readonly given: JsonObject;
  readonly expect: JsonObject;
  /** The case holds only with this gate on; without it, with upstream's defaults. */
  readonly featureGate?: string;
}

export interface ControllerFile {
  readonly area: string;
  readonly cases: readonly ControllerCase[];
}

export interface VectorResult {
  readonly passed: number;
  readonly failures: readonly { readonly id: string; readonly differences: readonly string[] }[];
}

function givenOf({ given, featureGate }: ControllerCase): JsonObject {
  return featureGate === undefined ? given : { ...given, featureGate };
}

/** What is wrong with one case; an exception counts as a failure, too. */
export function caseDifferences(area: string, testCase: ControllerCase): readonly string[] {
  const suite = AREAS[area]?.[testCase.suite];
  if (suite === undefined) return [`not supported yet: ${area}, ${testCase.suite}`];
  if (Object.keys(testCase.expect).length === 0) return ["the case expects nothing"];
  try {
    return suite(givenOf(testCase), testCase.expect);
  } catch (thrown) {
    return [`threw ${thrown instanceof Error ? thrown.message : String(thrown)}`];
  }
}

/** Runs all cases of a file of recorded controller decisions. */
export function runControllerFile(file: ControllerFile): VectorResult {
  const failures = file.cases
    .map((testCase) => ({ id: testCase.id, differences: caseDifferences(file.area, testCase) }))
    .filter((failure) => failure.differences.length > 0);
  return { passed: file.cases.length - failures.length, failures };
}
