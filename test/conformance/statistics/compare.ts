import type { Json, JsonObject } from "../controllers/compare.js";

interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/**
 * What of `expect` the outcome does not fulfil: numbers within tolRel and tolAbs of the case, a random quantity
 * `{value, tolAbs}` within its own; null means that there must be no number; all else is equal.
 */
export function statisticsDifferences(expect: JsonObject, outcome: object): readonly string[] {
  const actual = outcome as Readonly<Record<string, unknown>>;
  const { tolRel, tolAbs, ...wanted } = expect;
  const tolerance = {
    relative: typeof tolRel === "number" ? tolRel : 1e-9,
    absolute: typeof tolAbs === "number" ? tolAbs : 1e-12,
  };
  return Object.entries(wanted).flatMap(([key, want]) =>
    key in actual
      ? unequal(key, want, actual[key], tolerance)
      : [`${key}: the runner does not know this key`],
  );
}

function unequal(path: string, want: Json, have: unknown, tolerance: Tolerance): readonly string[] {
  const wrong = [`${path}: expected ${JSON.stringify(want)}, got ${JSON.stringify(have)}`];
  if (want === null) return have === null || have === undefined ? [] : wrong;
  if (typeof want === "number") return isNear(want, have, tolerance) ? [] : wrong;
  if (typeof want !== "object") return want === have ? [] : wrong;
  if (Array.isArray(want)) {
    if (!Array.isArray(have) || have.length !== want.length) return wrong;
    return want.flatMap((part, i) => unequal(`${path}[${i}]`, part, have[i], tolerance));
  }
  if ("tolAbs" in want) return randomUnequal(path, want as JsonObject, have);
  if (typeof have !== "object" || have === null) return wrong;
  return Object.entries(want).flatMap(([key, part]) =>
    unequal(`${path}.${key}`, part as Json, (have as Record<string, unknown>)[key], tolerance),
  );
}

function randomUnequal(path: string, { value, tolAbs }: JsonObject, have: unknown) {
  const values = [value].flat() as number[];
  const absolute = [tolAbs].flat() as number[];
  const found = [have].flat() as unknown[];
  return values.flatMap((want, i) =>
    isNear(want, found[i], { relative: 0, absolute: absolute[i] ?? absolute[0]! })
      ? []
      : [`${path}[${i}]: expected ${want} ± ${absolute[i]}, got ${found[i]}`],
  );
}

function isNear(want: number, have: unknown, { relative, absolute }: Tolerance): boolean {
  if (typeof have !== "number") return false;
  return want === have || Math.abs(have - want) <= absolute + relative * Math.abs(want);
}
