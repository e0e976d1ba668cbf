import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";

/**
 * Seconds with six decimals, from whole microseconds, without floating point; empty for NaN and null.
 * Negative for what was there before the run.
 */
export function secondsText(timeMicros: TimeMicros | null): string {
  if (timeMicros === null || Number.isNaN(timeMicros)) return "";
  const magnitude = Math.abs(timeMicros);
  const micros = magnitude % MICROS_PER_SECOND;
  const seconds = (magnitude - micros) / MICROS_PER_SECOND;
  return `${timeMicros < 0 ? "-" : ""}${seconds}.${String(micros).padStart(6, "0")}`;
}
