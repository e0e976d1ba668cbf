import type { MathNode } from "mathjs";
import { cos, exp, ln, pow, sin, tan } from "../../kernel/math.js";

/** A number as a function of the seconds since the start. */
export type OfTime = (seconds: number) => number;

/** What is wrong with an expression: a value, not thrown. */
export interface ExpressionProblem {
  readonly problem: string;
}

const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E, tau: 2 * Math.PI };

type Calculation = (...values: number[]) => number;

/** By mathjs' names of operators; comparisons give 1 and 0. */
const OPERATORS: Readonly<Record<string, Calculation>> = {
  add: (x, y) => x! + y!,
  subtract: (x, y) => x! - y!,
  multiply: (x, y) => x! * y!,
  divide: (x, y) => x! / y!,
  pow: (x, y) => pow(x!, y!),
  mod: modulo,
  unaryMinus: (x) => -x!,
  unaryPlus: (x) => x!,
  smaller: (x, y) => Number(x! < y!),
  larger: (x, y) => Number(x! > y!),
  smallerEq: (x, y) => Number(x! <= y!),
  largerEq: (x, y) => Number(x! >= y!),
  equal: (x, y) => Number(x === y),
  unequal: (x, y) => Number(x !== y),
  and: (x, y) => Number(x !== 0 && y !== 0),
  or: (x, y) => Number(x !== 0 || y !== 0),
  not: (x) => Number(x === 0),
};

/** Each with how many arguments it takes; 0: any number, at least one. */
const FUNCTIONS: Readonly<Record<string, readonly [number, Calculation]>> = {
  abs: [1, (x) => Math.abs(x!)],
  ceil: [1, (x) => Math.ceil(x!)],
  cos: [1, (x) => cos(x!)],
  exp: [1, (x) => exp(x!)],
  floor: [1, (x) => Math.floor(x!)],
  log: [1, (x) => ln(x!)],
  max: [0, (...all) => Math.max(...all)],
  min: [0, (...all) => Math.min(...all)],
  mod: [2, modulo],
  pow: [2, (x, y) => pow(x!, y!)],
  round: [1, (x) => Math.round(x!)],
  sign: [1, (x) => Math.sign(x!)],
  sin: [1, (x) => sin(x!)],
  sqrt: [1, (x) => Math.sqrt(x!)],
  tan: [1, (x) => tan(x!)],
};

/** With the sign of the divisor, as mathjs has it. */
function modulo(x = 0, y = 0): number {
  return y === 0 ? x : x - y * Math.floor(x / y);
}

/**
 * An expression of `t` as a function, or what in it is not arithmetic. It is read by mathjs and
 * calculated here, so that nothing of mathjs' can be called from it and every machine finds the same.
 */
export async function rateExpression(text: string): Promise<OfTime | ExpressionProblem> {
  const { parse } = await import("mathjs");
  let tree: MathNode;
  try {
    tree = parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { problem: `is no expression: ${why}` };
  }
  try {
    return compiled(tree).at;
  } catch (error) {
    if (error instanceof NotArithmetic) return { problem: error.message };
    throw error;
  }
}

class NotArithmetic extends Error {}

/** What of mathjs' nodes is looked at. */
interface AnyNode {
  readonly type: string;
  readonly value?: unknown;
  readonly name?: string;
  readonly content?: AnyNode;
  readonly fn?: string | { readonly name?: string };
  readonly args?: readonly AnyNode[];
  readonly condition?: AnyNode;
  readonly trueExpr?: AnyNode;
  readonly falseExpr?: AnyNode;
  toString(): string;
}

/** A part of an expression; `value`: that of one that does not change with time, which is worked out once. */
interface Compiled {
  readonly at: OfTime;
  readonly value?: number;
}

const constant = (value: number): Compiled => ({ at: () => value, value });

