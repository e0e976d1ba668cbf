import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable } from "../../src/base/printable.js";
import { csvText } from "../../src/experiment/csv-file.js";

describe("rows as CSV", () => {
  it("quote what needs it, leave unknown numbers empty, end in a line feed", () => {
    const rows = [
      ["a,b", 'say "hi"', 0.1],
      ["two\nlines", "", Number.NaN],
      ["plain", " blanks ", 1e21],
    ];
    expect(csvText(rows)).toBe('"a,b","say ""hi""",0.1\ntwo\\nlines,,\nplain, blanks ,1e+21\n');
  });

  it.each([
    ["a formula", "=1+1", "'=1+1"],
    ["a command", "@SUM(A1)", "'@SUM(A1)"],
    ["text after a sign", "-cmd|'/C calc'!A0", "'-cmd|'/C calc'!A0"],
    ["a formula in quotes", '=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
    ["a formula behind a tab", "\t=1", "\\t=1"],
    ["a number below 0", -1.5, "-1.5"],
    ["seconds before the start", "-12.500000", "-12.500000"],
    ["a large number as text", "+1e+21", "+1e+21"],
    ["a sign in the middle", "a=b", "a=b"],
    ["escape codes", "\u001b[2Jx", "\\u001b[2Jx"],
  ])("keep a spreadsheet and a terminal from obeying: %s", (_, cell, written) => {
    expect(csvText([[cell]])).toBe(`${written}\n`);
  });

  it("are read by any reader as what was written, apart from what is made harmless", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("", '"', ",", "\n", "\r", " x", "é€", "a,b", "=1"),
    );
    const cell = fc.oneof(text, fc.double({ noNaN: true }), fc.integer());
    const row = fc.array(cell, { minLength: 2, maxLength: 5 });
    const shown = (value: string | number) =>
      typeof value === "number" ? String(value) : printable(value);
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
        const read: string[][] = parse(csvText(rows), { relax_column_count: true });
        expect(read.map((cells) => cells.map((it) => it.replace(/^'(?=[=+\-@])/, "")))).toEqual(
          rows.map((cells) => cells.map((it) => shown(it).replace(/^'(?=[=+\-@])/, ""))),
        );
      }),
    );
  });

  it("are the bytes of csv-stringify where nothing is harmful", () => {
    const row = fc.array(
      fc.string().filter((it) => /^[\w ",;]*$/.test(it)),
      { minLength: 2 },
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
        expect(csvText(rows)).toBe(stringify(rows));
      }),
    );
  });
});
