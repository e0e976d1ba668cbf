import { FormulaFlaw } from "./tokens.js";

/**
 * What parts of a formula are worth: floating numbers, whole ones of 64 bits, truths, lists; null is what a
 * trigger without a value has.
 */
export type Value = number | bigint | boolean | null | readonly Value[];

/** A number of either sort, as floating. */
export function numberOf(value: Value, what: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  throw new FormulaFlaw(`${what} takes numbers, not ${nameOf(value)}`);
}

export function wholeOf(value: Value, what: string): bigint {
  if (typeof value === "bigint") return value;
  const found = typeof value === "number" ? `the floating ${value}` : nameOf(value);
  throw new FormulaFlaw(`${what} takes whole numbers, not ${found}`);
}

export function truthOf(value: Value, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw new FormulaFlaw(`${what} takes true or false, not ${nameOf(value)}`);
}

export function listOf(value: Value, what: string): readonly Value[] {
  if (isList(value)) return value;
  throw new FormulaFlaw(`${what} takes a list, not ${nameOf(value)}`);
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Numbers of both sorts are equal by what they are worth, lists by their items. */
export function areEqual(left: Value, right: Value): boolean {
  if (isList(left) && isList(right)) {
    return left.length === right.length && left.every((one, i) => areEqual(one, right[i]!));
  }
  if (isNumber(left) && isNumber(right)) return compare(left, right) === 0;
  return left === right;
}

/** Below 0: `left` is less; NaN: neither. */
export function compare(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : 0;
}

export function isNumber(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** As Go prints a value and its type, for those who expected another one. */
export function typeAndValue(value: Value): string {
  if (typeof value === "bigint") return `int (${value})`;
  if (typeof value === "boolean") return `bool (${value})`;
  if (isList(value)) return `[]interface {} ([${value.map(nameOf).join(" ")}])`;
  return value === null ? "<nil> (<nil>)" : `float64 (${value})`;
}

function nameOf(value: Value): string {
  if (value === null) return "nil";
  return isList(value) ? "a list" : `${value}`;
}
