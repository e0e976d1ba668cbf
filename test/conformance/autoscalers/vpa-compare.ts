import { parseQuantity, Quantity } from "../../../src/api/quantity.js";
import type { Area } from "../controllers/suite.js";
import { type Json, near } from "./near.js";

type Suite = Area[string];
type JsonObject = { readonly [key: string]: Json };

/** Weights of buckets may differ by that. */
const WEIGHT = 1;
/** Recommended amounts may differ by that, or by one unit. */
const RELATIVE = 1e-6;
const UNIT: Readonly<Record<string, number>> = { cpu: 0.001, memory: 1 };

/** Runs a case and compares by the rules of the vectors: quantities by value, floats nearly. */
export function suite<Given>(outcome: (given: Given) => Readonly<Record<string, unknown>>): Suite {
  return (given, expect) => {
    const have = JSON.parse(JSON.stringify(outcome(given as Given))) as Json;
    return near(expect as Json, aligned(expect as Json, have, ""), "");
  };
}

/** What was found, with what is equal to what is expected within the tolerances written as that is. */
function aligned(want: Json | undefined, have: Json, key: string): Json {
  if (typeof want === "string" && typeof have === "string") {
    return isNear(want, have, key) ? want : have;
  }
  if (Array.isArray(have)) {
    return have.map((one: Json, i) => aligned((want as readonly Json[])?.[i], one, key));
  }
  if (typeof have !== "object" || have === null) return have;
  if (key === "bucketWeights") return alignedWeights(want as JsonObject, have as JsonObject);
  const wanted = (want ?? {}) as JsonObject;
  return Object.fromEntries(
    Object.entries(have).map(([name, one]) => [name, aligned(wanted[name], one as Json, name)]),
  );
}

function isNear(want: string, have: string, key: string): boolean {
  const [a, b] = [parseQuantity(want), parseQuantity(have)];
  if (!(a instanceof Quantity) || !(b instanceof Quantity)) return false;
  if (a.compare(b) === 0) return true;
  const unit = UNIT[key];
  if (unit === undefined) return false;
  const [x, y] = [Number(a.scaledValue(-3)) / 1000, Number(b.scaledValue(-3)) / 1000];
  return Math.abs(x - y) <= Math.max(unit * 1.0001, RELATIVE * x);
}

function alignedWeights(want: JsonObject = {}, have: JsonObject): JsonObject {
  const buckets = new Set([...Object.keys(want), ...Object.keys(have)]);
  const entries = [...buckets].flatMap((bucket): [string, Json][] => {
    const [expected, found] = [Number(want[bucket] ?? 0), Number(have[bucket] ?? 0)];
    const shown = Math.abs(expected - found) <= WEIGHT ? expected : found;
    return shown === 0 && want[bucket] === undefined ? [] : [[bucket, shown]];
  });
  return Object.fromEntries(entries);
}
