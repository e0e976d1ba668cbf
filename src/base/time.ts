/** Virtual time or a duration: an integer count of microseconds. Time 0 is the start of the run. */
export type TimeMicros = number;

export const MICROS_PER_MILLI = 1_000;
export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
export const MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;
export const MICROS_PER_DAY = 24 * MICROS_PER_HOUR;

/** Seconds, possibly fractional, as whole microseconds (rounded half up). */
export function secondsToMicros(seconds: number): TimeMicros {
  return Math.round(seconds * MICROS_PER_SECOND);
}
