import type { CallExpr, CelExpr } from "./cel-expr.js";
import { fail, type Overload, type Size } from "./cel-function.js";
import type { CelType } from "./cel-type.js";
import {
  CelMap,
  CelOptional,
  CelRuntimeError,
  CelUint,
  type CelValue,
  celSize,
  isList,
  keyOf,
  NONE,
  typeNameOf,
} from "./cel-value.js";
import type { CheckedExpression } from "./check-expression.js";
import { costOf, isBinding, STEP_COSTS } from "./estimate-cost.js";

export interface EvaluationOptions {
  readonly variables: ReadonlyMap<string, CelValue>;
  /** In the units of `estimateCost`; an expression that costs more has no value. */
  readonly costLimit: number;
}

/** Thrown through everything: no `||` does without an operand that costs too much. */
class CostLimitExceeded extends Error {}

const COST_EXCEEDED = "operation cancelled: actual cost limit exceeded";

/** The value of an expression. Throws {@link CelRuntimeError} where it has none. */
export function evaluate(checked: CheckedExpression, options: EvaluationOptions): CelValue {
  try {
    return new Evaluation(checked, options).value(checked.expr);
  } catch (error) {
    if (error instanceof CostLimitExceeded) throw new CelRuntimeError(COST_EXCEEDED);
    throw error;
  }
}

type Attempt = { readonly value: CelValue } | { readonly error: CelRuntimeError };

class Evaluation {
  private spent = 0;
  private readonly locals = new Map<string, (CelValue | CelRuntimeError)[]>();

  constructor(
    private readonly checked: CheckedExpression,
    private readonly options: EvaluationOptions,
  ) {}

  value(expr: CelExpr): CelValue {
    switch (expr.kind) {
      case "const":
        return expr.value;
      case "ident":
        this.spend(STEP_COSTS.ident);
        return this.variable(expr.name);
      case "select":
        return this.select(expr);
      case "call":
        return this.call(expr);
      case "list":
        this.spend(STEP_COSTS.list);
        return expr.elements.map((element) => this.value(element));
      case "map":
        return this.map(expr.entries);
      case "comprehension":
        return this.comprehension(expr);
    }
  }

  private spend(cost: number): void {
    this.spent += cost;
    if (this.spent > this.options.costLimit) throw new CostLimitExceeded();
  }

  private attempt(expr: CelExpr): Attempt {
    try {
      return { value: this.value(expr) };
    } catch (error) {
      if (error instanceof CelRuntimeError) return { error };
      throw error;
    }
  }

  private variable(name: string): CelValue {
    const local = this.locals.get(name)?.at(-1);
    if (local instanceof CelRuntimeError) throw local;
    if (local !== undefined) return local;
    return this.options.variables.get(name) ?? fail(`no such attribute(s): ${name}`);
  }

  private select(expr: CelExpr & { kind: "select" }): CelValue {
    const operand = this.value(expr.operand);
    if (expr.testOnly) return fieldOf(operand, expr.field) !== undefined;
    this.spend(STEP_COSTS.select);
    if (operand instanceof CelOptional) return optionalField(operand, expr.field);
    return fieldOf(operand, expr.field) ?? fail(`no such key: ${expr.field}`);
  }

  private map(entries: readonly (readonly [CelExpr, CelExpr])[]): CelValue {
    this.spend(STEP_COSTS.map);
    const made = new Map();
    for (const [key, value] of entries) {
      const at = keyOf(this.value(key)) ?? fail("unsupported key type");
      if (made.has(at)) fail(`Failed with repeated key`);
      made.set(at, this.value(value));
    }
    return new CelMap(made);
  }

  private call(expr: CallExpr): CelValue {
    const { name, args } = expr;
    switch (name) {
      case "_&&_":
        return this.logical(args, false);
      case "_||_":
        return this.logical(args, true);
      case "_?_:_":
        return this.value(bool(this.value(args[0]!)) ? args[1]! : args[2]!);
      case "@not_strictly_false": {
        const tried = this.attempt(args[0]!);
        return "error" in tried || tried.value !== false;
      }
      case "_?._": {
        this.spend(STEP_COSTS.call);
        const operand = this.value(args[0]!);
        return optionalField(operand, String((args[1] as { value?: CelValue }).value));
      }
      default:
        break;
    }
    if (expr.target !== null && (name === "or" || name === "orValue")) {
      const target = this.value(expr.target);
      if (!(target instanceof CelOptional)) fail(`no such overload: ${name}`);
      const { value } = target as CelOptional;
      if (value === undefined) return this.value(args[0]!);
      return name === "or" ? target : value;
    }
    const isMember = expr.target !== null && !this.checked.qualified.has(expr.id);
    const target = isMember ? [this.value(expr.target!)] : [];
    return this.apply(expr, [...target, ...args.map((arg) => this.value(arg))]);
  }

