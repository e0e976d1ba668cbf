import {
  Composer,
  type CST,
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  visit,
} from "yaml";
import type { Issue } from "../issue.js";

export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One document of a YAML or JSON text: its plain value, and where each field of it stands. */
export interface YamlDocument {
  readonly value: unknown;
  /** Place of a value, or of the nearest field above it that is there; with `atKey`, of the key. */
  placeOf(path: Path, atKey?: boolean): Place;
}

/** Aliases may not expand a document to more than this many times what is written. */
const MAX_ALIAS_COUNT = 100;

/** Far more than any manifest has, and far less than what exhausts the stack of a reader that recurses. */
const MAX_DEPTH = 200;

/** What the largest scenario that is allowed may need; more would take minutes, and all memory. */
const MAX_TOKENS = 6_500_000;
/** A token has a character at least, and short texts are not worth a count. */
const COUNTED_LENGTH = 1_000_000;

const MAX_SYNTAX_ISSUES = 5;

const COMPOSING = {
  merge: true,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "error",
} as const;

interface ParseOptions {
  readonly file: string;
  /** The file's line, from 1, that a line of the text is; the same without it. */
  readonly lineOf?: (line: number) => number;
}

/**
 * All documents of a text that are not empty, or what keeps it from being read: syntax errors,
 * keys that stand twice, aliases without an anchor or that expand beyond measure.
 */
export function parseYaml(
  text: string,
  options: ParseOptions,
): { readonly documents: readonly YamlDocument[]; readonly issues: readonly Issue[] } {
  const { file, lineOf = (line) => line } = options;
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: lineOf(Math.max(1, line)), column: Math.max(1, col) };
  };
  const whole = (message: string, place: Place): Issue => ({
    file,
    ...place,
    path: "",
    value: "",
    message,
  });
  let parsed: Document.Parsed[];
  try {
    if (hasTooManyTokens(text)) {
      const message = `holds more than ${MAX_TOKENS} tokens of YAML: split it`;
      return { documents: [], issues: [whole(message, placeAt(0))] };
    }
    const composer = new Composer(COMPOSING);
    parsed = [...composer.compose(shallow(new Parser(lines.addNewLine).parse(text)))];
  } catch (error) {
    return { documents: [], issues: [whole(failureOf(error), placeAt(0))] };
  }
  const documents: YamlDocument[] = [];
  const issues: Issue[] = [];
  for (const document of parsed) {
    const errors = syntaxErrors(document);
    if (errors.length > 0) {
      issues.push(...errors.map(({ at, words }) => whole(words, placeAt(at))));
      continue;
    }
    try {
      const value = unshared(document, document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }));
      if (value === null || value === undefined) continue;
      const at = { document, root: document.contents as Node, pairs: new PairIndex() };
      documents.push({
        value,
        placeOf: (path, atKey = false) => placeAt(offsetOf(at, path, atKey)),
      });
    } catch (error) {
      issues.push(whole(failureOf(error), placeAt(document.range[0])));
    }
  }
  return { documents, issues };
}

/**
 * The tokens of a text, as long as they are not nested too deeply. The composer recurses, and a stack
 * that overflows inside of a regular expression ends the process.
 */
function* shallow(tokens: Iterable<CST.Token>): Generator<CST.Token> {
  for (const token of tokens) {
    const open: { token: CST.Token | null | undefined; depth: number }[] = [
      { token: token.type === "document" ? token.value : token, depth: 1 },
    ];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { token: outer, depth } = next;
      if (!outer || !("items" in outer)) continue;
      if (depth > MAX_DEPTH) throw new RangeError("nested too deeply");
      for (const { key, value } of outer.items) {
        open.push({ token: key, depth: depth + 1 }, { token: value, depth: depth + 1 });
      }
    }
    yield token;
  }
}

/** A value whose aliases are copies: nothing in it is reached twice. */
function unshared(document: Document, value: unknown): unknown {
  let aliased = false;
  visit(document, {
    Alias() {
      aliased = true;
      return visit.BREAK;
    },
  });
  return aliased ? copyOf(value, new Set()) : value;
}

