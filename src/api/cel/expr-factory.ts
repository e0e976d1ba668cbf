import { ACCUMULATOR, type CelExpr, type Comprehension } from "./cel-expr.js";
import type { CelValue } from "./cel-value.js";

type FoldParts = Omit<Comprehension, "kind" | "variable2" | "accumulator" | "result"> & {
  readonly variable2?: string;
  readonly accumulator?: string;
  readonly result?: CelExpr;
};

/** Makes the nodes of one expression, each with a number of its own. */
export class ExprFactory {
  private lastId = 0;

  private next(at: number): { id: number; at: number } {
    this.lastId += 1;
    return { id: this.lastId, at };
  }

  constant(at: number, value: CelValue): CelExpr {
    return { ...this.next(at), kind: "const", value };
  }

  ident(at: number, name: string): CelExpr {
    return { ...this.next(at), kind: "ident", name };
  }

  select(at: number, operand: CelExpr, field: string, testOnly = false): CelExpr {
    return { ...this.next(at), kind: "select", operand, field, testOnly };
  }

  call(at: number, name: string, args: readonly CelExpr[]): CelExpr {
    return { ...this.next(at), kind: "call", name, target: null, args };
  }

  memberCall(at: number, target: CelExpr, name: string, args: readonly CelExpr[] = []): CelExpr {
    return { ...this.next(at), kind: "call", name, target, args };
  }

  list(at: number, elements: readonly CelExpr[]): CelExpr {
    return { ...this.next(at), kind: "list", elements };
  }

  map(at: number, entries: readonly (readonly [CelExpr, CelExpr])[]): CelExpr {
    return { ...this.next(at), kind: "map", entries };
  }

  fold(at: number, parts: FoldParts): CelExpr {
    const accumulator = parts.accumulator ?? ACCUMULATOR;
    return {
      ...this.next(at),
      kind: "comprehension",
      ...parts,
      variable2: parts.variable2 ?? null,
      accumulator,
      result: parts.result ?? this.ident(at, accumulator),
    };
  }

  /** The same expression once more: numbers are those of one place. */
  copy(expr: CelExpr): CelExpr {
    const numbered = this.next(expr.at);
    switch (expr.kind) {
      case "const":
      case "ident":
        return { ...expr, ...numbered };
      case "select":
        return { ...expr, ...numbered, operand: this.copy(expr.operand) };
      case "call": {
        const target = expr.target === null ? null : this.copy(expr.target);
        return { ...expr, ...numbered, target, args: expr.args.map((arg) => this.copy(arg)) };
      }
      case "list":
        return { ...expr, ...numbered, elements: expr.elements.map((one) => this.copy(one)) };
      case "map": {
        const entries = expr.entries.map(([k, v]) => [this.copy(k), this.copy(v)] as const);
        return { ...expr, ...numbered, entries };
      }
      case "comprehension":
        return {
          ...expr,
          ...numbered,
          range: this.copy(expr.range),
          initial: this.copy(expr.initial),
          condition: this.copy(expr.condition),
          step: this.copy(expr.step),
          result: this.copy(expr.result),
        };
    }
  }
}
