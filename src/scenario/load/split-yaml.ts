import { OversizedError } from "./text-stream.js";

/** A piece of a large YAML text that can be parsed by itself. */
export interface YamlPiece {
  readonly text: string;
  /** The line of the file, from 1, that a line of the text is. */
  readonly lineOf: (line: number) => number;
  /** `item`: a sequence of one, an element of the document's top-level `items`. */
  readonly kind: "document" | "item";
}

const DOCUMENT_START = /^---(\s|$)/;
const DOCUMENT_END = /^\.\.\.(\s|$)/;
const ITEMS = /^(?:items|"items"|'items')\s*:\s*(#.*)?$/;
const BLANK = /^\s*(#.*)?$/;
const DIRECTIVE = /^%/;

/**
 * Cuts a YAML text at document marks, and a document with a top-level block sequence `items` (a
 * List as kubectl prints it) at its elements; what is left of that document comes as a document of
 * its own after them, with `items` empty. An anchor is known within its piece only, so this is for
 * dumps that are too large to be parsed whole. Throws at a piece of more than `maxLength`.
 */
export async function* splitYaml(
  lines: AsyncIterable<string>,
  maxLength: number,
): AsyncGenerator<YamlPiece> {
  const splitter = new YamlSplitter(maxLength);
  for await (const line of lines) {
    for (const piece of splitter.take(line)) yield piece;
  }
  for (const piece of splitter.end()) yield piece;
}

interface Line {
  readonly text: string;
  readonly number: number;
}

class YamlSplitter {
  /** Number of the line that is taken next, from 0. */
  private next = 0;
  /** Of the document, without its elements; what is blank or a comment at its start is left out. */
  private body: Line[] = [];
  private item: Line[] = [];
  /** Length of all lines of `body`, and of `item`. */
  private bodyLength = 0;
  private itemLength = 0;
  /** Column of the elements' dashes; -1 before the first is met, undefined outside of `items`. */
  private indent: number | undefined;

  constructor(private readonly maxLength: number) {}

  take(text: string): YamlPiece[] {
    const number = this.next++;
    if (DOCUMENT_START.test(text) || DOCUMENT_END.test(text)) {
      const pieces = this.end();
      // What follows the mark on its line belongs to the new document.
      this.addToBody(text.startsWith("-") ? `   ${text.slice(3)}` : "", number);
      return pieces;
    }
    if (this.indent !== undefined) {
      const pieces = BLANK.test(text) ? [] : this.leaveItem(text);
      if (this.indent === undefined) this.addToBody(text, number);
      else if (this.startsItem(text) || this.item.length > 0) this.addToItem({ text, number });
      return pieces;
    }
    if (ITEMS.test(text)) {
      this.indent = -1;
      this.addToBody("items: []", number);
    } else if (!DIRECTIVE.test(text)) {
      this.addToBody(text, number);
    }
    return [];
  }

  /** All that was begun. */
  end(): YamlPiece[] {
    const pieces = this.takeItem();
    const { body } = this;
    this.body = [];
    this.bodyLength = 0;
    this.indent = undefined;
    return body.length === 0 ? pieces : [...pieces, pieceOf(body, "document")];
  }

  private addToBody(text: string, number: number): void {
    if (this.body.length === 0 && BLANK.test(text)) return;
    this.body.push({ text, number });
    this.bodyLength += text.length + 1;
    if (this.bodyLength > this.maxLength) throw this.oversized(this.body);
  }

  private addToItem(line: Line): void {
    this.item.push(line);
    this.itemLength += line.text.length + 1;
    if (this.itemLength > this.maxLength) throw this.oversized(this.item);
  }

  private oversized([first]: readonly Line[]): OversizedError {
    return new OversizedError((first?.number ?? 0) + 1, this.maxLength);
  }

  private startsItem(line: string): boolean {
    const column = columnOf(line);
    return !BLANK.test(line) && column === this.indent && isDash(line, column);
  }

  /** Ends the element, or `items` as a whole, where `line` does so. */
  private leaveItem(line: string): YamlPiece[] {
    const column = columnOf(line);
    const dash = isDash(line, column);
    if (this.indent === -1 && dash) this.indent = column;
    if (dash && column === this.indent) return this.takeItem();
    if (column > Math.max(this.indent ?? 0, 0)) return [];
    this.indent = undefined;
    return this.takeItem();
  }

  private takeItem(): YamlPiece[] {
    const { item } = this;
    this.item = [];
    this.itemLength = 0;
    return item.length === 0 ? [] : [pieceOf(item, "item")];
  }
}

function pieceOf(lines: readonly Line[], kind: YamlPiece["kind"]): YamlPiece {
  const last = lines.at(-1)!.number + 1;
  return {
    text: lines.map((line) => line.text).join("\n"),
    kind,
    lineOf: (line) => (lines[line - 1]?.number ?? last) + 1,
  };
}

function columnOf(line: string): number {
  return line.length - line.trimStart().length;
}

function isDash(line: string, column: number): boolean {
  return line[column] === "-" && (line.length === column + 1 || line[column + 1] === " ");
}
