import type { TimeMicros } from "../base/time.js";

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * An RFC 3339 time as virtual time, or null when `text` is none.
 * `startTimeMs`: virtual zero as milliseconds since 1970.
 */
export function parseTimestamp(text: unknown, startTimeMs: number): TimeMicros | null {
  const match = typeof text === "string" ? RFC_3339.exec(text) : null;
  if (match === null) return null;
  const [, date, time, fraction = "", zone = "Z"] = match;
  const milliseconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return null;
  const micros = Number(fraction.padEnd(6, "0").slice(0, 6));
  return (milliseconds - startTimeMs) * 1000 + micros;
}

/** The RFC 3339 form of a virtual time: whole seconds as Kubernetes writes them, else microseconds. */
export function formatTimestamp(timeMicros: TimeMicros, startTimeMs: number): string {
  const total = startTimeMs * 1000 + timeMicros;
  const seconds = Math.floor(total / 1_000_000);
  const micros = total - seconds * 1_000_000;
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micros === 0 ? `${text}Z` : `${text}.${String(micros).padStart(6, "0")}Z`;
}
