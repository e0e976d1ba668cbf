import { type ASTNode, Environment, EvaluationError, ParseError } from "@marcbachmann/cel-js";
import { UnsignedInt } from "@marcbachmann/cel-js/evaluator";
import type { CelExpr } from "./cel-expr.js";
import { CelSyntaxError } from "./cel-issue.js";
import { CelUint, type CelValue } from "./cel-value.js";
import { ExprFactory } from "./expr-factory.js";
import { globalMacro, receiverMacro } from "./macros.js";

/** Reads the text only: names, types and values are ours. */
const READER = new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true });

const BINARY: ReadonlyMap<string, string> = new Map(
  ["!=", "==", "+", "-", "*", "/", "%", "<", "<=", ">", ">=", "&&", "||"].map((op) => [
    op,
    `_${op}_`,
  ]),
);

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

/** The expression of a text, with its macros expanded. Throws {@link CelSyntaxError}. */
export function parseExpression(text: string): CelExpr {
  try {
    return new Reader(text).read(READER.parse(text).ast);
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof EvaluationError)) throw error;
    const at = error.range?.start ?? 0;
    throw new CelSyntaxError(`Syntax error: ${lowerFirst(error.summary)}`, at);
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

class Reader {
  private readonly make = new ExprFactory();

  constructor(private readonly text: string) {}

  read(node: ASTNode): CelExpr {
    const { make } = this;
    switch (node.op) {
      case "value":
        return make.constant(node.start, this.literal(node.args, node.start));
      case "id":
        return make.ident(node.start, node.args);
      case ".":
        return make.select(this.after(node.args[0], "."), this.read(node.args[0]), node.args[1]);
      case ".?": {
        const at = this.after(node.args[0], ".");
        const field = make.constant(at, node.args[1]);
        return make.call(at, "_?._", [this.read(node.args[0]), field]);
      }
      case "[]":
      case "[?]": {
        const at = this.after(node.args[0], "[");
        const name = node.op === "[]" ? "_[_]" : "_[?_]";
        return make.call(
          at,
          name,
          node.args.map((arg) => this.read(arg)),
        );
      }
      case "call":
        return this.globalCall(node.args[0], node.args[1], node.start);
      case "rcall":
        return this.memberCall(node.args[0], node.args[1], node.args[2]);
      case "list":
        return make.list(
          node.start,
          node.args.map((element) => this.read(element)),
        );
      case "map":
        return make.map(
          node.start,
          node.args.map(([key, value]) => [this.read(key), this.read(value)] as const),
        );
      case "?:": {
        const args = node.args.map((arg) => this.read(arg));
        return make.call(this.after(node.args[0], "?"), "_?_:_", args);
      }
      case "!_":
        return make.call(node.start, "!_", [this.read(node.args)]);
      case "-_":
        return this.negation(node.args, node.start);
      case "in":
        return this.binary("@in", node.op, node.args);
      default:
        return this.binary(BINARY.get(node.op)!, node.op, node.args);
    }
  }

  private literal(value: unknown, at: number): CelValue {
    if (value instanceof UnsignedInt) return new CelUint(value.valueOf());
    if (typeof value === "bigint" && value > MAX_INT) {
      throw new CelSyntaxError("Syntax error: invalid int literal", at);
    }
    return value as CelValue;
  }

  /** A sign before a number belongs to it. */
  private negation(operand: ASTNode, at: number): CelExpr {
    const { make } = this;
    const isNumber = operand.op === "value" && operand.start === at + 1;
    if (isNumber && typeof operand.args === "bigint" && -operand.args >= MIN_INT) {
      return make.constant(at, -operand.args);
    }
    if (isNumber && typeof operand.args === "number") return make.constant(at, -operand.args);
    return make.call(at, "-_", [this.read(operand)]);
  }

  private binary(name: string, sign: string, operands: readonly ASTNode[]): CelExpr {
    const at = this.after(operands[0]!, sign);
    return this.make.call(
      at,
      name,
      operands.map((operand) => this.read(operand)),
    );
  }

  private globalCall(name: string, operands: readonly ASTNode[], start: number): CelExpr {
    const at = this.text.indexOf("(", start);
    const args = operands.map((operand) => this.read(operand));
    return globalMacro(name, { at, args, make: this.make }) ?? this.make.call(at, name, args);
  }

  private memberCall(name: string, receiver: ASTNode, operands: readonly ASTNode[]): CelExpr {
    const at = this.text.indexOf("(", this.text.indexOf(name, receiver.end));
    const args = operands.map((operand) => this.read(operand));
    const target = this.read(receiver);
    const expanded = receiverMacro(name, { at, target, args, make: this.make });
    return expanded ?? this.make.memberCall(at, target, name, args);
  }

  /** Where a sign stands after an operand, whatever brackets close between. */
  private after(operand: ASTNode, sign: string): number {
    const at = this.text.indexOf(sign, operand.end);
    return at < 0 ? operand.end : at;
  }
}
