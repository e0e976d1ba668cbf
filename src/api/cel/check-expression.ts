import type { CallExpr, CelExpr } from "./cel-expr.js";
import type { FunctionTable, Overload } from "./cel-function.js";
import type { CelIssue } from "./cel-issue.js";
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  ERROR,
  INT,
  isDyn,
  list,
  map,
  mostGeneral,
  NULL,
  optional,
  sameType,
  STRING,
  TypeInference,
  typeText,
  UINT,
} from "./cel-type.js";
import { CelUint, type CelValue } from "./cel-value.js";
import { isRegex } from "./library/strings.js";

/** What an expression may name. */
export interface CelEnvironment {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly functions: FunctionTable;
}

/** What is known of an expression without evaluating it. */
export interface CheckedExpression {
  readonly expr: CelExpr;
  readonly type: CelType;
  /** The type of each part, by its number. */
  readonly types: ReadonlyMap<number, CelType>;
  /** The overloads that each call may be of, by its number. */
  readonly overloads: ReadonlyMap<number, readonly Overload[]>;
  /** Calls of functions with a qualified name, by number: their target is part of the name. */
  readonly qualified: ReadonlyMap<number, string>;
  readonly issues: readonly CelIssue[];
}

/** Finds the types of an expression and of all its parts, as cel-go's checker does. */
export function checkExpression(expr: CelExpr, environment: CelEnvironment): CheckedExpression {
  const checker = new Checker(environment);
  const type = checker.check(expr);
  const resolve = (one: CelType): CelType => checker.inference.resolve(one, true);
  return {
    expr,
    type: resolve(type),
    types: new Map([...checker.types].map(([id, one]) => [id, resolve(one)])),
    overloads: checker.overloads,
    qualified: checker.qualified,
    issues: checker.issues,
  };
}

class Checker {
  readonly inference = new TypeInference();
  readonly types = new Map<number, CelType>();
  readonly overloads = new Map<number, readonly Overload[]>();
  readonly qualified = new Map<number, string>();
  readonly issues: CelIssue[] = [];
  private readonly scope = new Map<string, CelType[]>();

  constructor(private readonly environment: CelEnvironment) {}

  check(expr: CelExpr): CelType {
    const type = this.typeOf(expr);
    this.types.set(expr.id, type);
    return type;
  }

  private issue(at: number, message: string): CelType {
    this.issues.push({ at, message });
    return ERROR;
  }

  private typeOf(expr: CelExpr): CelType {
    switch (expr.kind) {
      case "const":
        return constantType(expr.value);
      case "ident":
        return this.variable(expr.name) ?? this.undeclared(expr.at, expr.name);
      case "select": {
        const field = this.field(expr.operand, expr.field, expr.at);
        return expr.testOnly ? BOOL : field;
      }
      case "call":
        return this.call(expr);
      case "list":
        return list(this.common(expr.elements) ?? this.inference.fresh());
      case "map": {
        const key = this.common(expr.entries.map(([one]) => one));
        const value = this.common(expr.entries.map(([, one]) => one));
        return map(key ?? this.inference.fresh(), value ?? this.inference.fresh());
      }
      case "comprehension":
        return this.comprehension(expr);
    }
  }

  private variable(name: string): CelType | undefined {
    return this.scope.get(name)?.at(-1) ?? this.environment.variables.get(name);
  }

  private undeclared(at: number, name: string): CelType {
    return this.issue(at, `undeclared reference to '${name}' (in container '')`);
  }

  private field(operand: CelExpr, name: string, at: number, isOptional = false): CelType {
    const whole = this.inference.resolve(this.check(operand));
    const type = whole.kind === "optional" ? whole.of[0] : whole;
    const found = this.fieldOf(type, name, at);
    return whole.kind === "optional" || isOptional ? optional(found) : found;
  }

  private fieldOf(type: CelType, name: string, at: number): CelType {
    if (type.kind === "map") return type.of[1];
    if (type.kind === "object") {
      const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
      return field ?? this.issue(at, `undefined field '${name}'`);
    }
    if (type.kind === "param") this.inference.assignable([DYN], [type]);
    else if (!isDyn(type) && type.kind !== "error") {
      this.issue(at, `type '${typeText(type)}' does not support field selection`);
    }
    return DYN;
  }

  private call(expr: CallExpr): CelType {
    const { target, name, args } = expr;
    if (name === "_?._") {
      const field = args[1]!;
      const text = field.kind === "const" ? String(field.value) : "";
      this.check(field);
      return this.field(args[0]!, text, expr.at, true);
    }
    const argTypes = args.map((arg) => this.check(arg));
    if (target === null) return this.resolve(expr, name, argTypes, false);
    const prefix = qualifiedName(target);
    if (prefix !== undefined && this.environment.functions.has(`${prefix}.${name}`)) {
      this.qualified.set(expr.id, `${prefix}.${name}`);
      return this.resolve(expr, `${prefix}.${name}`, argTypes, false);
    }
    return this.resolve(expr, name, [this.check(target), ...argTypes], true);
  }

