import { closeSync, openSync, writeSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import type { Row, RowSink } from "../record/row-sink.js";

const CAST = {
  number: (value: number) => (Number.isNaN(value) ? "" : String(value)),
};

/** A block of rows as CSV: commas, quotes where needed, one line feed after each row. */
export function csvText(rows: readonly Row[]): string {
  return stringify(rows as Row[], { cast: CAST });
}

/**
 * A CSV file that is written block by block. The first error of the disk is kept in `failure` and ends
 * the writing, for a run is not the place to handle it.
 */
export class CsvFile implements RowSink {
  failure: Error | null = null;
  private descriptor: number | null = null;

  constructor(path: string, columns: readonly string[]) {
    this.guard(() => {
      this.descriptor = openSync(path, "wx");
    });
    this.write([columns]);
  }

  write(rows: readonly Row[]): void {
    this.guard(() => {
      if (this.descriptor !== null) writeWhole(this.descriptor, csvText(rows));
    });
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
function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  let done = 0;
  while (done < bytes.length) done += writeSync(descriptor, bytes, done);
}
