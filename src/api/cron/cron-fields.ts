import { parseGoDuration } from "./go-duration.js";

/** The values of one field of a cron line. */
export interface CronField {
  readonly values: readonly number[];
  /** It began with a star, or a question mark, and does not step over any value. */
  readonly isStar: boolean;
}

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}

const MONTHS = ["", ..."jan feb mar apr may jun jul aug sep oct nov dec".split(" ")];
const DAYS = "sun mon tue wed thu fri sat".split(" ");

const BOUNDS: readonly Bounds[] = [
  { low: 0, high: 59, names: [] },
  { low: 0, high: 23, names: [] },
  { low: 1, high: 31, names: [] },
  { low: 1, high: 12, names: MONTHS },
  { low: 0, high: 6, names: DAYS },
];

/** A cron line that cannot be read, and why. */
export class CronSyntax {
  constructor(readonly message: string) {}
}

const DESCRIPTORS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

const EVERY = "@every ";

/** What a cron line says: its fields, or a distance. */
type CronLine = { readonly fields: readonly CronField[] } | { readonly everyMicros: number };

/** Reads a cron line without a time zone. */
export function parseCronLine(line: string): CronLine | CronSyntax {
  if (line.startsWith(EVERY)) {
    const everyMicros = parseGoDuration(line.slice(EVERY.length));
    return everyMicros === null
      ? new CronSyntax(`failed to parse duration ${line}`)
      : { everyMicros };
  }
  if (line.startsWith("@") && !Object.hasOwn(DESCRIPTORS, line)) {
    return new CronSyntax(`unrecognized descriptor: ${line}`);
  }
  const fields = parseCronFields(DESCRIPTORS[line] ?? line);
  return fields instanceof CronSyntax ? fields : { fields };
}

/**
 * The five fields of a cron line (minute, hour, day of the month, month, day of the week), by the rules of
 * robfig/cron's standard parser: `?` is a star, `5/10` goes on to the end, names have three letters, Sunday is 0 alone.
 */
function parseCronFields(text: string): readonly CronField[] | CronSyntax {
  const parts = text.split(/\s+/).filter((part) => part !== "");
  if (parts.length !== BOUNDS.length) {
    return new CronSyntax(`expected exactly 5 fields, found ${parts.length}: [${parts.join(" ")}]`);
  }
  const fields: CronField[] = [];
  for (const [at, part] of parts.entries()) {
    const field = parseField(part, BOUNDS[at]!);
    if (field instanceof CronSyntax) return field;
    fields.push(field);
  }
  return fields;
}

function parseField(text: string, bounds: Bounds): CronField | CronSyntax {
  const values = new Set<number>();
  let isStar = false;
  for (const part of text.split(",").filter((one) => one !== "")) {
    const range = parseRange(part, bounds);
    if (range instanceof CronSyntax) return range;
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
    isStar ||= range.isStar;
  }
  return { values: [...values].sort((a, b) => a - b), isStar };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly isStar: boolean;
}

function parseRange(text: string, bounds: Bounds): Range | CronSyntax {
  const [range = "", stepText, ...more] = text.split("/");
  if (more.length > 0) return new CronSyntax(`too many slashes: ${text}`);
  const ends = parseEnds(range, text, bounds);
  if (ends instanceof CronSyntax) return ends;
  const step = stepText === undefined ? 1 : integerOf(stepText);
  if (step instanceof CronSyntax) return step;
  const { start, isStar, isSingle } = ends;
  const end = stepText !== undefined && isSingle ? bounds.high : ends.end;
  const { low, high } = bounds;
  if (start < low) {
    return new CronSyntax(`beginning of range (${start}) below minimum (${low}): ${text}`);
  }
  if (end > high) return new CronSyntax(`end of range (${end}) above maximum (${high}): ${text}`);
  if (start > end) {
    return new CronSyntax(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  }
  if (step === 0) return new CronSyntax(`step of range should be a positive number: ${text}`);
  return { start, end, step, isStar: isStar && step === 1 };
}

interface Ends {
  readonly start: number;
  readonly end: number;
  readonly isStar: boolean;
  readonly isSingle: boolean;
}

function parseEnds(range: string, text: string, bounds: Bounds): Ends | CronSyntax {
  const [first = "", second, ...more] = range.split("-");
  const isSingle = second === undefined;
  if (first === "*" || first === "?") {
    return { start: bounds.low, end: bounds.high, isStar: true, isSingle };
  }
  if (more.length > 0) return new CronSyntax(`too many hyphens: ${text}`);
  const start = cronValueOf(first, bounds);
  if (start instanceof CronSyntax) return start;
  const end = isSingle ? start : cronValueOf(second, bounds);
  return end instanceof CronSyntax ? end : { start, end, isStar: false, isSingle };
}

function cronValueOf(text: string, { names }: Bounds): number | CronSyntax {
  const named = text === "" ? -1 : names.indexOf(text.toLowerCase());
  return named >= 0 ? named : integerOf(text);
}

function integerOf(text: string): number | CronSyntax {
  if (/^\+?\d{1,9}$/.test(text)) return Number(text);
  return new CronSyntax(`failed to parse int from ${text}`);
}
