import { own } from "../../../base/own.js";
import { pow } from "../../../kernel/math.js";
import { FUNCTIONS, OPERATORS } from "./calculations.js";
import { ITEM_FUNCTIONS, WITHOUT_EXPRESSION } from "./item-functions.js";
import { FormulaFlaw, type Token } from "./tokens.js";
import { isNumber, listOf, numberOf, truthOf, type Value, wholeOf } from "./values.js";

interface Scope {
  /** Metrics of triggers, and what `let` has named. */
  readonly names: ReadonlyMap<string, Value>;
  /** What `#` is, in the expression of `count` and its like. */
  readonly item: Value;
  /** What `#acc` is, in that of `reduce`. */
  readonly sum: Value;
}

type Node = (scope: Scope) => Value;

/** How strongly what is not in the table of operators binds. */
const BINDS = { or: 10, and: 15, not: 50, sign: 90, power: 100, otherwise: 500 } as const;

/** Words that are operators. */
const WORDS: ReadonlySet<string> = new Set(["and", "or", "in", "not"]);

const REDUCE = "reduce";

/** Reads the tokens of a formula by how strongly its operators bind. */
export class FormulaReader {
  private next = 0;
  /** Those of triggers, and of `let`. */
  private readonly names: Set<string>;

  constructor(
    private readonly tokens: readonly Token[],
    names: ReadonlySet<string>,
  ) {
    this.names = new Set(names);
  }

  whole(): Node {
    const node = this.expression();
    const { kind, text, at } = this.token;
    if (kind !== "end") throw new FormulaFlaw(`unexpected ${JSON.stringify(text)} at ${at}`);
    return node;
  }

  private get token(): Token {
    return this.tokens[this.next]!;
  }

  private takes(text: string): boolean {
    if (this.token.kind === "end" || this.token.text !== text) return false;
    this.next += 1;
    return true;
  }

  private expect(text: string): void {
    if (this.takes(text)) return;
    const found = this.token.kind === "end" ? "the end" : JSON.stringify(this.token.text);
    throw new FormulaFlaw(`expected ${JSON.stringify(text)} at ${this.token.at}, found ${found}`);
  }

  private name(): Token {
    const { token } = this;
    if (token.kind !== "name") {
      throw new FormulaFlaw(`expected a name at ${token.at}, found ${JSON.stringify(token.text)}`);
    }
    this.next += 1;
    return token;
  }

  private expression(): Node {
    if (this.takes("let")) return this.declaration();
    if (this.takes("if")) return this.conditional();
    const condition = this.binary(0);
    if (!this.takes("?")) return condition;
    const yes = this.expression();
    this.expect(":");
    return choice(condition, "?", yes, this.expression());
  }

  /** `let name = value; the rest` */
  private declaration(): Node {
    const { text, at } = this.name();
    if (this.names.has(text)) throw new FormulaFlaw(`cannot redeclare ${text} at ${at}`);
    this.expect("=");
    const value = this.expression();
    this.expect(";");
    this.names.add(text);
    const rest = this.expression();
    this.names.delete(text);
    return (scope) =>
      rest({ ...scope, names: new Map([...scope.names, [text, value(scope)] as const]) });
  }

  /** `if condition { value } else { value }` */
  private conditional(): Node {
    const condition = this.binary(0);
    const yes = this.block();
    this.expect("else");
    return choice(condition, "if", yes, this.takes("if") ? this.conditional() : this.block());
  }

  private block(): Node {
    this.expect("{");
    const node = this.expression();
    this.expect("}");
    return node;
  }

  private binary(least: number): Node {
    let left = this.unary();
    for (;;) {
      const node = this.operation(left, least) ?? (least === 0 ? this.pipe(left) : null);
      if (node === null) return left;
      left = node;
    }
  }

  /** `value | function(more)`: the value is its first argument. */
  private pipe(first: Node): Node | null {
    if (!this.takes("|")) return null;
    const { text, at } = this.name();
    this.expect("(");
    return this.followed(this.call(text, at, first));
  }

  private operation(left: Node, least: number): Node | null {
    const { kind } = this.token;
    const text = this.operator();
    if (kind !== "operator" && !WORDS.has(text.split(" ")[0]!)) return null;
    const right = (binds: number): Node => {
      this.next += text === "not in" ? 2 : 1;
      return this.binary(binds);
    };
    if ((text === "||" || text === "or") && BINDS.or >= least) {
      const second = right(BINDS.or + 1);
      return (scope) => truthOf(left(scope), text) || truthOf(second(scope), text);
    }
    if ((text === "&&" || text === "and") && BINDS.and >= least) {
      const second = right(BINDS.and + 1);
      return (scope) => truthOf(left(scope), text) && truthOf(second(scope), text);
    }
    if (text === "??" && BINDS.otherwise >= least) {
      const second = right(BINDS.otherwise + 1);
      return (scope) => left(scope) ?? second(scope);
    }
    if ((text === "**" || text === "^") && BINDS.power >= least) {
      const second = right(BINDS.power);
      return (scope) => pow(numberOf(left(scope), text), numberOf(second(scope), text));
    }
    const operator = own(OPERATORS, text);
    if (operator === undefined || operator.binds < least) return null;
    const second = right(operator.binds + 1);
    return (scope) => operator.of(left(scope), second(scope));
  }

