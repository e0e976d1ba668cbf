import { type CallExpr, type CelExpr, ACCUMULATOR } from "./cel-expr.js";
import { type CallCost, fixed, type Overload, product, type Size, union } from "./cel-function.js";
import { type CelType, sameType } from "./cel-type.js";
import { celSize } from "./cel-value.js";
import type { CheckedExpression } from "./check-expression.js";

/** The most that a variable, or a part of it, can hold. */
export interface DeclaredSize {
  readonly max: number;
  /** Of an object, by name; of a map of attributes, any name. */
  readonly fields?: Readonly<Record<string, DeclaredSize>>;
  readonly anyField?: DeclaredSize;
  readonly keys?: DeclaredSize;
  readonly values?: DeclaredSize;
}

const UNKNOWN: Size = { min: 0, max: Number.POSITIVE_INFINITY };
const SCALARS: ReadonlySet<string> = new Set(["bool", "int", "uint", "double"]);

/** What a step of each kind costs, beside its parts. Source: cel-go `common/cost.go`. */
export const STEP_COSTS = { ident: 1, select: 1, list: 10, map: 30, call: 1 } as const;

/** Kubernetes' types, whose values are compared in one step. */
const isKubernetes = (type: CelType | undefined): boolean => type?.kind === "object";

/**
 * The most that an expression can cost, whatever the values of its variables within their declared
 * sizes, in the units of cel-go. Source: cel-go `checker/cost.go`, apiserver `pkg/cel/library/cost.go`.
 */
export function estimateCost(
  checked: CheckedExpression,
  variables: Readonly<Record<string, DeclaredSize>>,
): number {
  return new Estimator(checked, variables).cost(checked.expr);
}

interface Local {
  readonly declared: DeclaredSize | undefined;
  readonly size: Size | undefined;
}

class Estimator {
  private readonly sizes = new Map<number, Size>();
  private readonly declared = new Map<number, DeclaredSize>();
  private readonly locals = new Map<string, Local[]>();

  constructor(
    private readonly checked: CheckedExpression,
    private readonly variables: Readonly<Record<string, DeclaredSize>>,
  ) {}

  cost(expr: CelExpr): number {
    switch (expr.kind) {
      case "const":
        return 0;
      case "ident":
        this.declare(expr, this.local(expr.name)?.declared ?? this.variables[expr.name]);
        return STEP_COSTS.ident;
      case "select":
        return this.select(expr);
      case "call":
        return this.call(expr);
      case "list":
        return this.list(expr.elements, expr.id);
      case "map":
        return this.map(expr.entries, expr.id);
      case "comprehension":
        return this.comprehension(expr);
    }
  }

  private declare(expr: CelExpr, declared: DeclaredSize | undefined): void {
    if (declared !== undefined) this.declared.set(expr.id, declared);
  }

  private local(name: string): Local | undefined {
    return this.locals.get(name)?.at(-1);
  }

  private select(expr: CelExpr & { kind: "select" }): number {
    const operand = this.cost(expr.operand);
    if (expr.testOnly) return operand;
    const whole = this.declared.get(expr.operand.id);
    this.declare(expr, whole?.fields?.[expr.field] ?? whole?.anyField);
    const kind = this.checked.types.get(expr.operand.id)?.kind;
    return operand + (kind === "map" || kind === "object" ? STEP_COSTS.select : 0);
  }

  private list(elements: readonly CelExpr[], id: number): number {
    let sum = 0;
    let size: Size = { min: elements.length === 0 ? 0 : Number.POSITIVE_INFINITY, max: 0 };
    for (const element of elements) {
      sum += this.cost(element);
      size = union(size, this.size(element));
    }
    this.sizes.set(id, { ...fixed(elements.length), element: size });
    return sum + STEP_COSTS.list;
  }

  private map(entries: readonly (readonly [CelExpr, CelExpr])[], id: number): number {
    let sum = 0;
    let size: Size = { min: 0, max: 0 };
    for (const [key, value] of entries) {
      sum += this.cost(key) + this.cost(value);
      size = union(size, this.size(value));
    }
    this.sizes.set(id, { ...fixed(entries.length), element: size });
    return sum + STEP_COSTS.map;
  }

  /** The size of an expression whose cost is known. */
  private size(expr: CelExpr): Size {
    const known = this.sizes.get(expr.id);
    if (known !== undefined) return known;
    if (expr.kind === "const") return fixed(celSize(expr.value));
    const declared = this.declared.get(expr.id);
    if (declared !== undefined) return sizeOf(declared);
    const type = this.checked.types.get(expr.id);
    if (type !== undefined && isScalar(type)) return fixed(1);
    const local = expr.kind === "ident" ? this.local(expr.name)?.size : undefined;
    return local ?? UNKNOWN;
  }

  private call(expr: CallExpr): number {
    const { name, args } = expr;
    const target = this.checked.qualified.has(expr.id) ? null : expr.target;
    const argCosts = args.map((arg) => this.cost(arg));
    const sum = argCosts.reduce((total, cost) => total + cost, 0);
    if (name === "_?._") return this.optionalSelect(expr) + sum;
    const targetCost = target === null ? 0 : this.cost(target);
    const special = this.special(expr, argCosts);
    if (special !== undefined) return special;
    const operands = target === null ? args : [target, ...args];
    const { cost, size } = this.ofOverloads(expr, operands);
    if (name === "_[_]" || name === "_[?_]") this.index(expr, args[0]!);
    else if (size !== undefined) this.sizes.set(expr.id, size);
    return targetCost + sum + cost;
  }

