import { closeSync, openSync, writeSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import { printable } from "../base/printable.js";
import type { Cell, Row, RowSink } from "../record/row-sink.js";
import { secondsText } from "../record/seconds-text.js";
import { CsvBytes } from "./csv-bytes.js";

const NEEDS_QUOTES = /[",]/;
/** What a spreadsheet takes for a formula. */
const FORMULA = /^[=+\-@]/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Rows as CSV: commas, quotes where needed, one line feed after each row. No cell holds a control
 * character or a line end, for terminals: they are written as JSON escapes them. Text that a spreadsheet
 * would take for a formula is preceded by an apostrophe; numbers are not text. Rows without a character that
 * needs quotes are joined, which is several times as fast as csv-stringify and gives the same bytes; all
 * others are its work.
 */
export function csvText(rows: readonly Row[]): string {
  let text = "";
  let from = 0;
  for (let i = 0; i < rows.length; i += 1) {
    const line = plainLine(rows[i]!);
    if (line === null) continue;
    if (i > from) text += quotedLines(rows.slice(from, i));
    text += line;
    from = i + 1;
  }
  return from < rows.length ? text + quotedLines(rows.slice(from)) : text;
}

function plainLine(row: Row): string | null {
  let line = "";
  for (let i = 0; i < row.length; i += 1) {
    const cell = row[i]!;
    if (typeof cell === "string" && NEEDS_QUOTES.test(cell)) return null;
    line += i === 0 ? cellText(cell) : `,${cellText(cell)}`;
  }
  return `${line}\n`;
}

function quotedLines(rows: readonly Row[]): string {
  return stringify(rows.map((row) => row.map(cellText)));
}

function cellText(cell: Cell): string {
  if (typeof cell === "string") return plainText(cell);
  return Number.isNaN(cell) ? "" : String(cell);
}

function plainText(text: string): string {
  const shown = printable(text);
  return FORMULA.test(shown) && !NUMBER.test(shown) ? `'${shown}` : shown;
}

/**
 * A CSV file that is written block by block. The first error of the disk is kept in `failure` and ends
 * the writing, for a run is not the place to handle it.
 */
export class CsvFile implements RowSink {
  failure: Error | null = null;
  private descriptor: number | null = null;
  private readonly lines: CsvBytes;

  /** In `microsColumns`, by index, numbers are microseconds and are written as seconds. */
  constructor(
    path: string,
    columns: readonly string[],
    private readonly microsColumns: readonly number[] = [],
  ) {
    this.lines = new CsvBytes(microsColumns);
    this.guard(() => {
      this.descriptor = openSync(path, "wx");
    });
    this.write([columns]);
  }

  write(rows: readonly Row[]): void {
    this.guard(() => {
      if (this.descriptor === null) return;
      for (const row of rows) if (!this.lines.row(row)) this.lines.text(csvText([this.shown(row)]));
      writeWhole(this.descriptor, this.lines.taken());
    });
  }

  private shown(row: Row): Row {
    return row.map((cell, i) =>
      typeof cell === "number" && this.microsColumns.includes(i) ? secondsText(cell) : cell,
    );
  }

  close(): void {
    const { descriptor } = this;
    this.descriptor = null;
    if (descriptor === null) return;
    try {
      closeSync(descriptor);
    } catch (error) {
      this.failure ??= error as Error;
    }
  }

  private guard(action: () => void): void {
    if (this.failure !== null) return;
    try {
      action();
    } catch (error) {
      this.failure = error as Error;
    }
  }
}

/** A write may take only a part of what it is given. */
function writeWhole(descriptor: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(descriptor, bytes, done);
}
