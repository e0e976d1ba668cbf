import { CsvRows } from "../../base/csv-rows.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { RatePoint } from "../../traffic/arrivals/rate.js";
import type { RateSeries } from "../schema/scenario.js";
import { parseInstant } from "../units.js";

/** What is wrong in a file, and in which of its lines; 0: in all of it. */
export interface SeriesFlaw {
  readonly line: number;
  readonly message: string;
}

/** A value at a time, in seconds of the run; NaN where it is missing. */
interface Sample {
  readonly line: number;
  readonly seconds: number;
  readonly value: number;
}

type Samples = readonly Sample[] | SeriesFlaw;

/** Gaps are what is longer than so many of the shortest steps. */
const STEP_TOLERANCE = 1.5;

/**
 * The rate that a file says, as points that hold until the next (`linear`: in gaps straight lines, as
 * many points). What lies before the run is passed over.
 */
export function readSeries(
  text: string,
  spec: RateSeries,
  startTimeEpochMicros: number,
): readonly RatePoint[] | SeriesFlaw {
  const isPrometheus = text.trimStart().startsWith("{");
  const found = isPrometheus
    ? prometheusSamples(text, spec, startTimeEpochMicros)
    : csvSamples(text, spec, startTimeEpochMicros);
  if ("message" in found) return found;
  const known = found.filter(({ value }) => !Number.isNaN(value));
  if (known.length === 0) return { line: 0, message: "holds no value" };
  for (const [i, { line, seconds }] of found.entries()) {
    const before = found[i - 1];
    if (before === undefined || seconds > before.seconds) continue;
    const what = seconds === before.seconds ? "is that of the row before" : "goes back";
    return { line, message: `the time ${what}: expected times that rise` };
  }
  return pointsOf(found, known, spec);
}

function pointsOf(
  all: Samples & readonly Sample[],
  known: readonly Sample[],
  { gaps, perMicros, scale }: RateSeries,
): readonly RatePoint[] | SeriesFlaw {
  const step = shortestStep(all);
  const factor = (scale * MICROS_PER_SECOND) / perMicros;
  const points: RatePoint[] = [];
  for (const [i, { line, seconds, value }] of known.entries()) {
    points.push({ seconds, perSecond: value * factor });
    const next = known[i + 1];
    if (next === undefined) break;
    const missing = Math.round((next.seconds - seconds) / step) - 1;
    if (next.seconds - seconds <= STEP_TOLERANCE * step || gaps === "hold") continue;
    if (gaps === "refuse") {
      const message = `${missing} values are missing behind it: expected \`gaps: hold\` or \`linear\``;
      return { line, message };
    }
    for (let k = 1; k <= missing; k++) {
      const share = k / (missing + 1);
      const between = value + (next.value - value) * share;
      const at = seconds + (next.seconds - seconds) * share;
      points.push({ seconds: at, perSecond: between * factor });
    }
  }
  const last = points.at(-1)!;
  return withinRun([...points, { seconds: last.seconds + step, perSecond: 0 }]);
}

function shortestStep(samples: readonly Sample[]): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < samples.length; i++) {
    shortest = Math.min(shortest, samples[i]!.seconds - samples[i - 1]!.seconds);
  }
  return Number.isFinite(shortest) ? shortest : 1;
}

/** From time 0 on: the last point before it holds there. */
function withinRun(points: readonly RatePoint[]): readonly RatePoint[] | SeriesFlaw {
  const first = points.findIndex(({ seconds }) => seconds > 0);
  if (first < 0) return { line: 0, message: "ends before the run begins: see `startTime`" };
  const { perSecond } = points[first - 1] ?? { perSecond: 0 };
  return [{ seconds: 0, perSecond }, ...points.slice(first)];
}

function csvSamples(text: string, spec: RateSeries, startMicros: number): Samples {
  const samples: Sample[] = [];
  let flaw: SeriesFlaw | null = null;
  let columns: { readonly time: number; readonly value: number } | null = null;
  const rows = new CsvRows({
    row: (line, fields) => {
      if (flaw !== null) return;
      if (columns === null) {
        const found = columnsOf(fields, spec);
        if ("message" in found) flaw = found;
        else columns = found;
        return;
      }
      const read = csvSample(fields, { line, row: samples.length, columns, spec, startMicros });
      if ("message" in read) flaw = read;
      else samples.push(read);
    },
    broken: (line, _text, message) => {
      flaw ??= { line, message };
    },
  });
  rows.push(text);
  rows.end();
  return flaw ?? samples;
}

