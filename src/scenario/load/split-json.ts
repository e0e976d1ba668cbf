import { OversizedError } from "./text-stream.js";

/** A piece of a JSON text that can be parsed by itself. */
export interface JsonPiece {
  readonly text: string;
  /** Lines that stand before its first line, and characters before it on that line. */
  readonly lineOffset: number;
  readonly columnOffset: number;
  /** `item`: an element of the document's top-level `items`. */
  readonly kind: "document" | "item";
  /** Colons that stand in no string: in JSON there is one a key. */
  readonly colons: number;
}

const BLANK = 32;
const COLON = 58;
const QUOTE = 34;
const BACKSLASH = 92;
const NEWLINE = 10;
const COMMA = 44;
const HASH = 35;

/** `---` and `...` between documents; no object begins with them. */
function isMark(code: number): boolean {
  return code === 45 || code === 46;
}

interface OpenPiece {
  readonly parts: string[];
  length: number;
  colons: number;
  readonly line: number;
  readonly column: number;
}

/** Where scanning stands; kept between blocks. */
class JsonScanner {
  private depth = 0;
  private inString = false;
  private escaped = false;
  private inItems = false;
  /** The last string at depth 1, while it is read. */
  private key = "";
  /** Inside of a comment between documents. */
  private inComment = false;
  private line = 0;
  private column = 0;
  private piece: OpenPiece | undefined;
  private document: OpenPiece | undefined;

  constructor(
    private readonly maxLength: number,
    /** Whether the elements of a top-level `items` come by themselves. */
    private readonly splitsItems = true,
  ) {}

  /** Scans a block; gives the pieces that end in it. */
  scan(block: string): JsonPiece[] {
    const done: JsonPiece[] = [];
    let from = 0;
    const flush = (to: number): void => {
      const open = this.piece ?? (this.inItems ? undefined : this.document);
      if (open !== undefined && to > from) this.add(open, block.slice(from, to));
      from = to;
    };
    let newline = block.indexOf("\n");
    for (let i = 0; i < block.length; i++) {
      const code = block.charCodeAt(i);
      if (code <= BLANK && !this.inString) {
        if (code !== NEWLINE) this.column++;
        else this.endLine();
        continue;
      }
      if (this.inComment) {
        // Runs to the end of its line.
      } else if (this.inString) this.inside(code, block, i);
      else if (code === HASH && this.depth === 0) this.inComment = true;
      else if (code === QUOTE) {
        this.inString = true;
        if (this.depth === 1) this.key = "";
        if (this.depth === 0) this.open(i, flush);
        // An element that is no map: left where it is, for whoever reads the rest.
        if (this.inItems && this.depth === 2) this.addRest("0");
        if (this.depth > 1) {
          // Most of a text is strings and blanks: nobody looks at what is in them.
          if (newline >= 0 && newline < i) newline = block.indexOf("\n", i);
          const end = closingQuote(block, i);
          if (end > 0 && (newline < 0 || end < newline)) {
            this.inString = false;
            this.column += end - i;
            i = end;
          }
        }
      } else if (code === COLON) {
        const open = this.piece ?? this.document;
        if (open !== undefined) open.colons++;
      } else if (code === 123 || code === 91) {
        this.open(i, flush);
        this.depth++;
        // `[` after the key items: its elements go out one by one.
        if (code === 91 && this.depth === 2 && this.key === "items" && this.splitsItems) {
          flush(i + 1);
          this.inItems = true;
        }
      } else if (code === 125 || code === 93) {
        this.depth--;
        if (this.inItems && this.depth === 1) {
          from = i;
          this.inItems = false;
        } else if (this.inItems && this.depth === 2) {
          flush(i + 1);
          done.push(this.close("item"));
        } else if (this.depth <= 0) {
          this.depth = 0;
          flush(i + 1);
          if (this.document !== undefined) done.push(this.close("document"));
        }
      } else if (this.inItems && this.depth === 2 && code !== COMMA) {
        this.addRest("0");
      } else if (this.depth === 0 && !isMark(code)) {
        this.open(i, flush);
      }
      if (code === NEWLINE) this.endLine();
      else this.column++;
    }
    flush(block.length);
    return done;
  }

  private endLine(): void {
    this.inComment = false;
    this.line++;
    this.column = 0;
  }

  /** What was begun and not ended. */
  rest(): JsonPiece[] {
    const pieces: JsonPiece[] = [];
    if (this.piece !== undefined) pieces.push(this.close("item"));
    if (this.document !== undefined) pieces.push(this.close("document"));
    return pieces;
  }

  private add(open: OpenPiece, text: string): void {
    open.parts.push(text);
    open.length += text.length;
    if (open.length > this.maxLength) throw new OversizedError(open.line + 1, this.maxLength);
  }

  /** Something of the document that belongs to none of its elements. */
  private addRest(text: string): void {
    if (this.document !== undefined) this.add(this.document, text);
  }

  private inside(code: number, block: string, i: number): void {
    if (this.escaped) this.escaped = false;
    else if (code === BACKSLASH) this.escaped = true;
    else if (code === QUOTE) {
      this.inString = false;
      return;
    }
    if (this.depth === 1 && this.key.length < 16) this.key += block[i];
  }

  private open(i: number, flush: (to: number) => void): void {
    const begun = { parts: [], length: 0, colons: 0, line: this.line, column: this.column };
    if (this.document === undefined) {
      flush(i);
      this.document = begun;
    } else if (this.inItems && this.depth === 2) {
      flush(i);
      this.piece = begun;
    }
  }

  private close(kind: JsonPiece["kind"]): JsonPiece {
    const { parts, colons, line, column } = (kind === "item" ? this.piece : this.document)!;
    if (kind === "item") this.piece = undefined;
    else this.document = undefined;
    return { text: parts.join(""), lineOffset: line, columnOffset: column, kind, colons };
  }
}

/** Where the string that begins at `from` is closed; -1 where it is not in this text. */
function closingQuote(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}

/**
 * Cuts a JSON text (or several after each other, with YAML's marks and comments between them or without)
 * into its top-level values, and the elements of a
 * top-level `items` out of them; what is left of such a value comes after its elements. Throws at
 * a piece of more than `maxLength`.
 */
export async function* splitJson(
  blocks: AsyncIterable<string>,
  maxLength: number,
): AsyncGenerator<JsonPiece> {
  const scanner = new JsonScanner(maxLength);
  for await (const block of blocks) yield* scanner.scan(block);
  yield* scanner.rest();
}

/** The top-level values of a JSON text that is held whole, as {@link splitJson} finds them. */
export function jsonValues(text: string): readonly JsonPiece[] {
  const scanner = new JsonScanner(Number.POSITIVE_INFINITY, false);
  return [...scanner.scan(text), ...scanner.rest()];
}
