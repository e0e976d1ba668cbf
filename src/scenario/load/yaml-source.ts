import {
  Composer,
  type CST,
  type Document,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  visit,
} from "yaml";
import type { Issue } from "../issue.js";
import {
  controlCharacterAt,
  KUBERNETES_COMPOSING,
  KUBERNETES_DIALECT,
  kubernetesValue,
  YamlFlaw,
} from "./kubernetes-yaml.js";
import { NodePlaces } from "./node-places.js";
import { type PlainYaml, readPlainYaml } from "./plain-yaml.js";
import { type Dialect, syntaxFlaw } from "./syntax-flaw.js";

export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One document of a YAML or JSON text: its plain value, and where each field of it stands. */
export interface YamlDocument {
  readonly value: unknown;
  /** A scalar at a path as it is written, where it has no quotes. */
  plainText?(path: Path): string | undefined;
  /** Keys that stand twice in their map: the last one counts. */
  readonly repeated?: readonly { readonly place: Place; readonly key: string }[];
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

const COMPOSING = {
  merge: true,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "error",
} as const;

const DIALECT: Dialect = { versions: ["1.1", "1.2"], escapes: [] };

interface ParsedYaml {
  readonly documents: readonly YamlDocument[];
  readonly issues: readonly Issue[];
}

interface ParseOptions {
  readonly file: string;
  /** The file's line, from 1, that a line of the text is; the same without it. */
  readonly lineOf?: (line: number) => number;
  /**
   * `kubernetes`: as kubectl and the API server read it. Else YAML 1.2, and a key that stands twice is
   * an issue.
   */
  readonly dialect?: "kubernetes";
}

/**
 * All documents of a text that are not empty, or what keeps it from being read: the first syntax error of
 * each, keys that stand twice, aliases without an anchor or that expand beyond measure.
 */
export function parseYaml(text: string, options: ParseOptions): ParsedYaml {
  const plain = options.dialect === "kubernetes" ? readPlainYaml(text) : undefined;
  if (plain === undefined) return parseAnyYaml(text, options);
  return { documents: [plainDocument(plain, text, options)], issues: [] };
}

/** Places inside of the value are looked for only when somebody asks: the text is read once more then. */
function plainDocument(plain: PlainYaml, text: string, options: ParseOptions): YamlDocument {
  const { lineOf = (line) => line } = options;
  const { value, place, firstPlace } = plain;
  let whole: YamlDocument | undefined;
  const read = (): YamlDocument | undefined => {
    whole ??= parseAnyYaml(text, options).documents[0];
    return whole;
  };
  const given = ({ line, column }: Place): Place => ({ line: lineOf(line), column });
  return {
    value,
    repeated: [],
    plainText: (path) => read()?.plainText?.(path),
    placeOf(path, atKey) {
      if (path.length === 0) return given(place);
      if (path.length === 1 && path[0] === 0 && firstPlace !== undefined) return given(firstPlace);
      return read()?.placeOf(path, atKey) ?? given(place);
    },
  };
}

function parseAnyYaml(text: string, options: ParseOptions): ParsedYaml {
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
  const isKubernetes = options.dialect === "kubernetes";
  const readValue = isKubernetes ? kubernetesValue : yaml12Value;
  let parsed: Document.Parsed[];
  try {
    if (hasTooManyTokens(text)) {
      const message = `holds more than ${MAX_TOKENS} tokens of YAML: split it`;
      return { documents: [], issues: [whole(message, placeAt(0))] };
    }
    const composer = new Composer(isKubernetes ? KUBERNETES_COMPOSING : COMPOSING);
    parsed = [...composer.compose(shallow(new Parser(lines.addNewLine).parse(text)))];
  } catch (error) {
    return { documents: [], issues: [whole(failureOf(error), placeAt(0))] };
  }
  const control = isKubernetes ? controlCharacterAt(text) : -1;
  if (control >= 0) {
    const message = `${NOT_YAML}control characters are not allowed, but as escapes in double quotes`;
    return { documents: [], issues: [whole(message, placeAt(control))] };
  }
  const documents: YamlDocument[] = [];
  const issues: Issue[] = [];
  for (const document of parsed) {
    const flaw = syntaxFlaw(document, text, isKubernetes ? KUBERNETES_DIALECT : DIALECT);
    if (flaw !== null) {
      issues.push(whole(NOT_YAML + flaw.words, placeAt(flaw.at)));
      continue;
    }
    try {
      const { value, repeated } = readValue(document, text);
      if (value === null || value === undefined) continue;
      const places = new NodePlaces(document);
      documents.push({
        value,
        placeOf: (path, atKey = false) => placeAt(places.offsetOf(path, atKey)),
        plainText: (path) => places.plainText(path),
        repeated: repeated.map(({ offset, key }) => ({ place: placeAt(offset), key })),
      });
    } catch (error) {
      const at = error instanceof YamlFlaw ? error.offset : document.range[0];
      issues.push(whole(failureOf(error), placeAt(at)));
    }
  }
  return { documents, issues };
}

const NOT_YAML = "is no valid YAML: ";

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

/** As YAML 1.2 has it; nothing in the value is reached twice. */
function yaml12Value(document: Document.Parsed): { value: unknown; repeated: readonly never[] } {
  refuseRepeatedKeys(document);
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  let aliased = false;
  visit(document, {
    Alias() {
      aliased = true;
      return visit.BREAK;
    },
  });
  return { value: aliased ? copyOf(value, new Set()) : value, repeated: [] };
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
  return `${NOT_YAML}${message}`;
}

/** The composer's own check compares each key with all before it. */
function refuseRepeatedKeys(document: Document.Parsed): void {
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          throw new YamlFlaw(key.range?.[0] ?? 0, "the key stands twice in this map");
        }
        seen.add(key.value);
      }
    },
  });
}

function hasTooManyTokens(text: string): boolean {
  if (text.length < COUNTED_LENGTH) return false;
  let count = 0;
  for (const _ of new Lexer().lex(text)) if (++count > MAX_TOKENS) return true;
  return false;
}
