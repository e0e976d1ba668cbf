/** A row with more text than this has an opening quote that is never closed. */
const MAX_ROW_LENGTH = 1 << 20;
const QUOTE = 34;
const NEWLINE = 10;

export interface CsvRowHandler {
  /** `line` is where the row begins, from 1. */
  row(line: number, fields: readonly string[]): void;
  /** A row that is no CSV. */
  broken(line: number, text: string, message: string): void;
}

/**
 * Cuts chunks of text into rows of fields (RFC 4180; empty lines are passed over), at once and
 * without a stream, so that a row's line is known and one broken row costs no other. Of this
 * grammar csv-parse is the reference, in tests.
 */
export class CsvRows {
  /** Text since the last end of a row. */
  private rest = "";
  /** How far `rest` was searched, and whether a quote is open there. */
  private searched = 0;
  private quoted = false;
  /** Whether `rest`, up to `searched`, has a quote. */
  private hasQuote = false;
  /** Line at which `rest` begins. */
  private line = 1;
  private atStart = true;

  constructor(private readonly handler: CsvRowHandler) {}

  push(chunk: string): void {
    let text = chunk;
    if (this.atStart && chunk !== "") {
      this.atStart = false;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    this.rest += text;
    if (this.rest.includes('"', this.searched) || this.hasQuote) this.takeQuoted();
    else this.takePlain();
    if (this.rest.length > MAX_ROW_LENGTH) this.dropEndless();
  }

  end(): void {
    if (this.rest.trim() !== "") {
      if (this.quoted) this.dropEndless();
      else this.takeRow(this.rest, this.hasQuote);
    }
    this.rest = "";
  }

  private takePlain(): void {
    const end = this.rest.lastIndexOf("\n");
    if (end < 0) {
      this.searched = this.rest.length;
      return;
    }
    let from = 0;
    while (from <= end) {
      const to = this.rest.indexOf("\n", from);
      this.takeRow(this.rest.slice(from, to), false);
      this.line += 1;
      from = to + 1;
    }
    this.keepFrom(from);
  }

  private takeQuoted(): void {
    let from = 0;
    let at = this.searched;
    for (; at < this.rest.length; at++) {
      const code = this.rest.charCodeAt(at);
      if (code === QUOTE) {
        this.quoted = !this.quoted && opensField(this.rest, from, at);
        this.hasQuote = true;
      } else if (code === NEWLINE && !this.quoted) {
        const row = this.rest.slice(from, at);
        this.takeRow(row, this.hasQuote);
        this.line += this.hasQuote ? row.split("\n").length : 1;
        this.hasQuote = false;
        from = at + 1;
      }
    }
    const quoted = this.quoted;
    const hasQuote = this.hasQuote;
    this.keepFrom(from);
    this.quoted = quoted;
    this.hasQuote = hasQuote;
  }

  private keepFrom(from: number): void {
    this.rest = this.rest.slice(from);
    this.searched = this.rest.length;
    this.quoted = false;
    this.hasQuote = false;
  }

  private takeRow(text: string, hasQuote: boolean): void {
    const row = text.endsWith("\r") ? text.slice(0, -1) : text;
    if (row === "") return;
    const fields = hasQuote ? quotedFields(row) : row.split(",");
    if (fields !== null) {
      this.handler.row(this.line, fields);
      return;
    }
    this.handler.broken(
      this.line,
      row,
      'expected CSV: a field with quotes in it stands in quotes, and each of them is doubled ("")',
    );
  }

  /** Gives up on a row whose end does not come, and goes on behind what was read. */
  private dropEndless(): void {
    this.handler.broken(
      this.line,
      this.rest.slice(0, 80),
      "expected the end of a row: a quote that opens here, or the line itself, does not end",
    );
    this.line += this.rest.split("\n").length - 1;
    this.keepFrom(this.rest.length);
  }
}

/** All rows of a text, or what is wrong with the first that is no CSV. */
export function csvRows(
  text: string,
): readonly (readonly string[])[] | { readonly line: number; readonly problem: string } {
  const rows: (readonly string[])[] = [];
  let first: { readonly line: number; readonly problem: string } | null = null;
  const reader = new CsvRows({
    row: (_, fields) => rows.push(fields),
    broken: (line, _, problem) => {
      first ??= { line, problem };
    },
  });
  reader.push(text);
  reader.end();
  return first ?? rows;
}

/** Whether a quote there begins a quoted field, or stands behind a quote that it doubles. */
function opensField(text: string, rowStart: number, at: number): boolean {
  if (at === rowStart) return true;
  const before = text[at - 1];
  return before === "," || before === '"';
}

/** The fields of a row with quotes in it; null where they are misplaced. */
function quotedFields(row: string): readonly string[] | null {
  const fields: string[] = [];
  for (let at = 0; at <= row.length; at++) {
    let end: number;
    if (row.charCodeAt(at) === QUOTE) {
      const close = closingQuote(row, at);
      if (close < 0) return null;
      fields.push(row.slice(at + 1, close).replaceAll('""', '"'));
      end = close + 1;
      if (end < row.length && row[end] !== ",") return null;
    } else {
      const comma = row.indexOf(",", at);
      end = comma < 0 ? row.length : comma;
      const field = row.slice(at, end);
      if (field.includes('"')) return null;
      fields.push(field);
    }
    at = end;
  }
  return fields;
}

/** Where the quoted field that begins there ends; -1 where it does not. */
function closingQuote(row: string, open: number): number {
  for (let at = row.indexOf('"', open + 1); at >= 0; at = row.indexOf('"', at + 2)) {
    if (row.charCodeAt(at + 1) !== QUOTE) return at;
  }
  return -1;
}
