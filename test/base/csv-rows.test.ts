import { fc, test } from "@fast-check/vitest";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { describe, expect } from "vitest";
import { CsvRows } from "../../src/base/csv-rows.js";

interface Row {
  readonly line: number;
  readonly fields: readonly string[];
}

function rowsOf(chunks: readonly string[]) {
  const rows: Row[] = [];
  const broken: { line: number; text: string }[] = [];
  const reader = new CsvRows({
    row: (line, fields) => rows.push({ line, fields }),
    broken: (line, text) => broken.push({ line, text }),
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return { rows, broken };
}

/** Cuts a text at places given as shares of its length. */
function cut(text: string, places: readonly number[]): string[] {
  const at = places.map((place) => Math.floor(place * text.length)).sort((a, b) => a - b);
  return [0, ...at].map((from, index) => text.slice(from, at[index] ?? text.length));
}

const field = fc.oneof(
  fc.constantFrom("", "a", '"', "x,y", "two\nlines", "\r\n", 'say ""', "0.5"),
  fc.string({ maxLength: 4 }),
);
const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 8 });

describe("CSV rows", () => {
  test.prop([table, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 })])(
    "are what csv-parse finds, wherever the text is cut",
    (records, places) => {
      const text = stringify(records, { quoted_string: false });
      const { rows, broken } = rowsOf(cut(text, places));
      const options = { relax_column_count: true, skip_empty_lines: true, bom: true };
      expect(broken).toEqual([]);
      expect(rows.map((row) => row.fields)).toEqual(parse(text, options));
    },
  );

  test("know the line on which they begin", () => {
    const { rows } = rowsOf(['a,b\n\n1,"two\nlines"\r\n', "2,x"]);
    expect(rows).toEqual([
      { line: 1, fields: ["a", "b"] },
      { line: 3, fields: ["1", "two\nlines"] },
      { line: 5, fields: ["2", "x"] },
    ]);
  });

  test("begin behind a byte order mark", () => {
    expect(rowsOf(["\ufeffa,b\n"]).rows).toEqual([{ line: 1, fields: ["a", "b"] }]);
  });

  test("that are no CSV are told, and those behind them are read", () => {
    const { rows, broken } = rowsOf(['a,b\n1,5" disk\n2,"x"y\n3,z\n']);
    expect(broken.map((row) => row.line)).toEqual([2, 3]);
    expect(rows.at(-1)).toEqual({ line: 4, fields: ["3", "z"] });
  });

  test("do not wait for ever for a quote that is never closed", () => {
    const { broken } = rowsOf(['a,b\n1,"', ...Array<string>(30).fill("x".repeat(50_000)), "\n2,y"]);
    expect(broken.map((row) => row.line)).toEqual([2]);
    expect(rowsOf(['a,b\n1,"x\n2,y']).broken.map((row) => row.line)).toEqual([2]);
  });
});