  /** Either operand may decide alone; an error counts only if none does. */
  private logical(operands: readonly CelExpr[], deciding: boolean): boolean {
    let problem: CelRuntimeError | undefined;
    for (const operand of operands) {
      const tried = this.attempt(operand);
      if ("error" in tried) problem ??= tried.error;
      else if (typeof tried.value !== "boolean")
        problem ??= new CelRuntimeError("no such overload");
      else if (tried.value === deciding) return deciding;
    }
    if (problem !== undefined) throw problem;
    return !deciding;
  }

  private apply(expr: CallExpr, operands: readonly CelValue[]): CelValue {
    const possible = this.checked.overloads.get(expr.id) ?? [];
    const overload = possible.find(({ params }) =>
      params.every((type, i) => mayBe(operands[i]!, type)),
    );
    if (overload === undefined) return fail("no such overload");
    const value = (overload.run as (...args: readonly CelValue[]) => CelValue)(...operands);
    this.spend(costOf(overload as Overload, operands.map(exactSize)).cost);
    return value;
  }

  private comprehension(expr: CelExpr & { kind: "comprehension" }): CelValue {
    if (isBinding(expr)) {
      this.spend(STEP_COSTS.list);
      this.push(expr.accumulator, this.value(expr.initial));
      const value = this.value(expr.result);
      this.locals.get(expr.accumulator)!.pop();
      return value;
    }
    const range = this.value(expr.range);
    this.push(expr.accumulator, this.value(expr.initial));
    for (const [first, second] of entriesOf(range, expr.variable2 !== null)) {
      this.push(expr.variable, first);
      if (expr.variable2 !== null) this.push(expr.variable2, second);
      const goesOn = this.value(expr.condition) !== false;
      if (goesOn) this.step(expr);
      this.locals.get(expr.variable)!.pop();
      if (expr.variable2 !== null) this.locals.get(expr.variable2)!.pop();
      if (!goesOn) break;
    }
    const result = this.value(expr.result);
    this.locals.get(expr.accumulator)!.pop();
    return result;
  }

  private step(expr: CelExpr & { kind: "comprehension" }): void {
    const tried = this.attempt(expr.step);
    const accumulated = this.locals.get(expr.accumulator)!;
    accumulated[accumulated.length - 1] = "error" in tried ? tried.error : tried.value;
  }

  private push(name: string, value: CelValue): void {
    const known = this.locals.get(name);
    if (known === undefined) this.locals.set(name, [value]);
    else known.push(value);
  }
}

function bool(value: CelValue): boolean {
  return typeof value === "boolean" ? value : fail("no such overload");
}

function fieldOf(operand: CelValue, field: string): CelValue | undefined {
  if (operand instanceof CelMap) return operand.get(field);
  if (operand instanceof CelOptional) {
    return operand.value === undefined ? undefined : fieldOf(operand.value, field);
  }
  return fail("no such overload");
}

function optionalField(operand: CelValue, field: string): CelOptional {
  const value = fieldOf(operand, field);
  return value === undefined ? NONE : new CelOptional(value);
}

function* entriesOf(
  range: CelValue,
  two: boolean,
): Generator<readonly [first: CelValue, second: CelValue]> {
  if (range instanceof CelMap) yield* range.entries;
  else if (!isList(range)) fail(`got '${typeNameOf(range)}', expected iterable type`);
  else for (const [i, value] of range.entries()) yield two ? [BigInt(i), value] : [value, value];
}

/** Whether a value is of a type, as far as choosing between overloads needs it. */
function mayBe(value: CelValue, type: CelType): boolean {
  switch (type.kind) {
    case "bool":
      return typeof value === "boolean";
    case "int":
      return typeof value === "bigint";
    case "uint":
      return value instanceof CelUint;
    case "double":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "bytes":
      return value instanceof Uint8Array;
    case "list":
      return isList(value) && value.every((one) => mayBe(one, type.of[0]));
    case "map":
      return value instanceof CelMap;
    case "optional":
      return (
        value instanceof CelOptional &&
        (value.value === undefined || mayBe(value.value, type.of[0]))
      );
    case "object":
      return typeNameOf(value) === type.name;
    default:
      return true;
  }
}

function exactSize(value: CelValue): Size {
  const size = celSize(value);
  if (!isList(value)) return { min: size, max: size };
  const sized = value.filter((one) => typeof one === "string" || typeof one === "object");
  if (sized.length === 0) return { min: size, max: size };
  const most = Math.max(...sized.map(celSize));
  return { min: size, max: size, element: { min: 0, max: most } };
}
