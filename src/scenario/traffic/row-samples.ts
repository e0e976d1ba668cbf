import { CsvRows } from "../../base/csv-rows.js";
import { nearestName } from "../../base/near-name.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { RateSeries } from "../schema/scenario.js";
import { amount, type Sample, type Samples, type SeriesFlaw } from "./samples.js";

/** A line of a file that holds a series in each: its first field is the name. */
export interface NamedSamples {
  readonly name: string;
  readonly line: number;
  readonly samples: readonly Sample[];
}

/** All series of a file without a header, each a line of a name and values at a fixed step from 0. */
export function rowSamples(
  text: string,
  everyMicros: number,
): readonly NamedSamples[] | SeriesFlaw {
  const found: NamedSamples[] = [];
  let flaw: SeriesFlaw | null = null;
  const rows = new CsvRows({
    row: (line, [name = "", ...values]) => {
      if (flaw !== null) return;
      const samples: Sample[] = [];
      for (const [i, written] of values.entries()) {
        const value = amount(written);
        if (value === null) {
          const message = `value ${i + 1}, \`${written}\`, is no number of 0 or more`;
          flaw = { line, message };
          return;
        }
        samples.push({ line, seconds: (i * everyMicros) / MICROS_PER_SECOND, value });
      }
      found.push({ name: name.trim(), line, samples });
    },
    broken: (line, _text, message) => {
      flaw ??= { line, message };
    },
  });
  rows.push(text);
  rows.end();
  if (flaw !== null) return flaw;
  return found.length > 0 ? found : { line: 0, message: "holds no line" };
}

/** The series of the line that is asked for by name. */
export function namedRow(text: string, { row, everyMicros }: RateSeries): Samples {
  const rows = rowSamples(text, everyMicros!);
  if ("message" in rows) return rows;
  const found = rows.find(({ name }) => name === row);
  if (found !== undefined) return found.samples;
  const nearest = nearestName(
    row!,
    rows.map(({ name }) => name),
  );
  return { line: 0, message: `has no line \`${row}\`: the nearest is \`${nearest}\`` };
}
