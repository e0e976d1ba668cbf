import { plainScalar } from "./go-yaml-scalars.js";
import { ownText } from "./own-text.js";

/** What a text holds of which every reader of YAML says the same. */
export interface PlainYaml {
  readonly value: unknown;
  /** Of the value in the text, from 1. */
  readonly place: PlainPlace;
  /** Of a list's first element, where it begins on its dash's line. */
  readonly firstPlace?: PlainPlace;
}

interface PlainPlace {
  readonly line: number;
  readonly column: number;
}

/** Marks of documents, directives, and characters at which readers end lines, or none do. */
const NOT_PLAIN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /^(?:---|\.\.\.|%)|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/m;
/** Texts without quotes that begin with these mean something else, or may. */
const INDICATORS = "\"'{}[]&*!|>%@`#,?:=<";
/** A double-quoted text that JSON reads as YAML does. */
const SIMPLE_QUOTED = /^"(?:[^"\\]|\\["\\nrtbf]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*"$/;
const SINGLE_QUOTED = /^'[^']*'$/;
const MAX_DEPTH = 100;
/** Readers of YAML look so far for the colon of a key. */
const MAX_KEY_LENGTH = 1000;

/**
 * Reads the block style that kubectl, helm and people mostly write: maps and lists by indentation, scalars
 * of one line, literal blocks. Undefined where anything else stands in the text, right or wrong: the
 * reader of all YAML, which takes ten times as long, reads that.
 */
export function readPlainYaml(text: string): PlainYaml | undefined {
  if (NOT_PLAIN.test(text)) return undefined;
  const reader = new BlockReader(text.split("\n"));
  try {
    return reader.whole();
  } catch (error) {
    if (error === OTHER) return undefined;
    throw error;
  }
}

/** Thrown at what is not read here. */
const OTHER = Symbol("other YAML");

function other(): never {
  throw OTHER;
}

class BlockReader {
  /** Of the line that is read next. */
  private at = 0;
  /** Of that line: where its content begins. */
  private column = 0;
  private depth = 0;

  constructor(private readonly lines: readonly string[]) {}

  whole(): PlainYaml {
    if (!this.find()) other();
    const place = { line: this.at + 1, column: this.column + 1 };
    const line = this.lines[this.at]!;
    const isList = isItem(line, this.column);
    if (!isList && colonIn(line, this.column) < 0) other();
    const inner = this.column + line.slice(this.column + 1).search(/[^ ]/) + 2;
    const value = this.block(this.column);
    if (this.find()) other();
    if (!isList || inner <= place.column) return { value, place };
    return { value, place, firstPlace: { line: place.line, column: inner } };
  }

  /** Goes to the next line with content, from `at` on; false at the end. */
  private find(): boolean {
    for (; this.at < this.lines.length; this.at++) {
      const line = this.lines[this.at]!;
      let column = 0;
      while (line.charCodeAt(column) === SPACE) column++;
      if (column === line.length || line.charCodeAt(column) === HASH) continue;
      if (line.charCodeAt(column) === TAB) other();
      this.column = column;
      return true;
    }
    return false;
  }

  /** The map or list whose first line is the next, at that column. */
  private block(column: number): unknown {
    if (++this.depth > MAX_DEPTH) other();
    const line = this.lines[this.at]!;
    const value = isItem(line, column) ? this.list(column) : this.map(column);
    this.depth--;
    return value;
  }

  private list(column: number): unknown[] {
    const items: unknown[] = [];
    do {
      const line = this.lines[this.at]!;
      if (!isItem(line, column)) other();
      let inner = column + 1;
      while (line.charCodeAt(inner) === SPACE) inner++;
      if (inner >= line.length) {
        this.at++;
        items.push(this.find() && this.column > column ? this.block(this.column) : null);
      } else if (!isQuote(line[inner]!) && (isItem(line, inner) || colonIn(line, inner) >= 0)) {
        // The item's own block begins on this line.
        items.push(this.block(inner));
      } else {
        items.push(this.scalar(line, inner, column));
      }
    } while (this.goesOn(column) && isItem(this.lines[this.at]!, column));
    return items;
  }

