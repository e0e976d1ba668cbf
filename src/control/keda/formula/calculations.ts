import { FormulaFlaw } from "./tokens.js";
import {
  areEqual,
  compare,
  isList,
  isNumber,
  listOf,
  numberOf,
  type Value,
  wholeOf,
} from "./values.js";

type Binary = (left: Value, right: Value) => Value;

const INT_BITS = 64;
/** A range that is longer is refused, as upstream refuses what takes too much memory. */
const MAX_RANGE = 1_000_000n;

const arithmetic =
  (
    name: string,
    floating: (x: number, y: number) => number,
    whole: (x: bigint, y: bigint) => bigint,
  ): Binary =>
  (left, right) =>
    typeof left === "bigint" && typeof right === "bigint"
      ? BigInt.asIntN(INT_BITS, whole(left, right))
      : floating(numberOf(left, name), numberOf(right, name));

const comparison =
  (name: string, of: (order: number) => boolean): Binary =>
  (left, right) => {
    const isOrdered = isNumber(left) && isNumber(right);
    return of(
      isOrdered ? compare(left, right) : compare(numberOf(left, name), numberOf(right, name)),
    );
  };

const plus = arithmetic(
  "+",
  (x, y) => x + y,
  (x, y) => x + y,
);

/** Operators with how strongly they bind. Source: expr-lang, "Language Definition". */
export const OPERATORS: Readonly<Record<string, { readonly binds: number; readonly of: Binary }>> =
  {
    "==": { binds: 20, of: areEqual },
    "!=": { binds: 20, of: (left, right) => !areEqual(left, right) },
    "<": { binds: 20, of: comparison("<", (order) => order < 0) },
    ">": { binds: 20, of: comparison(">", (order) => order > 0) },
    "<=": { binds: 20, of: comparison("<=", (order) => order <= 0) },
    ">=": { binds: 20, of: comparison(">=", (order) => order >= 0) },
    in: { binds: 20, of: (left, right) => isAmong(left, right, "in") },
    "not in": { binds: 20, of: (left, right) => !isAmong(left, right, "not in") },
    "..": { binds: 25, of: range },
    "+": { binds: 30, of: plus },
    "-": {
      binds: 30,
      of: arithmetic(
        "-",
        (x, y) => x - y,
        (x, y) => x - y,
      ),
    },
    "*": {
      binds: 60,
      of: arithmetic(
        "*",
        (x, y) => x * y,
        (x, y) => x * y,
      ),
    },
    "/": { binds: 60, of: (left, right) => numberOf(left, "/") / numberOf(right, "/") },
    "%": { binds: 60, of: remainder },
  };

function isAmong(value: Value, list: Value, what: string): boolean {
  return listOf(list, what).some((one) => areEqual(one, value));
}

function remainder(left: Value, right: Value): Value {
  const divisor = wholeOf(right, "%");
  if (divisor === 0n) throw new FormulaFlaw("integer divide by zero");
  return wholeOf(left, "%") % divisor;
}

function range(left: Value, right: Value): Value {
  const [from, to] = [wholeOf(left, ".."), wholeOf(right, "..")];
  if (to - from >= MAX_RANGE) throw new FormulaFlaw(`${from}..${to} is too long`);
  const length = to < from ? 0 : Number(to - from) + 1;
  return Array.from({ length }, (_, i) => from + BigInt(i));
}

/** The functions that a formula may call with numbers or lists of them. */
export const FUNCTIONS: Readonly<Record<string, (...values: Value[]) => Value>> = {
  abs: (value = null) => {
    if (typeof value === "bigint") return value < 0n ? -value : value;
    return Math.abs(numberOf(value, "abs"));
  },
  ceil: (value = null) => Math.ceil(numberOf(value, "ceil")),
  concat: (...values) => values.flatMap((value) => listOf(value, "concat")),
  first: (value = null) => listOf(value, "first")[0] ?? null,
  flatten: (value = null) => flattened(listOf(value, "flatten")),
  float: (value = null) => numberOf(value, "float"),
  floor: (value = null) => Math.floor(numberOf(value, "floor")),
  int: (value = null) => {
    if (typeof value === "bigint") return value;
    const number = Math.trunc(numberOf(value, "int"));
    if (!Number.isFinite(number)) throw new FormulaFlaw(`int takes finite numbers, not ${number}`);
    return BigInt(number);
  },
  last: (value = null) => listOf(value, "last").at(-1) ?? null,
  len: (value = null) => BigInt(listOf(value, "len").length),
  max: (...values) => extreme(numbersOf(values, "max"), 1),
  mean: (...values) => {
    const all = numbersOf(values, "mean");
    return all.length === 0 ? 0 : Number(sumOf(all)) / all.length;
  },
  median: (...values) => {
    const all = sorted(numbersOf(values, "median")).map(Number);
    const middle = Math.floor(all.length / 2);
    if (all.length === 0) return 0;
    return all.length % 2 === 1 ? all[middle]! : (all[middle - 1]! + all[middle]!) / 2;
  },
  min: (...values) => extreme(numbersOf(values, "min"), -1),
  reverse: (value = null) => [...listOf(value, "reverse")].reverse(),
  round: (value = null) => rounded(numberOf(value, "round")),
  sort: (value = null) => sorted(numbersOf([listOf(value, "sort")], "sort")),
  take: (value = null, count = null) => {
    const all = listOf(value, "take");
    return all.slice(0, Number(wholeOf(count, "take")));
  },
  uniq: (value = null) => {
    const all = listOf(value, "uniq");
    return all.filter((one, i) => all.findIndex((other) => areEqual(one, other)) === i);
  },
};

/** Adds up; whole numbers stay whole. */
export function sumOf(values: readonly (number | bigint)[]): number | bigint {
  let sum: Value = 0n;
  for (const value of values) sum = plus(sum, value);
  return sum as number | bigint;
}

/** From the least to the largest. */
function sorted(values: readonly (number | bigint)[]): (number | bigint)[] {
  return [...values].sort(compare);
}

/** Numbers, and those in lists. */
export function numbersOf(values: readonly Value[], what: string): readonly (number | bigint)[] {
  return values.flatMap((value) => {
    if (isList(value)) return numbersOf(value, what);
    return [typeof value === "bigint" ? value : numberOf(value, what)];
  });
}

/** The largest (1) or the least (-1); nil of none. */
function extreme(values: readonly (number | bigint)[], direction: 1 | -1): Value {
  let best: number | bigint | null = null;
  for (const value of values) {
    if (best === null || compare(value, best) * direction > 0) best = value;
  }
  return best;
}

function flattened(values: readonly Value[]): readonly Value[] {
  return values.flatMap((value) => (isList(value) ? flattened(value) : [value]));
}

/** Halves away from zero, as Go does it. */
function rounded(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}
