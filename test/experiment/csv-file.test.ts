import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvText } from "../../src/experiment/csv-file.js";

describe("rows as CSV", () => {
  it("quote what needs it, leave unknown numbers empty, end in a line feed", () => {
    const rows = [
      ["a,b", 'say "hi"', 0.1],
      ["two\nlines", "", Number.NaN],
      ["plain", " blanks ", 1e21],
    ];
    expect(csvText(rows)).toBe('"a,b","say ""hi""",0.1\n"two\nlines",,\nplain, blanks ,1e+21\n');
  });

  it("are the bytes of csv-stringify", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("", '"', ",", "\n", "\r", " x", "é€", "a,b", "=1"),
    );
    const cell = fc.oneof(text, fc.double({ noNaN: true }), fc.integer());
    const row = fc.array(cell, { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
        expect(csvText(rows)).toBe(stringify(rows, { cast: { number: String } }));
      }),
    );
  });
});
