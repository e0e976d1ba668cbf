import type { Requirement, SelectorOperator } from "./label-selector.js";

/** A word, or one of the symbols `= == != < > ( ) , !`; "end" closes the list. */
interface Token {
  readonly kind: "word" | "symbol" | "end";
  readonly text: string;
}

const TOKEN = /[ \t\r\n]*(==|!=|[=!<>(),]|[^ \t\r\n=!<>(),]+)/y;

const COMPARISONS: ReadonlyMap<string, SelectorOperator> = new Map([
  ["=", "Equals"],
  ["==", "DoubleEquals"],
  ["!=", "NotEquals"],
  [">", "GreaterThan"],
  ["<", "LessThan"],
]);

function tokens(text: string): readonly Token[] {
  const list: Token[] = [];
  const scan = new RegExp(TOKEN);
  for (;;) {
    const match = scan.exec(text);
    if (match === null) return [...list, { kind: "end", text: "" }];
    const found = match[1]!;
    list.push({ kind: /^[=!<>(),]/.test(found) ? "symbol" : "word", text: found });
  }
}

/** What the reader stumbled over; caught in {@link parseSelectorText}, never seen outside. */
class Unexpected {
  constructor(
    readonly token: Token,
    readonly wanted: string,
  ) {}
}

class Reader {
  private at = 0;

  constructor(private readonly list: readonly Token[]) {}

  peek(): Token {
    return this.list[Math.min(this.at, this.list.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  is(text: string): boolean {
    const token = this.peek();
    return token.kind === "symbol" && token.text === text;
  }

  take(text: string): boolean {
    const found = this.is(text);
    if (found) this.at += 1;
    return found;
  }

  fail(wanted: string): never {
    throw new Unexpected(this.peek(), wanted);
  }
}

function readValues(reader: Reader): string[] {
  if (!reader.take("(")) reader.fail("'('");
  const values = new Set<string>();
  for (;;) {
    // An empty place between commas stands for the empty value.
    if (reader.peek().kind === "word") values.add(reader.next().text);
    else if (reader.is(",") || reader.is(")")) values.add("");
    else reader.fail("a value, ',' or ')'");
    if (reader.take(")")) return [...values].sort();
    if (!reader.take(",")) reader.fail("',' or ')'");
  }
}

function readExactValue(reader: Reader): string {
  if (reader.peek().kind === "end" || reader.is(",")) return "";
  if (reader.peek().kind !== "word") reader.fail("a value");
  return reader.next().text;
}

function readRequirement(reader: Reader): Requirement {
  const negated = reader.take("!");
  if (reader.peek().kind !== "word") reader.fail("a label key");
  const key = reader.next().text;
  if (reader.peek().kind === "end" || reader.is(",")) {
    return { key, operator: negated ? "DoesNotExist" : "Exists", values: [] };
  }
  if (negated) reader.fail("',' or the end");
  const token = reader.peek();
  if (token.kind === "word" && (token.text === "in" || token.text === "notin")) {
    reader.next();
    return { key, operator: token.text === "in" ? "In" : "NotIn", values: readValues(reader) };
  }
  const operator = token.kind === "symbol" ? COMPARISONS.get(token.text) : undefined;
  if (operator === undefined) reader.fail("one of =, ==, !=, in, notin, <, >");
  reader.next();
  return { key, operator, values: [readExactValue(reader)] };
}

/** The requirements in the order of the text, not yet checked; or a sentence about what is wrong. */
export function parseSelectorText(text: string): readonly Requirement[] | string {
  const reader = new Reader(tokens(text));
  const requirements: Requirement[] = [];
  try {
    if (reader.peek().kind === "end") return requirements;
    do requirements.push(readRequirement(reader));
    while (reader.take(","));
    if (reader.peek().kind !== "end") reader.fail("',' or the end");
    return requirements;
  } catch (thrown) {
    if (!(thrown instanceof Unexpected)) throw thrown;
    const found = thrown.token.kind === "end" ? "the end" : `'${thrown.token.text}'`;
    return `${JSON.stringify(text)} is not a selector: found ${found} where ${thrown.wanted} is expected`;
  }
}
