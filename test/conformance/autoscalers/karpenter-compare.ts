import { numberOf, parseQuantity, Quantity } from "../../../src/api/quantity.js";
import type { Suite } from "../controllers/suite.js";
import type { Json } from "./near.js";

/** Doubles of recorded answers are compared to that relative tolerance. */
const RELATIVE = 1e-9;

/** Lists whose order is asserted; all others are sets. */
const ORDERED: ReadonlySet<string> = new Set([
  "instanceTypes",
  "order",
  "singleOrder",
  "truncated",
]);

/** Quantities by resource, compared by value. */
const AMOUNTS: ReadonlySet<string> = new Set(["requests", "allocatable"]);

/** Runs a case and compares by the rules of Karpenter's vectors; keys that `expect` lacks are asserted within it alone. */
export function karpenterSuite<Given>(
  outcome: (given: Given) => Readonly<Record<string, unknown>>,
): Suite {
  return (given, expect) => {
    const have = JSON.parse(JSON.stringify(outcome(given as Given))) as Readonly<
      Record<string, Json>
    >;
    return Object.entries(expect).flatMap(([key, want]) =>
      key in have
        ? differences(want, have[key]!, key, key)
        : [`${key}: the runner does not know this key`],
    );
  };
}

function differences(want: Json, have: Json, path: string, key: string): readonly string[] {
  const different = [`${path}: expected ${JSON.stringify(want)}, got ${JSON.stringify(have)}`];
  if (typeof want === "number" && typeof have === "number") {
    return Math.abs(want - have) <= RELATIVE * Math.abs(want) ? [] : different;
  }
  if (Array.isArray(want)) {
    if (!Array.isArray(have) || have.length !== want.length) return different;
    return ORDERED.has(key)
      ? want.flatMap((one, i) => differences(one, have[i]!, `${path}[${i}]`, ""))
      : differencesOfSets(want, have, path);
  }
  if (typeof want !== "object" || typeof have !== "object" || want === null || have === null) {
    return want === have ? [] : different;
  }
  const [wanted, found] = [amounts(want, key), amounts(have, key)] as Readonly<
    Record<string, Json>
  >[];
  const keys = new Set([...Object.keys(wanted!), ...Object.keys(found!)]);
  return [...keys].flatMap((name) =>
    differences(wanted![name] ?? null, found![name] ?? null, `${path}.${name}`, name),
  );
}

function amounts(list: Json, key: string): Json {
  if (!AMOUNTS.has(key)) return list;
  return Object.fromEntries(
    Object.entries(list as Readonly<Record<string, string>>).map(([name, text]) => {
      const quantity = parseQuantity(text);
      return [name, quantity instanceof Quantity ? numberOf(quantity) : text];
    }),
  );
}

/** What is equal is struck out; the rest is compared in the order in which it stands. */
function differencesOfSets(
  want: readonly Json[],
  have: readonly Json[],
  path: string,
): readonly string[] {
  const rest = [...have];
  const missing = want.filter((one) => {
    const at = rest.findIndex((other) => differences(one, other, "", "").length === 0);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return missing.flatMap((one, i) => differences(one, rest[i]!, `${path}[]`, ""));
}
