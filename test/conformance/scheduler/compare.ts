import { isDeepStrictEqual } from "node:util";
import type { RecordedDecision, RecordedScore, Spread } from "./vector.js";

const PLAIN_KEYS = [
  "pod",
  "attempt",
  "profile",
  "bypass",
  "node",
  "ties",
  "nominatedNodeBefore",
  "nominatedNodeFit",
  "nodeHint",
  "feasible",
  "rejected",
  "preFilter",
  "message",
  "error",
  "preemption",
  "provisioned",
  "allocations",
  "evaluatedNodes",
  "nextStartNodeIndex",
] as const satisfies readonly (keyof RecordedDecision)[];

const show = (value: unknown): string => JSON.stringify(value) ?? "nothing";

function different(key: string, recorded: unknown, actual: unknown): string {
  return `${key}: recorded ${show(recorded)}, here ${show(actual)}`;
}

const KNOWN_KEYS: readonly string[] = [...PLAIN_KEYS, "scores"];

/** One value for each of `count` nodes. */
function expand(value: Spread, count: number): readonly number[] {
  return typeof value === "number" ? new Array<number>(count).fill(value) : value;
}

function isScore(value: RecordedScore | Spread): value is RecordedScore {
  return typeof value === "object" && !Array.isArray(value);
}

/** Raw and normalised values a node; a plugin that is absent counts 0 everywhere. */
function expandScore(
  value: RecordedScore | Spread | undefined,
  count: number,
): Readonly<Record<string, readonly number[]>> {
  if (value === undefined) return { raw: expand(0, count), normalized: expand(0, count) };
  if (!isScore(value)) return { total: expand(value, count) };
  const parts: Record<string, readonly number[]> = {};
  for (const [part, spread] of Object.entries(value)) parts[part] = expand(spread, count);
  return { ...parts, normalized: parts.normalized ?? parts.raw ?? [] };
}

function compareScores(recorded: RecordedDecision, actual: RecordedDecision): string[] {
  const count = recorded.feasible.length;
  if (Object.keys(recorded.scores).length === 0 || Object.keys(actual.scores).length === 0) {
    return isDeepStrictEqual(recorded.scores, actual.scores)
      ? []
      : [different("scores", recorded.scores, actual.scores)];
  }
  const plugins = new Set([...Object.keys(recorded.scores), ...Object.keys(actual.scores)]);
  return [...plugins].flatMap((plugin) => {
    const want = expandScore(recorded.scores[plugin], count);
    const have = expandScore(actual.scores[plugin], count);
    return isDeepStrictEqual(want, have) ? [] : [different(`scores.${plugin}`, want, have)];
  });
}

/** How a decision differs from the recorded one, a sentence each; none where they are equal. */
export function compareDecisions(
  recorded: RecordedDecision,
  actual: RecordedDecision,
): readonly string[] {
  const differences = Object.keys(recorded)
    .filter((key) => !KNOWN_KEYS.includes(key))
    .map((key) => `${key}: a recorded key that is not known`);
  for (const key of PLAIN_KEYS) {
    if (!isDeepStrictEqual(recorded[key], actual[key])) {
      differences.push(different(key, recorded[key], actual[key]));
    }
  }
  return [...differences, ...compareScores(recorded, actual)];
}
