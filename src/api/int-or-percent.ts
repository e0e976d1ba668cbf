import { assert } from "../base/assert.js";

/** A count, or a share of a total such as `"30%"`. */
export type IntOrPercent = number | string;

const PERCENT = /^([0-9]+)%$/;

/** True for an integer or a text such as `"30%"`. */
export function isIntOrPercent(value: unknown): value is IntOrPercent {
  return typeof value === "number"
    ? Number.isInteger(value)
    : typeof value === "string" && PERCENT.test(value);
}

/** The number before `%`, or undefined for a plain count. */
export function percentOf(value: IntOrPercent): number | undefined {
  if (typeof value === "number") return undefined;
  const match = PERCENT.exec(value);
  return match === null ? undefined : Number(match[1]);
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