  private resolve(
    expr: CallExpr,
    name: string,
    argTypes: readonly CelType[],
    member: boolean,
  ): CelType {
    const overloads = this.environment.functions.get(name);
    if (overloads === undefined) return this.undeclared(expr.at, name);
    if (name === "_&&_" || name === "_||_") return this.logical(expr, overloads, argTypes);
    const possible: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if (overload.member !== member) continue;
      const [returned, ...params] = this.instance(overload);
      if (!this.inference.assignable(argTypes, params)) continue;
      possible.push(overload);
      const type = this.inference.resolve(returned!);
      if (result === undefined) result = type;
      else if (!isDyn(result) && !sameType(result, type)) result = DYN;
    }
    this.overloads.set(expr.id, possible);
    if (result !== undefined) return this.afterLiterals(expr, name, result);
    const given = argTypes.map((type) => typeText(this.inference.resolve(type, true)));
    const signature = member
      ? `${given[0]}.(${given.slice(1).join(", ")})`
      : `(${given.join(", ")})`;
    return this.issue(
      expr.at,
      `found no matching overload for '${name}' applied to '${signature}'`,
    );
  }

  /** A regular expression that is written out must be one. */
  private afterLiterals(expr: CallExpr, name: string, result: CelType): CelType {
    if (name !== "matches") return result;
    const pattern = expr.args.at(-1)!;
    if (pattern.kind !== "const" || typeof pattern.value !== "string") return result;
    if (!isRegex(pattern.value)) this.issue(pattern.at, "invalid matches argument");
    return result;
  }

  private logical(
    expr: CallExpr,
    overloads: readonly Overload[],
    argTypes: readonly CelType[],
  ): CelType {
    this.overloads.set(expr.id, overloads);
    let fine = true;
    argTypes.forEach((type, i) => {
      if (this.inference.assignable([type], [BOOL])) return;
      fine = false;
      this.mismatch(expr.args[i]!.at, BOOL, type);
    });
    return fine ? BOOL : ERROR;
  }

  private mismatch(at: number, expected: CelType, actual: CelType): CelType {
    const found = typeText(this.inference.resolve(actual));
    return this.issue(at, `expected type '${typeText(expected)}' but found '${found}'`);
  }

  /** Result and parameters of an overload, with type parameters of its own. */
  private instance({ result, params }: Overload): readonly CelType[] {
    const own = new Map<string, CelType>();
    const renamed = (type: CelType): CelType => {
      if (type.kind === "param") {
        const known = own.get(type.name) ?? this.inference.fresh();
        own.set(type.name, known);
        return known;
      }
      if (!("of" in type)) return type;
      return { kind: type.kind, of: type.of.map(renamed) } as unknown as CelType;
    };
    return [result, ...params].map(renamed);
  }

  /** The one type of the elements of a literal. */
  private common(elements: readonly CelExpr[]): CelType | undefined {
    let type: CelType | undefined;
    for (const element of elements) {
      const found = this.check(element);
      if (type === undefined) type = found;
      else if (this.inference.assignable([type], [found])) type = mostGeneral(type, found);
      else type = this.mismatch(element.at, type, found);
    }
    return type;
  }

  private comprehension(expr: CelExpr & { kind: "comprehension" }): CelType {
    const range = this.inference.resolve(this.check(expr.range));
    const accumulated = this.check(expr.initial);
    this.enter(expr.accumulator, accumulated);
    const [first, second] = this.rangeTypes(range, expr.variable2 !== null, expr.range.at);
    this.enter(expr.variable, first);
    if (expr.variable2 !== null) this.enter(expr.variable2, second);
    this.expect(expr.condition, BOOL);
    this.expect(expr.step, accumulated);
    this.leave(expr.variable);
    if (expr.variable2 !== null) this.leave(expr.variable2);
    const result = this.check(expr.result);
    this.leave(expr.accumulator);
    return this.inference.resolve(result);
  }

  private rangeTypes(range: CelType, two: boolean, at: number): readonly [CelType, CelType] {
    switch (range.kind) {
      case "list":
        return two ? [INT, range.of[0]] : [range.of[0], range.of[0]];
      case "map":
        return range.of;
      case "dyn":
      case "error":
        return [DYN, DYN];
      case "param":
        this.inference.assignable([DYN], [range]);
        return [DYN, DYN];
      default: {
        const text = typeText(range);
        this.issue(
          at,
          `expression of type '${text}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [ERROR, ERROR];
      }
    }
  }

  private expect(expr: CelExpr, type: CelType): void {
    const found = this.check(expr);
    if (!this.inference.assignable([type], [found])) this.mismatch(expr.at, type, found);
  }

  private enter(name: string, type: CelType): void {
    const known = this.scope.get(name);
    if (known === undefined) this.scope.set(name, [type]);
    else known.push(type);
  }

  private leave(name: string): void {
    this.scope.get(name)?.pop();
  }
}

function qualifiedName(expr: CelExpr): string | undefined {
  if (expr.kind === "ident") return expr.name;
  if (expr.kind !== "select" || expr.testOnly) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}

function constantType(value: CelValue): CelType {
  switch (typeof value) {
    case "boolean":
      return BOOL;
    case "bigint":
      return INT;
    case "number":
      return DOUBLE;
    case "string":
      return STRING;
    default:
      if (value instanceof CelUint) return UINT;
      return value === null ? NULL : BYTES;
  }
}