  private optionalSelect(expr: CallExpr): number {
    const [operand, field] = expr.args;
    const whole = this.declared.get(operand!.id);
    const name = field!.kind === "const" ? String(field!.value) : "";
    this.declare(expr, whole?.fields?.[name] ?? whole?.anyField);
    return STEP_COSTS.call;
  }

  private index(expr: CallExpr, container: CelExpr): void {
    this.declare(expr, this.declared.get(container.id)?.values);
    const element = this.sizes.get(container.id)?.element;
    if (element !== undefined) this.sizes.set(expr.id, element);
  }

  /** Operators that may leave an operand alone. */
  private special(expr: CallExpr, costs: readonly number[]): number | undefined {
    const [first = 0, second = 0, third = 0] = costs;
    switch (expr.name) {
      case "_&&_":
      case "_||_":
        return first + second;
      case "_?_:_":
        this.sizes.set(expr.id, union(this.size(expr.args[1]!), this.size(expr.args[2]!)));
        return first + Math.max(second, third);
      case "dyn": {
        this.sizes.set(expr.id, this.size(expr.args[0]!));
        return first + STEP_COSTS.call;
      }
      default:
        return undefined;
    }
  }

  /** The most that any of the overloads costs that the call may be of. */
  private ofOverloads(expr: CallExpr, operands: readonly CelExpr[]): CallCost {
    const [left, right] = operands.map((one) => this.checked.types.get(one.id));
    if (expr.name === "_==_" && isKubernetes(left) && sameType(left!, right!)) {
      return { cost: STEP_COSTS.call };
    }
    const sizes = operands.map((operand) => this.operandSize(operand));
    let most: CallCost | undefined;
    for (const overload of this.checked.overloads.get(expr.id) ?? []) {
      const one = costOf(overload, sizes);
      most = most === undefined ? one : worse(most, one);
    }
    return most ?? { cost: 0 };
  }

  private operandSize(operand: CelExpr): Size {
    const { min, max, element } = this.size(operand);
    const type = this.checked.types.get(operand.id);
    const of = type?.kind === "list" ? type.of[0].kind : "int";
    if (of === "int" || of === "uint" || of === "double" || of === "bool") return { min, max };
    const isText = of === "string" || of === "bytes";
    return { min, max, element: element ?? (isText ? UNKNOWN : undefined) };
  }

  private comprehension(expr: CelExpr & { kind: "comprehension" }): number {
    const { range, initial, accumulator } = expr;
    let sum = this.cost(range) + this.cost(initial);
    this.push(accumulator, { declared: this.declared.get(initial.id), size: this.size(initial) });
    if (isBinding(expr)) {
      sum += this.cost(expr.result);
      this.sizes.set(expr.id, this.size(expr.result));
      this.declare(expr, this.declared.get(expr.result.id));
      this.locals.get(accumulator)!.pop();
      return sum;
    }
    this.pushVariables(expr);
    const each = this.cost(expr.condition) + this.cost(expr.step);
    const element = this.sizes.get(expr.step.id)?.element;
    for (const name of [expr.variable, expr.variable2]) {
      if (name !== null) this.locals.get(name)!.pop();
    }
    sum += this.cost(expr.result);
    this.locals.get(accumulator)!.pop();
    const count = this.size(range);
    if (initial.kind === "list" || initial.kind === "map") {
      this.sizes.set(expr.id, { min: count.min, max: count.max, element });
    }
    return sum + product(count.max, each);
  }

  private pushVariables(expr: CelExpr & { kind: "comprehension" }): void {
    const { range } = expr;
    const declared = this.declared.get(range.id);
    const element = this.sizes.get(range.id)?.element;
    const isMap = this.checked.types.get(range.id)?.kind === "map";
    const values = { declared: declared?.values, size: element };
    const keys = isMap ? { declared: declared?.keys, size: undefined } : index;
    this.push(expr.variable, isMap || expr.variable2 !== null ? keys : values);
    if (expr.variable2 !== null) this.push(expr.variable2, values);
  }

  private push(name: string, local: Local): void {
    const known = this.locals.get(name);
    if (known === undefined) this.locals.set(name, [local]);
    else known.push(local);
  }
}

const index: Local = { declared: undefined, size: fixed(1) };

/** `cel.bind`: a comprehension over nothing, for its variable. */
export function isBinding(expr: CelExpr & { kind: "comprehension" }): boolean {
  return expr.accumulator !== ACCUMULATOR;
}

function sizeOf(declared: DeclaredSize): Size {
  const { values } = declared;
  const element = values === undefined ? undefined : { min: 0, max: values.max };
  return { min: 0, max: declared.max, element };
}

function isScalar(type: CelType): boolean {
  return SCALARS.has(type.kind) || (type.kind === "optional" && isScalar(type.of[0]));
}

/** What a call of that overload costs with operands of those sizes. */
export function costOf({ cost }: Overload, sizes: readonly Size[]): CallCost {
  return cost === undefined ? { cost: STEP_COSTS.call } : cost(sizes);
}

function worse(a: CallCost, b: CallCost): CallCost {
  const cost = Math.max(a.cost, b.cost);
  if (a.size === undefined) return { cost, ...(b.size === undefined ? {} : { size: b.size }) };
  return { cost, size: b.size === undefined ? a.size : union(a.size, b.size) };
}
