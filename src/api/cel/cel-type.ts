/**
 * The types of the Common Expression Language. Source: CEL language definition, "Gradual type
 * checking"; names and texts as cel-go's, which the API server uses.
 */
export type CelType =
  | { readonly kind: ScalarKind }
  /** `name` of a type parameter of a function, or of a type not known yet. */
  | { readonly kind: "param"; readonly name: string }
  | { readonly kind: "list"; readonly of: readonly [CelType] }
  | { readonly kind: "map"; readonly of: readonly [key: CelType, value: CelType] }
  | { readonly kind: "optional"; readonly of: readonly [CelType] }
  | { readonly kind: "type"; readonly of: readonly [CelType] }
  | { readonly kind: "object"; readonly name: string; readonly fields: ObjectFields };

type ScalarKind =
  | "bool"
  | "int"
  | "uint"
  | "double"
  | "string"
  | "bytes"
  | "null"
  | "dyn"
  | "any"
  | "error";

export type ObjectFields = Readonly<Record<string, CelType>>;

export const BOOL: CelType = { kind: "bool" };
export const INT: CelType = { kind: "int" };
export const UINT: CelType = { kind: "uint" };
export const DOUBLE: CelType = { kind: "double" };
export const STRING: CelType = { kind: "string" };
export const BYTES: CelType = { kind: "bytes" };
export const NULL: CelType = { kind: "null" };
/** Whatever it is, it is looked at only when the expression is evaluated. */
export const DYN: CelType = { kind: "dyn" };
/** As {@link DYN}, but nothing that a comprehension may range over. */
export const ANY: CelType = { kind: "any" };
/** Of an expression with an error in it, which has been told already. */
export const ERROR: CelType = { kind: "error" };

export const list = (of: CelType): CelType => ({ kind: "list", of: [of] });
export const map = (key: CelType, value: CelType): CelType => ({ kind: "map", of: [key, value] });
export const optional = (of: CelType): CelType => ({ kind: "optional", of: [of] });
export const typeOf = (of: CelType): CelType => ({ kind: "type", of: [of] });
export const param = (name: string): CelType => ({ kind: "param", name });
export const object = (name: string, fields: ObjectFields): CelType => ({
  kind: "object",
  name,
  fields,
});

/** A type as cel-go writes it in its messages. */
export function typeText(type: CelType): string {
  switch (type.kind) {
    case "error":
      return "!error!";
    case "param":
    case "object":
      return type.name;
    case "list":
    case "map":
    case "type":
      return `${type.kind}(${type.of.map(typeText).join(", ")})`;
    case "optional":
      return `optional_type(${typeText(type.of[0])})`;
    default:
      return type.kind;
  }
}

export function sameType(a: CelType, b: CelType): boolean {
  if (a.kind !== b.kind) return false;
  if ("name" in a) return a.name === (b as typeof a).name;
  if (!("of" in a)) return true;
  const others = (b as typeof a).of;
  return a.of.every((one, i) => sameType(one, others[i]!));
}

export function isDyn(type: CelType): boolean {
  return type.kind === "dyn" || type.kind === "any";
}

/** What type parameters stand for so far. */
type Bindings = Map<string, CelType>;

/** Types with their parameters as they were inferred. */
export class TypeInference {
  private bindings: Bindings = new Map();
  private made = 0;

  /** A type that is not known yet. */
  fresh(): CelType {
    this.made += 1;
    return param(`_var${this.made - 1}`);
  }

  /** `type` with the inferred types for its parameters; `dyn` for the unknown ones if `toDyn`. */
  resolve(type: CelType, toDyn = false): CelType {
    if (type.kind === "param") {
      const bound = this.bindings.get(type.name);
      if (bound !== undefined) return this.resolve(bound, toDyn);
      return toDyn ? DYN : type;
    }
    if (!("of" in type)) return type;
    const of = type.of.map((one) => this.resolve(one, toDyn));
    return { kind: type.kind, of } as unknown as CelType;
  }

  /** Whether every `from` may be given for the `to` beside it; what follows is remembered if so. */
  assignable(from: readonly CelType[], to: readonly CelType[]): boolean {
    const attempt = new Map(this.bindings);
    if (from.length !== to.length) return false;
    if (!from.every((type, i) => fits(attempt, type, to[i]!))) return false;
    this.bindings = attempt;
    return true;
  }
}

function fits(bindings: Bindings, a: CelType, b: CelType): boolean {
  if (b.kind === "param") {
    const had = bindings.has(b.name);
    if (bind(bindings, a, b.name)) return true;
    if (had) return false;
  }
  if (a.kind === "param") return bind(bindings, b, a.name);
  if (isDyn(a) || isDyn(b) || a.kind === "error" || b.kind === "error") return true;
  if (a.kind === "null") return isNullable(b);
  if (b.kind === "null") return isNullable(a);
  if (a.kind === "type") return b.kind === "type";
  if (!("of" in a)) return sameType(a, b);
  return a.kind === b.kind && a.of.every((one, i) => fits(bindings, one, (b as typeof a).of[i]!));
}

function isNullable(type: CelType): boolean {
  return type.kind === "null" || type.kind === "object" || type.kind === "optional";
}

function bind(bindings: Bindings, type: CelType, name: string): boolean {
  if (type.kind === "param" && type.name === name) return true;
  const bound = bindings.get(name);
  if (bound === undefined) {
    if (mentions(bindings, type, name)) return false;
    bindings.set(name, type);
    return true;
  }
  if (sameType(bound, type)) return true;
  if (!fits(bindings, type, bound)) return false;
  const wider = mostGeneral(type, bound);
  if (!mentions(bindings, wider, name)) bindings.set(name, wider);
  return true;
}

function mentions(bindings: Bindings, type: CelType, name: string): boolean {
  if (type.kind === "param") {
    if (type.name === name) return true;
    const bound = bindings.get(type.name);
    return bound !== undefined && mentions(bindings, bound, name);
  }
  return "of" in type && type.of.some((one) => mentions(bindings, one, name));
}

/** The one of two types that the other may be given for. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isNotMoreSpecific(a, b) ? a : b;
}

function isNotMoreSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === "param") return true;
  if (isDyn(b) || b.kind === "param" || a.kind !== b.kind) return false;
  if (a.kind === "type") return true;
  if (!("of" in a)) return sameType(a, b);
  return a.of.every((one, i) => isNotMoreSpecific(one, (b as typeof a).of[i]!));
}
