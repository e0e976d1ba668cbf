import { CsvRows } from "../../base/csv-rows.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { RateSeries } from "../schema/scenario.js";
import { parseInstant } from "../units.js";
import { amount, type Sample, type Samples, type SeriesFlaw } from "./samples.js";

/** A series of a CSV file with a header: a column of values, at times of another or at a fixed step. */
export function csvSamples(text: string, spec: RateSeries, startMicros: number): Samples {
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
