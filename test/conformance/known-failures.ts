import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const KNOWN_FAILURES_PATH = fileURLToPath(new URL("./known-failures.json", import.meta.url));

/** What of one file is known to fail, and, where somebody has said it, why. */
export type KnownFailure =
  | "all"
  | readonly string[]
  | { readonly reason: string; readonly failures: readonly string[] };

/**
 * File (`scheduler/fit-01.json`) → the decisions that are known to fail; of a whole timeline the facts that fail with the
 * first seed.
 */
export type KnownFailures = Readonly<Record<string, KnownFailure>>;

export function readKnownFailures(): KnownFailures {
  return JSON.parse(readFileSync(KNOWN_FAILURES_PATH, "utf8")) as KnownFailures;
}

/** The name by which the list knows a recorded timeline. */
export function timelineName(name: string): string {
  return `timelines/${name}.json`;
}

export function isTimelineName(name: string): boolean {
  return name.startsWith("timelines/");
}

/** The decisions, or facts, that are listed. */
export function listedOf(known: KnownFailure | undefined): "all" | readonly string[] {
  if (known === undefined || known === "all") return known ?? [];
  return "failures" in known ? known.failures : known;
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
