import { MICROS_PER_SECOND } from "../base/time.js";
import type { Cell, Row } from "../record/row-sink.js";

const COMMA = 44;
const LINE_FEED = 10;
const ZERO = 48;
const MINUS = 45;
const POINT = 46;
/** Longer cells are not looked at letter by letter. */
const MAX_CELL = 1000;
const START_BYTES = 1 << 17;

/** By code: 1 for what stands in a cell as it is. */
const PLAIN = new Uint8Array(128).map((_, code) =>
  code >= 32 && code < 127 && code !== 34 && code !== COMMA ? 1 : 0,
);
/** What a spreadsheet might take for the beginning of a formula; and of a number, which it may. */
const MAY_BE_FORMULA = new Uint8Array(128);
for (const sign of "=+-@") MAY_BE_FORMULA[sign.charCodeAt(0)] = 1;

/**
 * Rows as the bytes of a CSV file, as long as their cells are plain ASCII that needs neither quotes nor escapes: most rows of
 * most tables. They are the same bytes as those of the text (`csvText`), without making it.
 */
export class CsvBytes {
  private bytes = Buffer.allocUnsafe(START_BYTES);
  private length = 0;
  /** By column, the last number that is no whole one, and its text: most are the same as in the row before. */
  private readonly numbers: number[] = [];
  private readonly texts: string[] = [];
  private readonly isMicros: boolean[] = [];

  /** In `microsColumns`, by index, numbers are microseconds and become seconds. */
  constructor(microsColumns: readonly number[] = []) {
    for (const column of microsColumns) this.isMicros[column] = true;
  }

  /** What was put since the last call; it holds until the next row. */
  taken(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length);
    this.length = 0;
    return taken;
  }

  /** Puts a line; or nothing, and is false, where a cell is not plain. */
  row(row: Row): boolean {
    const start = this.length;
    for (let i = 0; i < row.length; i += 1) {
      if (this.bytes.length - this.length < MAX_CELL + 2) this.grow(MAX_CELL + 2);
      if (i > 0) this.bytes[this.length++] = COMMA;
      if (!this.cell(row[i]!, i)) {
        this.length = start;
        return false;
      }
    }
    if (this.length === this.bytes.length) this.grow(1);
    this.bytes[this.length++] = LINE_FEED;
    return true;
  }

  /** Puts text as it is. */
  text(text: string): void {
    const size = Buffer.byteLength(text);
    if (this.bytes.length - this.length < size) this.grow(size);
    this.length += this.bytes.write(text, this.length);
  }

  private cell(cell: Cell, column: number): boolean {
    if (typeof cell === "string") return this.plain(cell);
    if (Number.isNaN(cell)) return true;
    if (this.isMicros[column] === true) return this.seconds(cell);
    if (Number.isSafeInteger(cell) && cell >= 0) {
      this.whole(cell);
      return true;
    }
    if (this.numbers[column] !== cell) {
      this.numbers[column] = cell;
      this.texts[column] = String(cell);
    }
    return this.ascii(this.texts[column]!);
  }

  private plain(text: string): boolean {
    if (text === "") return true;
    if (text.length > MAX_CELL) return false;
    const first = text.charCodeAt(0);
    return (first > 127 || MAY_BE_FORMULA[first] === 0) && this.ascii(text);
  }

  private ascii(text: string): boolean {
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code > 127 || PLAIN[code] === 0) return false;
      bytes[at++] = code;
    }
    this.length = at;
    return true;
  }

  private seconds(micros: number): boolean {
    const magnitude = Math.abs(micros);
    const seconds = Math.floor(magnitude / MICROS_PER_SECOND);
    if (micros < 0) this.bytes[this.length++] = MINUS;
    this.whole(seconds);
    this.bytes[this.length++] = POINT;
    this.digits(magnitude - seconds * MICROS_PER_SECOND, 6);
    return true;
  }

  private whole(value: number): void {
    if (value > 0x7fffffff) {
      this.ascii(String(value));
      return;
    }
    let count = 1;
    for (let power = 10; value >= power; power *= 10) count += 1;
    this.digits(value, count);
  }

  /** The last so many digits of a whole number below 2^31. */
  private digits(value: number, count: number): void {
    const end = this.length + count;
    let rest = value | 0;
    for (let at = end - 1; at >= this.length; at -= 1) {
      const tens = (rest / 10) | 0;
      this.bytes[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.length = end;
  }

  private grow(least: number): void {
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.length + least));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
