import type { Json, JsonObject } from "../controllers/compare.js";
import type { LoopState } from "./ca-loops.js";

/** Keys that say nothing where they are left out. */
const OPTIONAL = ["chosen", "resized", "unneeded", "unremovable", "started", "error"];

/** A group by the names of its nodes. */
const groupOf = (node: string): string => node.replace(/-(new)?\d+$/, "");

/** By group, or for `unremovable` by reason. */
function counted(value: Json | undefined): JsonObject {
  const counts: Record<string, number> = {};
  const names = Array.isArray(value)
    ? value.map((node) => groupOf(String(node)))
    : Object.values((value ?? {}) as JsonObject).map(String);
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** A text that is equal for equal values; keys in any order. */
function text(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(text).join(",")}]`;
  const fields = Object.entries(value).map(([key, field]) => `${key}: ${text(field)}`);
  return `{${fields.sort().join(", ")}}`;
}

function sameState(want: JsonObject, have: JsonObject): readonly string[] {
  const open = (want.open ?? []) as readonly string[];
  const found: string[] = [];
  const compare = (key: string, wanted: Json | undefined, had: Json | undefined): void => {
    if (text(wanted) !== text(had)) {
      found.push(`${key}: expected ${text(wanted)}, got ${text(had)}`);
    }
  };
  const keys = new Set([...Object.keys(have), ...Object.keys(want), ...OPTIONAL]);
  for (const key of keys) {
    if (key === "at" || key === "open" || key.endsWith("Count") || open.includes(key)) continue;
    const counts = want[`${key}Count`];
    if (counts === undefined) compare(key, want[key], have[key]);
    else compare(`${key}Count`, counts, counted(have[key]));
  }
  return found;
}

/**
 * What is asserted of the loops and does not hold: a loop that `wanted` leaves out was like the one before; one with
 * `open` is the last that is asserted.
 */
export function stateDifferences(
  wanted: readonly JsonObject[],
  loops: readonly LoopState[],
): readonly string[] {
  const byTime = new Map(wanted.map((loop) => [loop.at as number, loop]));
  let before: JsonObject | null = null;
  for (const { at, state } of loops) {
    const want = byTime.get(at);
    if (want !== undefined) {
      const found = sameState(want, state);
      if (found.length > 0) return found.map((one) => `at ${at}: ${one}`);
      if (want.open !== undefined) return [];
    } else if (before !== null && text(before) !== text(state)) {
      return [`at ${at}: expected the state of before, ${text(before)}, got ${text(state)}`];
    }
    before = state;
  }
  return [];
}
