import { own } from "../../../base/own.js";
import { pow } from "../../../kernel/math.js";
import { FUNCTIONS, listOf, numberOf, OPERATORS, truthOf, type Value } from "./calculations.js";
import { FormulaFlaw, type Token, tokensOf } from "./tokens.js";

/** What the names of a formula stand for; null: a trigger that failed for too long. */
export type FormulaNames = ReadonlyMap<string, number | null>;

interface Scope {
  readonly names: FormulaNames;
  /** What `#` is, in the braces of `count` and its like. */
  readonly item: Value;
}

type Node = (scope: Scope) => Value;

/** How strongly what is not in the table of operators binds. */
const BINDS = { or: 10, and: 15, not: 50, sign: 90, power: 100, otherwise: 500 } as const;

/** By what they make of which items of a list a condition holds for. */
const CONDITIONS: Readonly<Record<string, (held: readonly boolean[]) => Value>> = {
  all: (held) => held.every(Boolean),
  any: (held) => held.some(Boolean),
  none: (held) => !held.some(Boolean),
  one: (held) => held.filter(Boolean).length === 1,
  count: (held) => held.filter(Boolean).length,
};

/**
 * Reads a formula over the metrics of triggers, in the part of the language of expr-lang that calculates
 * with numbers: a function of what its names stand for, or what is wrong with it.
 * Source: KEDA, "Scaling Modifiers"; expr-lang, "Language Definition".
 */
export function readFormula(
  text: string,
  names: ReadonlySet<string>,
): ((names: FormulaNames) => Value) | { readonly problem: string } {
  try {
    const node = new FormulaReader(tokensOf(text), names).whole();
    return (given) => node({ names: given, item: null });
  } catch (error) {
    if (error instanceof FormulaFlaw) return { problem: error.message };
    throw error;
  }
}

/** Calculates; a value that its operators do not take is a problem. */
export function calculate(
  formula: (names: FormulaNames) => Value,
  names: FormulaNames,
): Value | { readonly problem: string } {
  try {
    return formula(names);
  } catch (error) {
    if (error instanceof FormulaFlaw) return { problem: error.message };
    throw error;
  }
}

class FormulaReader {
  private next = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly names: ReadonlySet<string>,
  ) {}

  whole(): Node {
    const node = this.choice();
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

  private choice(): Node {
    const condition = this.binary(0);
    if (!this.takes("?")) return condition;
    const yes = this.choice();
    this.expect(":");
    const no = this.choice();
    return (scope) => (truthOf(condition(scope), "?") ? yes(scope) : no(scope));
  }

  private binary(least: number): Node {
    let left = this.unary();
    for (;;) {
      const node = this.operation(left, least);
      if (node === null) return left;
      left = node;
    }
  }

  private operation(left: Node, least: number): Node | null {
    const { text, kind } = this.token;
    if (kind !== "operator" && !["and", "or"].includes(text)) return null;
    const right = (binds: number): Node => {
      this.next += 1;
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

  private unary(): Node {
    if (this.takes("!") || this.takes("not")) {
      const of = this.binary(BINDS.not);
      return (scope) => !truthOf(of(scope), "not");
    }
    if (this.takes("-")) {
      const of = this.binary(BINDS.sign);
      return (scope) => -numberOf(of(scope), "-");
    }
    if (this.takes("+")) return this.binary(BINDS.sign);
    return this.primary();
  }

  private primary(): Node {
    const { kind, text, at } = this.token;
    if (this.takes("(")) {
      const node = this.choice();
      this.expect(")");
      return node;
    }
    if (this.takes("[")) {
      const items = this.list("]");
      return (scope) => items.map((item) => item(scope));
    }
    if (this.takes("#")) return ({ item }) => item;
    if (kind === "end") throw new FormulaFlaw("ends too early");
    this.next += 1;
    if (kind === "number") {
      const value = Number(text.replace(/_/g, ""));
      return () => value;
    }
    if (kind !== "name") throw new FormulaFlaw(`unexpected ${JSON.stringify(text)} at ${at}`);
    if (text === "true" || text === "false") return () => text === "true";
    if (text === "nil") return () => null;
    if (this.takes("(")) return this.call(text, at);
    if (!this.names.has(text)) throw new FormulaFlaw(`unknown name ${text} at ${at}`);
    return ({ names }) => names.get(text) ?? null;
  }

  /** The items up to a closing bracket. */
  private list(end: string): readonly Node[] {
    const items: Node[] = [];
    if (this.takes(end)) return items;
    do items.push(this.choice());
    while (this.takes(","));
    this.expect(end);
    return items;
  }

  private call(name: string, at: number): Node {
    const condition = own(CONDITIONS, name);
    if (condition !== undefined) return this.conditionCall(name, condition);
    const known = own(FUNCTIONS, name);
    if (known === undefined) {
      const names = [...Object.keys(FUNCTIONS), ...Object.keys(CONDITIONS)].join(", ");
      throw new FormulaFlaw(`function ${name} at ${at} is not modelled: those are ${names}`);
    }
    const values = this.list(")");
    if (values.length === 0) throw new FormulaFlaw(`not enough arguments to call ${name} at ${at}`);
    return (scope) => known(...values.map((value) => value(scope)));
  }

  private conditionCall(name: string, of: (held: readonly boolean[]) => Value): Node {
    const items = this.choice();
    this.expect(",");
    const isBraced = this.takes("{");
    const condition = this.choice();
    if (isBraced) this.expect("}");
    this.expect(")");
    return (scope) =>
      of(
        listOf(items(scope), name).map((item) =>
          truthOf(condition({ names: scope.names, item }), name),
        ),
      );
  }
}
