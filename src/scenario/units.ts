import {
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MILLI,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  type TimeMicros,
} from "../base/time.js";

/** A parsed value, or what would have been right; `at`: below what was parsed, where it is not all of it. */
export type Parsed<T> =
  | { readonly value: T }
  | { readonly problem: string; readonly at?: readonly (string | number)[] };

const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ["d", MICROS_PER_DAY],
  ["h", MICROS_PER_HOUR],
  ["m", MICROS_PER_MINUTE],
  ["s", MICROS_PER_SECOND],
  ["ms", MICROS_PER_MILLI],
  ["us", 1],
  ["µs", 1],
]);
const RATE_UNITS: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["min", 60],
  ["m", 60],
  ["h", 3_600],
  ["d", 86_400],
]);
const DURATION_EXAMPLES = "a duration such as 500ms, 90s, 10m, 2h30m or 7d";
const PART = /(\d+(?:\.\d+)?|\.\d+)([a-zA-Zµ]*)/gy;

/** `2h30m` in microseconds. Parts may be in any order, each unit once; fractions are allowed. */
export function parseDuration(raw: unknown): Parsed<TimeMicros> {
  if (raw === 0 || raw === "0") return { value: 0 };
  if (typeof raw === "number") {
    return { problem: `expected ${DURATION_EXAMPLES}: the unit is missing` };
  }
  if (typeof raw !== "string") return { problem: `expected ${DURATION_EXAMPLES}` };
  const text = raw.trim();
  if (text.startsWith("-")) return { problem: "a duration cannot be negative" };
  const seen = new Set<string>();
  let total = 0;
  let end = 0;
  for (const match of text.matchAll(PART)) {
    const [part, digits, unit] = match as unknown as [string, string, string];
    if (unit === "") return { problem: `expected ${DURATION_EXAMPLES}: the unit is missing` };
    const factor = DURATION_UNITS.get(unit);
    if (factor === undefined) {
      return { problem: `expected ${DURATION_EXAMPLES}: the units are d, h, m, s, ms and us` };
    }
    if (seen.has(unit)) return { problem: `expected ${DURATION_EXAMPLES}: ${unit} stands twice` };
    seen.add(unit);
    total += Math.round(Number(digits) * factor);
    end = match.index + part.length;
  }
  if (end === 0 || end !== text.length) return { problem: `expected ${DURATION_EXAMPLES}` };
  if (!Number.isSafeInteger(total)) return { problem: "is longer than 285 years" };
  return { value: total };
}

const DURATION_WORDS: readonly (readonly [string, number])[] = [
  ["d", MICROS_PER_DAY],
  ["h", MICROS_PER_HOUR],
  ["m", MICROS_PER_MINUTE],
  ["s", MICROS_PER_SECOND],
  ["ms", MICROS_PER_MILLI],
  ["us", 1],
];

/** A duration as a scenario would write it, `2h30m`; what {@link parseDuration} reads. */
export function formatDuration(micros: TimeMicros): string {
  let rest = micros;
  let text = "";
  for (const [unit, factor] of DURATION_WORDS) {
    const count = Math.floor(rest / factor);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * factor;
  }
  return text === "" ? "0s" : text;
}

/** `6/min` in events a second. */
export function parseRate(raw: unknown): Parsed<number> {
  const expected = "expected a rate such as 120/s, 5/min or 2/h";
  if (typeof raw !== "string") return { problem: expected };
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*\/\s*([a-z]+)\s*$/.exec(raw);
  if (match === null) return { problem: expected };
  const seconds = RATE_UNITS.get(match[2]!);
  if (seconds === undefined) return { problem: `${expected}: the units are s, min, h and d` };
  return { value: Number(match[1]) / seconds };
}

/** An instant with its zone, `2026-01-05T08:00:00Z`, in microseconds since 1970. */
export function parseInstant(raw: unknown): Parsed<number> {
  const expected = "expected a time with its zone, such as 2026-01-05T08:00:00Z";
  if (typeof raw !== "string") return { problem: expected };
  const form =
    /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.(\d{1,9}))?(?:[Zz]|[+-]\d{2}:\d{2})$/.exec(raw);
  if (form === null) return { problem: expected };
  const wholeSeconds = Date.parse(raw.replace(/\.\d+/, ""));
  if (Number.isNaN(wholeSeconds) || !isDay(raw)) {
    return { problem: `${expected}: there is no such day or hour` };
  }
  const fraction = form[1] === undefined ? 0 : Number(form[1].slice(0, 6).padEnd(6, "0"));
  return { value: wholeSeconds * 1_000 + fraction };
}

/** Whether the month has that day: a date that it has not would be read as one of the next month. */
function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
}