function columnsOf(
  fields: readonly string[],
  { time, value, everyMicros }: RateSeries,
): { readonly time: number; readonly value: number } | SeriesFlaw {
  const names = fields.map((field) => field.trim());
  const has = `has ${names.map((name) => `\`${name}\``).join(", ")}`;
  const at = names.indexOf(value);
  if (at < 0) return { line: 1, message: `${has}, and no column \`${value}\`: say \`value\`` };
  if (time === null) {
    return everyMicros !== null
      ? { time: -1, value: at }
      : { line: 1, message: `${has}: expected \`time\`, a column, or \`every\`, a step` };
  }
  const timeAt = names.indexOf(time.column);
  if (timeAt < 0) return { line: 1, message: `${has}, and no column \`${time.column}\`` };
  return { time: timeAt, value: at };
}

interface CsvPlace {
  readonly line: number;
  readonly row: number;
  readonly columns: { readonly time: number; readonly value: number };
  readonly spec: RateSeries;
  readonly startMicros: number;
}

function csvSample(fields: readonly string[], place: CsvPlace): Sample | SeriesFlaw {
  const { line, row, columns, spec, startMicros } = place;
  const value = amount(fields[columns.value] ?? "");
  if (value === null) {
    const message = `\`${fields[columns.value]}\` is no number of 0 or more`;
    return { line, message };
  }
  if (columns.time < 0)
    return { line, seconds: (row * spec.everyMicros!) / MICROS_PER_SECOND, value };
  const text = (fields[columns.time] ?? "").trim();
  const micros = timeOf(text, spec.time!.micros, startMicros);
  if (micros !== null) return { line, seconds: micros / MICROS_PER_SECOND, value };
  const message = `\`${text}\` is no time: expected a number, or a date such as 1998-04-30 21:30:00`;
  return { line, message };
}

/** Microseconds of the run; null for what is no time. */
function timeOf(text: string, micros: number, startMicros: number): number | null {
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text) * micros;
  const zoned = /[zZ]$|[+-]\d{2}:\d{2}$/.test(text) ? text : `${text}Z`;
  const parsed = parseInstant(zoned.replace(" ", "T"));
  return "value" in parsed ? parsed.value - startMicros : null;
}

/** A number of 0 or more; NaN where nothing is written, or that it is none; null for anything else. */
function amount(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "NaN") return Number.NaN;
  const value = Number(trimmed);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

interface PrometheusSeries {
  readonly metric?: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [number, string])[];
}

function prometheusSamples(text: string, spec: RateSeries, startMicros: number): Samples {
  const expected = "expected the answer of a Prometheus query_range, with data.result";
  let result: readonly PrometheusSeries[] | undefined;
  try {
    const answer = JSON.parse(text) as { data?: { result?: readonly PrometheusSeries[] } };
    result = answer.data?.result;
  } catch {
    return { line: 0, message: `is no JSON: ${expected}` };
  }
  if (!Array.isArray(result)) return { line: 0, message: expected };
  const wanted = Object.entries(spec.labels);
  const chosen = result.filter(({ metric = {} }: PrometheusSeries) =>
    wanted.every(([label, value]) => metric[label] === value),
  );
  if (chosen.length === 0) return { line: 0, message: "has no series with these labels" };
  const sums = new Map<number, number>();
  for (const { values } of chosen as readonly PrometheusSeries[]) {
    if (!Array.isArray(values))
      return { line: 0, message: `a series has no \`values\`: ${expected}` };
    for (const pair of values as readonly (readonly [number, string])[]) {
      const [seconds, written] = Array.isArray(pair) ? pair : [Number.NaN, ""];
      const value = amount(String(written));
      if (value === null || typeof seconds !== "number" || Number.isNaN(seconds)) {
        return {
          line: 0,
          message: `${JSON.stringify(pair)} is no time with a number of 0 or more`,
        };
      }
      sums.set(seconds, (sums.get(seconds) ?? 0) + value);
    }
  }
  const start = startMicros / MICROS_PER_SECOND;
  return [...sums].map(([seconds, value]) => ({ line: 0, seconds: seconds - start, value }));
}