function compiled(tree: MathNode | AnyNode): Compiled {
  const node = tree as unknown as AnyNode;
  switch (node.type) {
    case "ConstantNode": {
      const { value } = node;
      if (typeof value !== "number") throw new NotArithmetic(`\`${node}\` is no number`);
      return constant(value);
    }
    case "SymbolNode":
      return symbol(node.name ?? "");
    case "ParenthesisNode":
      return compiled(node.content!);
    case "OperatorNode":
      return operator(node);
    case "FunctionNode":
      return call(node);
    case "ConditionalNode": {
      const { at: condition } = compiled(node.condition!);
      const [{ at: yes }, { at: no }] = [compiled(node.trueExpr!), compiled(node.falseExpr!)];
      return { at: (t) => (condition(t) !== 0 ? yes(t) : no(t)) };
    }
    default:
      throw new NotArithmetic(
        `\`${node}\` is not arithmetic: expected numbers, t, operators and functions such as sin`,
      );
  }
}

function symbol(name: string): Compiled {
  if (name === "t") return { at: (t) => t };
  const value = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
  if (value === undefined) {
    throw new NotArithmetic(
      `\`${name}\` is unknown: expected t, ${Object.keys(CONSTANTS).join(", ")}`,
    );
  }
  return constant(value);
}

function operator(node: AnyNode): Compiled {
  const name = String(node.fn);
  const calculation = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (calculation === undefined) throw new NotArithmetic(`\`${node}\` is not arithmetic`);
  return applied(calculation, node.args ?? []);
}

function call(node: AnyNode): Compiled {
  const { fn } = node;
  const name = typeof fn === "string" ? fn : (fn?.name ?? "");
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (known === undefined) {
    const names = Object.keys(FUNCTIONS).join(", ");
    throw new NotArithmetic(`\`${name || node}\` may not be called: expected one of ${names}`);
  }
  const [arity, calculation] = known;
  const args = node.args ?? [];
  if (arity === 0 ? args.length === 0 : args.length !== arity) {
    const expected = arity === 0 ? "at least one" : `${arity}`;
    throw new NotArithmetic(`\`${node}\` has ${args.length} arguments: expected ${expected}`);
  }
  return applied(calculation, args);
}

/** How the four operators are applied to a number and a part, a part and a number, and two parts: without a call more. */
interface PlainForms {
  readonly left: (value: number, of: OfTime) => OfTime;
  readonly right: (of: OfTime, value: number) => OfTime;
  readonly both: (first: OfTime, second: OfTime) => OfTime;
}

const PLAIN: ReadonlyMap<Calculation, PlainForms> = new Map([
  [
    OPERATORS.add!,
    {
      left: (value, of) => (t) => value + of(t),
      right: (of, value) => (t) => of(t) + value,
      both: (first, second) => (t) => first(t) + second(t),
    },
  ],
  [
    OPERATORS.subtract!,
    {
      left: (value, of) => (t) => value - of(t),
      right: (of, value) => (t) => of(t) - value,
      both: (first, second) => (t) => first(t) - second(t),
    },
  ],
  [
    OPERATORS.multiply!,
    {
      left: (value, of) => (t) => value * of(t),
      right: (of, value) => (t) => of(t) * value,
      both: (first, second) => (t) => first(t) * second(t),
    },
  ],
  [
    OPERATORS.divide!,
    {
      left: (value, of) => (t) => value / of(t),
      right: (of, value) => (t) => of(t) / value,
      both: (first, second) => (t) => first(t) / second(t),
    },
  ],
]);

function applied(calculation: Calculation, nodes: readonly AnyNode[]): Compiled {
  const parts = nodes.map(compiled);
  const values = parts.flatMap(({ value }) => (value === undefined ? [] : [value]));
  if (values.length === parts.length) return constant(calculation(...values));
  return { at: parts.length > 2 ? ofMany(calculation, parts) : ofFew(calculation, parts) };
}

function ofFew(calculation: Calculation, [first, second]: readonly Compiled[]): OfTime {
  const { at, value } = first!;
  if (second === undefined) return (t) => calculation(at(t));
  const { at: secondAt, value: secondValue } = second;
  const plain = PLAIN.get(calculation);
  if (plain !== undefined) {
    if (value !== undefined) return plain.left(value, secondAt);
    return secondValue === undefined ? plain.both(at, secondAt) : plain.right(at, secondValue);
  }
  if (value !== undefined) return (t) => calculation(value, secondAt(t));
  if (secondValue !== undefined) return (t) => calculation(at(t), secondValue);
  return (t) => calculation(at(t), secondAt(t));
}

function ofMany(calculation: Calculation, parts: readonly Compiled[]): OfTime {
  return (t) => calculation(...parts.map(({ at }) => at(t)));
}
