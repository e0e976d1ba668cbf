import {
  Composer,
  type CST,
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  visit,
  type YAMLError,
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

const MAX_SYNTAX_ISSUES = 5;

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
    const composer = new Composer({ merge: true, prettyErrors: false, logLevel: "error" });
    parsed = [...composer.compose(shallow(new Parser(lines.addNewLine).parse(text)))];
  } catch (error) {
    return { documents: [], issues: [whole(failureOf(error), placeAt(0))] };
  }
  const documents: YamlDocument[] = [];
  const issues: Issue[] = [];
  for (const document of parsed) {
    if (document.errors.length > 0) {
      issues.push(
        ...syntaxIssues(document.errors).map(({ at, words }) => whole(words, placeAt(at))),
      );
      continue;
    }
    try {
      const value = unshared(document, document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }));
      if (value === null || value === undefined) continue;
      const root = document.contents as Node;
      documents.push({
        value,
        placeOf: (path, atKey = false) => placeAt(offsetOf(document, root, path, atKey)),
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

/** The first of a document's errors: later ones mostly follow from it. */
function syntaxIssues(errors: readonly YAMLError[]): readonly { at: number; words: string }[] {
  const deep = errors.find((error) => error.message.includes("call stack"));
  if (deep !== undefined) return [{ at: 0, words: "is nested too deeply" }];
  return errors
    .slice(0, MAX_SYNTAX_ISSUES)
    .map((error) => ({ at: error.pos[0], words: `is no valid YAML: ${wordsOf(error)}` }));
}

function wordsOf(error: YAMLError): string {
  return error.code === "DUPLICATE_KEY" ? "the key stands twice in this map" : error.message;
}

function offsetOf(document: Document, root: Node, path: Path, atKey: boolean): number {
  let node: Node = root;
  let offset = node.range?.[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    const parent = node;
    const key = keyNode(document, parent, part);
    const child = valueNode(document, parent, part);
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

function pairOf(parent: Node, part: string | number) {
  if (!isMap(parent)) return undefined;
  return parent.items.find((pair) => {
    const key = isScalar(pair.key) ? pair.key.value : pair.key;
    return String(key) === String(part);
  });
}

function keyNode(_document: Document, parent: Node, part: string | number): Node | undefined {
  const key = pairOf(parent, part)?.key;
  return isNode(key) ? key : undefined;
}

function valueNode(document: Document, parent: Node, part: string | number): Node | undefined {
  if (isSeq(parent)) return resolved(document, parent.items[Number(part)]);
  return resolved(document, pairOf(parent, part)?.value);
}
