import { FormulaFlaw } from "./tokens.js";

/** What parts of a formula are worth; null is what a trigger without a value has. */
export type Value = number | boolean | null | readonly Value[];

type Binary = (left: Value, right: Value) => Value;

export function numberOf(value: Value, what: string): number {
  if (typeof value === "number") return value;
  throw new FormulaFlaw(`${what} takes numbers, not ${nameOf(value)}`);
}

export function truthOf(value: Value, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw new FormulaFlaw(`${what} takes true or false, not ${nameOf(value)}`);
}

export function listOf(value: Value, what: string): readonly Value[] {
  if (isList(value)) return value;
  throw new FormulaFlaw(`${what} takes a list, not ${nameOf(value)}`);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function nameOf(value: Value): string {
  if (value === null) return "nil";
  return isList(value) ? "a list" : `${value}`;
}

const arithmetic =
  (name: string, of: (x: number, y: number) => number): Binary =>
  (left, right) =>
    of(numberOf(left, name), numberOf(right, name));

const comparison =
  (name: string, of: (x: number, y: number) => boolean): Binary =>
  (left, right) =>
    of(numberOf(left, name), numberOf(right, name));

/** Operators with how strongly they bind. Source: expr-lang, "Language Definition". */
export const OPERATORS: Readonly<Record<string, { readonly binds: number; readonly of: Binary }>> =
  {
    "==": { binds: 20, of: (left, right) => left === right },
    "!=": { binds: 20, of: (left, right) => left !== right },
    "<": { binds: 20, of: comparison("<", (x, y) => x < y) },
    ">": { binds: 20, of: comparison(">", (x, y) => x > y) },
    "<=": { binds: 20, of: comparison("<=", (x, y) => x <= y) },
    ">=": { binds: 20, of: comparison(">=", (x, y) => x >= y) },
    "+": { binds: 30, of: arithmetic("+", (x, y) => x + y) },
    "-": { binds: 30, of: arithmetic("-", (x, y) => x - y) },
    "*": { binds: 60, of: arithmetic("*", (x, y) => x * y) },
    "/": { binds: 60, of: arithmetic("/", (x, y) => x / y) },
    "%": { binds: 60, of: arithmetic("%", (x, y) => x % y) },
  };

/** The functions that a formula may call with numbers or lists of them. */
export const FUNCTIONS: Readonly<Record<string, (...values: Value[]) => Value>> = {
  abs: (value = null) => Math.abs(numberOf(value, "abs")),
  ceil: (value = null) => Math.ceil(numberOf(value, "ceil")),
  floor: (value = null) => Math.floor(numberOf(value, "floor")),
  round: (value = null) => rounded(numberOf(value, "round")),
  int: (value = null) => Math.trunc(numberOf(value, "int")),
  float: (value = null) => numberOf(value, "float"),
  len: (value = null) => listOf(value, "len").length,
  max: (...values) => Math.max(...numbersOf(values, "max")),
  min: (...values) => Math.min(...numbersOf(values, "min")),
  sum: (...values) => sumOf(numbersOf(values, "sum")),
  mean: (...values) => {
    const all = numbersOf(values, "mean");
    return all.length === 0 ? 0 : sumOf(all) / all.length;
  },
  median: (...values) => {
    const all = [...numbersOf(values, "median")].sort((x, y) => x - y);
    const middle = Math.floor(all.length / 2);
    if (all.length === 0) return 0;
    return all.length % 2 === 1 ? all[middle]! : (all[middle - 1]! + all[middle]!) / 2;
  },
};

/** Numbers, and those in lists. */
function numbersOf(values: readonly Value[], what: string): readonly number[] {
  return values.flatMap((value) =>
    isList(value) ? numbersOf(value, what) : [numberOf(value, what)],
  );
}

function sumOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** Halves away from zero, as Go does it. */
function rounded(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}
