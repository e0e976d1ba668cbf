import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable } from "../../src/base/printable.js";
import { CsvFile, csvText } from "../../src/experiment/csv-file.js";
import type { Row } from "../../src/record/row-sink.js";
import { secondsText } from "../../src/record/seconds-text.js";

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

describe("a file of rows", () => {
  /** What is written of blocks of rows, the first two columns being microseconds. */
  function written(columns: readonly string[], blocks: readonly (readonly Row[])[]): string {
    const folder = mkdtempSync(join(tmpdir(), "seatrial-csv-"));
    try {
      const file = new CsvFile(join(folder, "t.csv"), columns, [0, 1]);
      for (const block of blocks) file.write(block);
      file.close();
      expect(file.failure).toBeNull();
      return readFileSync(join(folder, "t.csv"), "utf8");
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  const micros = fc.oneof(
    fc.integer({ min: -90_000_000_000, max: 90_000_000_000 }),
    fc.integer({ min: -2_000_000, max: 2_000_000 }),
    fc.constantFrom(0, Number.NaN, 2 ** 53 - 1, 2_147_483_648_000_000),
  );
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "",
      '"',
      ",",
      "\n",
      "é€",
      "a,b",
      "=1",
      "-1.5",
      "+x",
      "\u007f",
      "x".repeat(1200),
    ),
    fc.constantFrom("node-1", "ReplicaSet/web-6d4cf56db6", "Running"),
  );
  const number = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.constantFrom(0.25, -0, 2 ** 31 - 1, 2 ** 31, 1e21, 1e-7),
  );
  const row = fc.tuple(micros, micros, text, fc.oneof(text, number), number);

  it("holds the bytes of the text of its rows", () => {
    fc.assert(
      fc.property(fc.array(fc.array(row, { maxLength: 8 }), { maxLength: 4 }), (blocks) => {
        const columns = ["a", "b", "=c", "d", "e"];
        const shown = blocks
          .flat()
          .map(([a, b, ...rest]): Row => [secondsText(a), secondsText(b), ...rest]);
        expect(written(columns, blocks)).toBe(csvText([columns, ...shown]));
      }),
    );
  });

  it("takes rows that are larger than what it keeps at once", () => {
    const rows = Array.from(
      { length: 400 },
      (_, i): Row => [i, i, "x".repeat(999), "y".repeat(3000), i],
    );
    const shown = rows.map(
      ([a, b, ...rest]): Row => [...[secondsText(a as number), secondsText(b as number)], ...rest],
    );
    expect(written(["a"], [rows])).toBe(csvText([["a"], ...shown]));
  });
});
