import { BOOL, INT, list, map, optional, param } from "../cel-type.js";
import { CelMap, CelOptional, type CelValue, celSize, NONE, numberOf } from "../cel-value.js";
import { fail, fn, method, type Overload } from "../cel-function.js";

const V = param("V");
const K = param("K");
const OPTIONAL = optional(V);
const LIST = list(V);
const MAP = map(K, V);

function present(value: CelValue | undefined): CelOptional {
  return value === undefined ? NONE : new CelOptional(value);
}

function at(container: CelValue, index: CelValue): CelOptional {
  if (container instanceof CelOptional) {
    return container.value === undefined ? NONE : at(container.value, index);
  }
  if (container instanceof CelMap) return present(container.get(index));
  return present((container as readonly CelValue[])[Number(numberOf(index))]);
}

function isZero(value: CelValue): boolean {
  const number = numberOf(value);
  if (number !== undefined) return Number(number) === 0;
  if (typeof value === "boolean") return !value;
  const sized = typeof value === "string" || Array.isArray(value) || value instanceof CelMap;
  return value === null || (sized && celSize(value) === 0);
}

const indexes = [fn([optional(LIST), INT], OPTIONAL, at), fn([optional(MAP), K], OPTIONAL, at)];

/** Optional values. `or` and `orValue` look at their second operand only if they need it. */
export const OPTIONAL_FUNCTIONS: readonly (readonly [string, readonly Overload[]])[] = [
  ["optional.of", [fn([V], OPTIONAL, (value: CelValue) => new CelOptional(value))]],
  [
    "optional.ofNonZeroValue",
    [fn([V], OPTIONAL, (value: CelValue) => (isZero(value) ? NONE : new CelOptional(value)))],
  ],
  ["optional.none", [fn([], OPTIONAL, () => NONE)]],
  [
    "value",
    [method([OPTIONAL], V, (one: CelOptional) => one.value ?? fail("optional.none() dereference"))],
  ],
  ["hasValue", [method([OPTIONAL], BOOL, (one: CelOptional) => one.value !== undefined)]],
  ["or", [method([OPTIONAL, OPTIONAL], OPTIONAL, () => NONE)]],
  ["orValue", [method([OPTIONAL, V], V, () => NONE)]],
  ["_[?_]", [fn([LIST, INT], OPTIONAL, at), fn([MAP, K], OPTIONAL, at), ...indexes]],
  ["_[_]", indexes],
];
