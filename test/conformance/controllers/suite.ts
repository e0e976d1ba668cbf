import { type Json, type JsonObject, differences } from "./compare.js";

/** Runs one case: what differs from `expect`, in sentences; none when it passes. */
export type Suite = (given: JsonObject, expect: JsonObject) => readonly string[];

/** The suites of an area, by name. */
export type Area = Readonly<Record<string, Suite>>;

/**
 * A suite that computes outcomes and leaves the comparison to {@link differences}. `outcome` gives
 * every key that the suite knows, null or undefined where there is none; lists are compared without
 * regard to order, save those under the keys of `ordered`.
 */
export function suite<Given = JsonObject>(
  outcome: (given: Given, expect: JsonObject) => Readonly<Record<string, unknown>>,
  options: { readonly ordered?: readonly string[] } = {},
): Suite {
  return (given, expect) =>
    differences(expect, outcome(given as Given, expect) as Record<string, Json>, options);
}