  private operator(): string {
    const { text } = this.token;
    return text === "not" && this.tokens[this.next + 1]?.text === "in" ? "not in" : text;
  }

  private unary(): Node {
    if (this.takes("!") || this.takes("not")) {
      const of = this.binary(BINDS.not);
      return (scope) => !truthOf(of(scope), "not");
    }
    if (this.takes("-")) {
      const of = this.binary(BINDS.sign);
      return (scope) => {
        const value = of(scope);
        return typeof value === "bigint" ? -value : -numberOf(value, "-");
      };
    }
    if (this.takes("+")) {
      const of = this.binary(BINDS.sign);
      return (scope) => {
        const value = of(scope);
        return isNumber(value) ? value : numberOf(value, "+");
      };
    }
    return this.followed(this.primary());
  }

  /** An item of a list by its place, which counts from the end where it is below 0. */
  private followed(first: Node): Node {
    let node = first;
    while (this.takes("[")) {
      const [list, index] = [node, this.expression()];
      this.expect("]");
      node = (scope) => {
        const items = listOf(list(scope), "[ ]");
        const place = Number(wholeOf(index(scope), "[ ]"));
        const item = items.at(place);
        if (item !== undefined) return item;
        throw new FormulaFlaw(`index out of range: ${place} (array length is ${items.length})`);
      };
    }
    return node;
  }

  private primary(): Node {
    const { kind, text, at } = this.token;
    if (this.takes("(")) {
      const node = this.expression();
      this.expect(")");
      return node;
    }
    if (this.takes("[")) {
      const items = this.list("]");
      return (scope) => items.map((item) => item(scope));
    }
    if (this.takes("#")) return ({ item }) => item;
    if (this.takes("#acc")) return ({ sum }) => sum;
    if (kind === "end") throw new FormulaFlaw("ends too early");
    this.next += 1;
    if (kind === "number") return literal(text);
    if (kind !== "name") throw new FormulaFlaw(`unexpected ${JSON.stringify(text)} at ${at}`);
    if (text === "true" || text === "false") return () => text === "true";
    if (text === "nil") return () => null;
    if (this.takes("(")) return this.call(text, at, null);
    if (!this.names.has(text)) throw new FormulaFlaw(`unknown name ${text} at ${at}`);
    return ({ names }) => names.get(text) ?? null;
  }

  /** The items up to a closing bracket. */
  private list(end: string): readonly Node[] {
    const items: Node[] = [];
    if (this.takes(end)) return items;
    do items.push(this.expression());
    while (this.takes(","));
    this.expect(end);
    return items;
  }

  /** Its opening bracket is read; `first` stood before a pipe. */
  private call(name: string, at: number, first: Node | null): Node {
    if (name === REDUCE || own(ITEM_FUNCTIONS, name) !== undefined) {
      return this.itemCall(name, first);
    }
    const known = own(FUNCTIONS, name);
    if (known === undefined) throw new FormulaFlaw(unknownFunction(name, at));
    const values = [...(first === null ? [] : [first]), ...this.list(")")];
    if (values.length === 0) throw new FormulaFlaw(`not enough arguments to call ${name} at ${at}`);
    return (scope) => known(...values.map((value) => value(scope)));
  }

  private itemCall(name: string, first: Node | null): Node {
    const items = first ?? this.expression();
    if (WITHOUT_EXPRESSION.has(name) && this.takes(")")) {
      const of = own(ITEM_FUNCTIONS, name)!;
      return (scope) => {
        const all = listOf(items(scope), name);
        return of({ items: all, results: all });
      };
    }
    if (first === null) this.expect(",");
    const each = this.takes("{") ? this.braced() : this.expression();
    if (name === REDUCE) return this.reduce(items, each);
    this.expect(")");
    const of = own(ITEM_FUNCTIONS, name)!;
    return (scope) => {
      const all = listOf(items(scope), name);
      return of({ items: all, results: all.map((item) => each({ ...scope, item })) });
    };
  }

  private braced(): Node {
    const node = this.expression();
    this.expect("}");
    return node;
  }

  /** Without a start, it begins with the first item. */
  private reduce(items: Node, each: Node): Node {
    const start = this.takes(",") ? this.expression() : null;
    this.expect(")");
    return (scope) => {
      const all = listOf(items(scope), REDUCE);
      if (start === null && all.length === 0) throw new FormulaFlaw("reduce of an empty list");
      let sum = start === null ? all[0]! : start(scope);
      for (const item of start === null ? all.slice(1) : all) sum = each({ ...scope, item, sum });
      return sum;
    };
  }
}

function choice(condition: Node, what: string, yes: Node, no: Node): Node {
  return (scope) => (truthOf(condition(scope), what) ? yes(scope) : no(scope));
}

/** Whole where it is written so. */
function literal(text: string): Node {
  const digits = text.replace(/_/g, "");
  const isWhole = /^(?:\d+|0[xXbBoO][\da-fA-F]+)$/.test(digits);
  const value: Value = isWhole ? BigInt.asIntN(64, BigInt(digits)) : Number(digits);
  return () => value;
}

function unknownFunction(name: string, at: number): string {
  const names = [...Object.keys(FUNCTIONS), ...Object.keys(ITEM_FUNCTIONS), REDUCE].sort();
  return `function ${name} at ${at} is not modelled: those are ${[...new Set(names)].join(", ")}`;
}