function copyOf(value: unknown, above: Set<object>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (above.has(value)) throw new Error("an alias stands inside of what it repeats");
  above.add(value);
  const copy = Array.isArray(value)
    ? value.map((element) => copyOf(element, above))
    : Object.fromEntries(Object.entries(value).map(([key, field]) => [key, copyOf(field, above)]));
  above.delete(value);
  return copy;
}

function failureOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes("alias count")) {
    return "its aliases expand to far more than what is written: write the values out";
  }
  if (error instanceof RangeError) return "is nested too deeply";
  return `is no valid YAML: ${message}`;
}

interface SyntaxFlaw {
  readonly at: number;
  readonly words: string;
}

/** The first of a document's errors: later ones mostly follow from it. */
function syntaxErrors(document: Document.Parsed): readonly SyntaxFlaw[] {
  const { errors } = document;
  const deep = errors.find((error) => error.message.includes("call stack"));
  if (deep !== undefined) return [{ at: 0, words: "is nested too deeply" }];
  const flaws =
    errors.length > 0
      ? errors.map((error) => ({ at: error.pos[0], words: error.message }))
      : repeatedKeys(document);
  return flaws
    .slice(0, MAX_SYNTAX_ISSUES)
    .map(({ at, words }) => ({ at, words: `is no valid YAML: ${words}` }));
}

/** Keys that stand twice in a map. The composer's own check compares each with all before it. */
function repeatedKeys(document: Document.Parsed): readonly SyntaxFlaw[] {
  const flaws: SyntaxFlaw[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          flaws.push({ at: key.range?.[0] ?? 0, words: "the key stands twice in this map" });
        }
        seen.add(key.value);
      }
    },
  });
  return flaws;
}

function hasTooManyTokens(text: string): boolean {
  if (text.length < COUNTED_LENGTH) return false;
  let count = 0;
  for (const _ of new Lexer().lex(text)) if (++count > MAX_TOKENS) return true;
  return false;
}

function offsetOf(
  { document, root, pairs }: { document: Document; root: Node; pairs: PairIndex },
  path: Path,
  atKey: boolean,
): number {
  let node: Node = root;
  let offset = node.range?.[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    const pair = pairs.pairOf(node, part);
    const key = isNode(pair?.key) ? pair.key : undefined;
    const value = isSeq(node) ? node.items[Number(part)] : pair?.value;
    const child = resolved(document, value);
    const last = depth === path.length - 1;
    if (key !== undefined && ((last && atKey) || child === undefined)) {
      return key.range?.[0] ?? offset;
    }
    if (child === undefined) return offset;
    // An empty value has no place of its own worth showing: its key does.
    const empty = child.range !== undefined && child.range?.[0] === child.range?.[1];
    offset = (empty ? key?.range?.[0] : child.range?.[0]) ?? offset;
    node = child;
  }
  return offset;
}

function resolved(document: Document, node: unknown): Node | undefined {
  if (!isNode(node)) return undefined;
  return "resolve" in node && typeof node.resolve === "function"
    ? ((node.resolve(document) as Node | undefined) ?? node)
    : node;
}

type PairOfKey = ReadonlyMap<string, Pair>;

/** The pairs of a document's maps by key, for those that were asked about. */
class PairIndex {
  private readonly byMap = new WeakMap<Node, PairOfKey>();

  pairOf(parent: Node, part: string | number): Pair | undefined {
    if (!isMap(parent)) return undefined;
    let pairs = this.byMap.get(parent);
    if (pairs === undefined) {
      const keys = parent.items.map((pair): [string, Pair] => {
        const key = isScalar(pair.key) ? pair.key.value : pair.key;
        return [String(key), pair];
      });
      pairs = new Map(keys.toReversed());
      this.byMap.set(parent, pairs);
    }
    return pairs.get(String(part));
  }
}
