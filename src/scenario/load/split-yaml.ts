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
 * dumps that are too large to be parsed whole.
 */
export async function* splitYaml(lines: AsyncIterable<string>): AsyncGenerator<YamlPiece> {
  const splitter = new YamlSplitter();
  for await (const line of lines) {
    for (const piece of splitter.take(line)) yield piece;
  }
  for (const piece of splitter.end()) yield piece;
}

class YamlSplitter {
  /** Number of the line that is taken next, from 0. */
  private next = 0;
  private body: { readonly text: string; readonly number: number }[] = [];
  private item: { readonly lines: string[]; readonly number: number } | undefined;
  /** Column of the elements' dashes; -1 before the first is met, undefined outside of `items`. */
  private indent: number | undefined;

  take(line: string): YamlPiece[] {
    const number = this.next++;
    if (DOCUMENT_START.test(line) || DOCUMENT_END.test(line)) {
      const pieces = this.end();
      this.indent = undefined;
      // What follows the mark on its line belongs to the new document.
      this.body = [{ text: line.startsWith("-") ? `   ${line.slice(3)}` : "", number }];
      return pieces;
    }
    if (this.indent !== undefined) {
      const pieces = BLANK.test(line) ? [] : this.leaveItem(line);
      if (this.indent !== undefined) {
        this.item?.lines.push(line);
        if (this.startsItem(line)) this.item = { lines: [line], number };
        return pieces;
      }
      this.body.push({ text: line, number });
      return pieces;
    }
    if (ITEMS.test(line)) {
      this.indent = -1;
      this.body.push({ text: "items: []", number });
    } else {
      this.body.push({ text: DIRECTIVE.test(line) ? "" : line, number });
    }
    return [];
  }

  /** All that was begun. */
  end(): YamlPiece[] {
    const pieces = this.takeItem();
    const { body } = this;
    this.body = [];
    if (body.every((line) => BLANK.test(line.text))) return pieces;
    const numbers = body.map((line) => line.number);
    const text = body.map((line) => line.text).join("\n");
    const last = numbers[numbers.length - 1]! + 1;
    return [
      ...pieces,
      { text, kind: "document", lineOf: (line) => (numbers[line - 1] ?? last) + 1 },
    ];
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
    this.item = undefined;
    if (item === undefined) return [];
    const { lines, number } = item;
    return [{ text: lines.join("\n"), kind: "item", lineOf: (line) => line + number }];
  }
}

function columnOf(line: string): number {
  return line.length - line.trimStart().length;
}

function isDash(line: string, column: number): boolean {
  return line[column] === "-" && (line.length === column + 1 || line[column + 1] === " ");
}
