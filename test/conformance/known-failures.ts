import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const KNOWN_FAILURES_PATH = fileURLToPath(new URL("./known-failures.json", import.meta.url));

/** File (`scheduler/fit-01.json`) → the decisions that are known to fail. */
export type KnownFailures = Readonly<Record<string, "all" | readonly string[]>>;

export function readKnownFailures(): KnownFailures {
  return JSON.parse(readFileSync(KNOWN_FAILURES_PATH, "utf8")) as KnownFailures;
}

/** Decisions that fail without being listed, and such as are listed and pass. */
export function surprises(
  known: "all" | readonly string[],
  result: { readonly passed: number; readonly failures: readonly { readonly id: string }[] },
): { readonly unlisted: readonly string[]; readonly nowPassing: readonly string[] } {
  const failed = result.failures.map((failure) => failure.id);
  if (known === "all") {
    return { unlisted: [], nowPassing: result.passed === 0 ? [] : [`${result.passed} of all`] };
  }
  const listed = new Set(known);
  const failing = new Set(failed);
  return {
    unlisted: failed.filter((id) => !listed.has(id)),
    nowPassing: known.filter((id) => !failing.has(id)),
  };
}
