import { nearestName, nearName } from "../../base/near-name.js";
import type { z } from "zod";

/** One thing that is wrong, by its path in the parsed value. */
export interface Flaw {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** True where the place is the key itself, not its value. */
  readonly atKey: boolean;
}

type ZodIssue = z.core.$ZodIssue;
const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: "a map",
  record: "a map",
  array: "a list",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/**
 * zod's issues as flaws with words for people. Of a union's branches the one that the value came
 * nearest to speaks; `keysAt` gives the keys that are known at a path, for suggestions.
 */
export function flawsOf(
  issues: readonly ZodIssue[],
  keysAt: (path: readonly (string | number)[]) => readonly string[],
): readonly Flaw[] {
  const flaws = issues.flatMap((issue) => flatten(issue, [], keysAt));
  // A map with an unknown key is not said to lack a known one as well.
  const withUnknown = new Set(
    flaws.filter((flaw) => flaw.atKey).map((flaw) => JSON.stringify(flaw.path.slice(0, -1))),
  );
  return flaws.filter((flaw) => flaw.atKey || !withUnknown.has(JSON.stringify(flaw.path)));
}

function flatten(
  issue: ZodIssue,
  prefix: readonly (string | number)[],
  keysAt: (path: readonly (string | number)[]) => readonly string[],
): readonly Flaw[] {
  const path = [
    ...prefix,
    ...issue.path.map((part) => (typeof part === "number" ? part : String(part))),
  ];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: unknownKey(key, keysAt(path)),
        atKey: true,
      }));
    case "invalid_union":
      return nearestBranch(issue.errors, path, keysAt);
    case "invalid_type": {
      const name = TYPE_NAMES[issue.expected] ?? `a value of type ${issue.expected}`;
      return [{ path, message: `expected ${name}`, atKey: false }];
    }
    default:
      return [{ path, message: issue.message.replace(/^Invalid input: /, ""), atKey: false }];
  }
}

/** `unknown key, did you mean …`, from the keys that are known there. */
function unknownKey(key: string, known: readonly string[]): string {
  if (known.length === 0) return `unknown key \`${key}\``;
  const meant = nearName(key, known, Math.max(2, Math.floor(key.length / 2)));
  return meant === ""
    ? `unknown key \`${key}\`, the nearest is \`${nearestName(key, known)}\`. Known here: ${known.join(", ")}`
    : `unknown key \`${key}\`, did you mean \`${meant}\`? Known here: ${known.join(", ")}`;
}

function depth(flaws: readonly Flaw[]): number {
  return Math.max(0, ...flaws.map((flaw) => flaw.path.length));
}

/** The branch that got deepest; where all failed at the top, what each of them expected. */
function nearestBranch(
  branches: readonly (readonly ZodIssue[])[],
  path: readonly (string | number)[],
  keysAt: (path: readonly (string | number)[]) => readonly string[],
): readonly Flaw[] {
  const all = branches.map((issues) => issues.flatMap((issue) => flatten(issue, path, keysAt)));
  const deep = all.filter((flaws) => depth(flaws) > path.length);
  if (deep.length > 0) {
    // Of two maps, the one with fewer flaws is the one that was meant.
    return deep.reduce((best, flaws) => (flaws.length < best.length ? flaws : best));
  }
  const atTop = all.filter((flaws) => flaws.length > 0);
  const specific = atTop.find((flaws) =>
    flaws.every((flaw) => !flaw.message.startsWith("expected")),
  );
  if (specific !== undefined) return specific;
  const wanted = new Set(
    atTop.flat().flatMap(({ message }) => message.replace(/^expected /, "").split("; or ")),
  );
  return [{ path, message: `expected ${[...wanted].join("; or ")}`, atKey: false }];
}
