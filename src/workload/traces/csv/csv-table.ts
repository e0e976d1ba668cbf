import type { TraceIssue } from "../trace-pod.js";
import { CsvRows } from "../../../base/csv-rows.js";

export interface CsvColumn {
  readonly name: string;
  readonly required: boolean;
}

export interface CsvTableOptions {
  /** The columns that are looked at; others in the text are passed over. */
  readonly columns: readonly CsvColumn[];
  /** `ordinal` counts the rows below the header, broken ones too. */
  readonly row: (row: CsvRow, ordinal: number) => void;
  readonly issue: (issue: TraceIssue) => void;
  /** What a row is about: `pod`. A text without one holds nothing to run. */
  readonly rowIs: string;
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Whether a cell is a plain number, as against a quantity or a word. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/**
 * A row of a CSV table by column. What is wrong in it is told as issues; {@link ok} says whether
 * anything was.
 */
export class CsvRow {
  ok = true;

  constructor(
    readonly line: number,
    private readonly fields: readonly string[],
    private readonly places: ReadonlyMap<string, number>,
    private readonly report: (issue: TraceIssue) => void,
  ) {}

  has(column: string): boolean {
    return this.places.has(column);
  }

  /** The text in that column, without blanks around it; empty where there is no such column. */
  text(column: string): string {
    const place = this.places.get(column);
    return place === undefined ? "" : (this.fields[place] ?? "").trim();
  }

  /** A number of 0 or more; `whenEmpty` stands for an empty field, without it one is an issue. */
  amount(column: string, whenEmpty?: number): number {
    const text = this.text(column);
    if (text === "" && whenEmpty !== undefined) return whenEmpty;
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (value >= 0 && value < Number.MAX_SAFE_INTEGER) return value;
    this.fail(column, "expected a number of 0 or more, such as 12 or 0.5");
    return 0;
  }

  /** A time, which may be below 0. */
  time(column: string): number {
    const text = this.text(column);
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (Math.abs(value) < Number.MAX_SAFE_INTEGER) return value;
    this.fail(column, "expected a time as a number, such as 12.5");
    return 0;
  }

  /** Says that what stands in that column is wrong. */
  fail(column: string, message: string): void {
    this.ok = false;
    this.report({ line: this.line, column, value: this.text(column), message });
  }
}

/** Reads CSV with a header line from chunks of text: finds the columns, counts the fields. */
export class CsvTable {
  private readonly rows: CsvRows;
  private places: Map<string, number> | null = null;
  private width = 0;
  private ordinal = 0;
  private unusable = false;

  constructor(private readonly options: CsvTableOptions) {
    this.rows = new CsvRows({
      row: (line, fields) => this.take(line, fields),
      broken: (line, value, message) => {
        this.ordinal += 1;
        options.issue({ line, column: "", value, message });
      },
    });
  }

  push(chunk: string): void {
    if (!this.unusable) this.rows.push(chunk);
  }

  end(): void {
    this.rows.end();
    if (this.places !== null) {
      if (this.ordinal > 0 || this.unusable) return;
      const message = `holds a header line only: expected at least one ${this.options.rowIs}`;
      this.options.issue({ line: 1, column: "", value: "", message });
      return;
    }
    const names = this.options.columns.filter((c) => c.required).map((c) => c.name);
    const message = `expected a header line with the columns ${names.join(", ")}`;
    this.options.issue({ line: 1, column: "", value: "", message });
  }

  private take(line: number, fields: readonly string[]): void {
    if (this.unusable) return;
    if (this.places === null) {
      this.takeHeader(line, fields);
      return;
    }
    const ordinal = this.ordinal++;
    if (fields.length !== this.width) {
      const message = `expected ${this.width} fields as in the header line, found ${fields.length}`;
      this.options.issue({ line, column: "", value: fields.join(","), message });
      return;
    }
    this.options.row(new CsvRow(line, fields, this.places, this.options.issue), ordinal);
  }

  private takeHeader(line: number, fields: readonly string[]): void {
    this.places = new Map();
    this.width = fields.length;
    const found = fields.map((field) => field.trim());
    for (const { name, required } of this.options.columns) {
      const place = found.indexOf(name);
      if (place >= 0) this.places.set(name, place);
      const twice = place >= 0 && found.indexOf(name, place + 1) >= 0;
      if (twice || (place < 0 && required)) {
        this.unusable = true;
        const message = twice
          ? "the header line has this column twice"
          : `the header line lacks this column; it has ${found.join(", ")}`;
        this.options.issue({ line, column: name, value: "", message });
      }
    }
  }
}