  private map(column: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    do {
      const line = this.lines[this.at]!;
      if (isItem(line, column)) break;
      const colon = colonIn(line, column);
      if (colon < 0) other();
      const key = keyOf(line.slice(column, colon));
      if (Object.hasOwn(map, key)) other();
      let inner = colon + 1;
      while (line.charCodeAt(inner) === SPACE) inner++;
      if (inner < line.length && line.charCodeAt(inner) !== HASH) {
        map[key] = this.scalar(line, inner, column);
      } else {
        this.at++;
        map[key] = this.below(column);
      }
    } while (this.goesOn(column));
    return map;
  }

  /** What stands under a key: deeper, or a list at the key's own column. */
  private below(column: number): unknown {
    if (!this.find() || this.column < column) return null;
    const line = this.lines[this.at]!;
    if (this.column === column) return isItem(line, column) ? this.block(column) : null;
    if (!isItem(line, this.column) && colonIn(line, this.column) < 0) other();
    return this.block(this.column);
  }

  /** Whether the block at that column has another line; what is deeper belongs to nothing. */
  private goesOn(column: number): boolean {
    if (!this.find()) return false;
    if (this.column > column) other();
    return this.column === column;
  }

  /** The scalar from `start` to the end of its line, and of its block; `column` is that of what holds it. */
  private scalar(line: string, start: number, column: number): unknown {
    let end = line.length;
    while (line.charCodeAt(end - 1) === SPACE) end--;
    const text = line.slice(start, end);
    this.at++;
    switch (text[0]) {
      case "|":
        return this.literal(text, column);
      case '"':
        if (!SIMPLE_QUOTED.test(text)) other();
        return JSON.parse(text);
      case "'":
        if (!SINGLE_QUOTED.test(text)) other();
        return ownText(text.slice(1, -1));
      case "{":
        return text === "{}" ? {} : other();
      case "[":
        return text === "[]" ? [] : other();
      default:
        return this.plain(text, column);
    }
  }

  private plain(text: string, column: number): unknown {
    if (INDICATORS.includes(text[0]!) || text.includes(" #") || text.includes("\t")) other();
    if (text.includes(": ") || text.endsWith(":") || text === "-" || text.startsWith("- ")) other();
    // A line that is deeper goes on with the text.
    if (this.find() && this.column > column) other();
    const value = plainScalar(text);
    if (typeof value === "string") return ownText(value);
    return typeof value === "number" && !Number.isFinite(value) ? other() : value;
  }

  private literal(header: string, column: number): string {
    if (header !== "|" && header !== "|-") other();
    const content: string[] = [];
    let indent = -1;
    for (; this.at < this.lines.length; this.at++) {
      const line = this.lines[this.at]!;
      let at = 0;
      while (line.charCodeAt(at) === SPACE) at++;
      if (at === line.length) {
        // How deep the block is does not show yet, or blanks stand where a reader may keep them.
        if (at > 0) other();
        content.push("");
        continue;
      }
      if (indent < 0) indent = at;
      if (at < indent) {
        if (at > column || line.charCodeAt(at) === HASH) other();
        break;
      }
      content.push(line.slice(indent));
    }
    if (indent <= column) other();
    while (content.at(-1) === "") content.pop();
    return ownText(content.join("\n") + (header === "|" ? "\n" : ""));
  }
}

const SPACE = 0x20;
const HASH = 0x23;
const TAB = 0x09;
const DASH = 0x2d;

function isQuote(character: string): boolean {
  return character === '"' || character === "'";
}

function isItem(line: string, column: number): boolean {
  if (line.charCodeAt(column) !== DASH) return false;
  return column + 1 === line.length || line.charCodeAt(column + 1) === SPACE;
}

/** Where the colon of a key stands; -1 where the line has no key. */
function colonIn(line: string, column: number): number {
  for (let at = line.indexOf(":", column); at >= 0; at = line.indexOf(":", at + 1)) {
    if (at + 1 === line.length || line.charCodeAt(at + 1) === SPACE) return at;
  }
  return -1;
}

/** A key without quotes that is a text in every version of YAML. */
function keyOf(written: string): string {
  const first = written[0];
  if (first === undefined || INDICATORS.includes(first) || first === "-") other();
  if (written.endsWith(" ") || written.includes(" #") || written.includes("\t")) other();
  if (written.length > MAX_KEY_LENGTH || written === "__proto__") other();
  if (typeof plainScalar(written) !== "string") other();
  return written;
}
