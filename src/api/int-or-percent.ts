import { assert } from "../base/assert.js";

/** A count, or a share of a total such as `"30%"`. */
export type IntOrPercent = number | string;

const CODE_OF_0 = 48;

/** True for an integer or a text such as `"30%"`. */
export function isIntOrPercent(value: unknown): value is IntOrPercent {
  return typeof value === "number"
    ? Number.isInteger(value)
    : typeof value === "string" && percentOf(value) !== undefined;
}

/** The number before `%`, or undefined for a plain count. */
export function percentOf(value: IntOrPercent): number | undefined {
  if (typeof value === "number" || value.length < 2 || !value.endsWith("%")) return undefined;
  let percent = 0;
  // Digit by digit: controllers ask at every sync.
  for (let at = 0; at < value.length - 1; at++) {
    const digit = value.charCodeAt(at) - CODE_OF_0;
    if (digit < 0 || digit > 9) return undefined;
    percent = 10 * percent + digit;
  }
  return percent;
}

/**
 * The count that `value` stands for, out of `total`; a share is rounded up or down to a whole number.
 * `value` must be valid ({@link isIntOrPercent}).
 */
export function scaledIntOrPercent(
  value: IntOrPercent,
  total: number,
  rounding: "up" | "down",
): number {
  if (typeof value === "number") return value;
  const percent = percentOf(value);
  assert(
    percent !== undefined,
    () => `${JSON.stringify(value)} is neither a count nor a percentage`,
  );
  return rounding === "up"
    ? Math.ceil((percent * total) / 100)
    : Math.floor((percent * total) / 100);
}
