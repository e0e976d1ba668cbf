import { Quantity } from "../quantity.js";
import { Semver } from "./semver.js";

/** An unsigned integer of 64 bits. */
export class CelUint {
  constructor(readonly value: bigint) {}
}

/** A value that may be absent. Source: CEL, "Optional types". */
export class CelOptional {
  constructor(
    /** Undefined where there is none. */
    readonly value: CelValue | undefined,
  ) {}
}

export const NONE = new CelOptional(undefined);

/** The type of a value, as a value. */
export class CelTypeValue {
  constructor(readonly name: string) {}
}

export type CelKey = string | bigint | boolean;

/** A map; with `missing` it has that value at every key that it does not hold. */
export class CelMap {
  constructor(
    readonly entries: ReadonlyMap<CelKey, CelValue>,
    private readonly missing?: CelValue,
  ) {}

  /** Whether it holds the key itself. */
  has(key: CelValue): boolean {
    const at = keyOf(key);
    return at !== undefined && this.entries.has(at);
  }

  get(key: CelValue): CelValue | undefined {
    const at = keyOf(key);
    return (at === undefined ? undefined : this.entries.get(at)) ?? this.missing;
  }
}

/** Integers are bigint, doubles number. */
export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | CelUint
  | Uint8Array
  | readonly CelValue[]
  | CelMap
  | CelOptional
  | CelTypeValue
  | Quantity
  | Semver;

/** Why an expression has no value; `&&` and `||` may do without it. */
export class CelRuntimeError extends Error {}

/** Numbers of different types are one key if they are equal; undefined for what is no key. */
export function keyOf(value: CelValue): CelKey | undefined {
  if (value instanceof CelUint) return value.value;
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : undefined;
  const isKey =
    typeof value === "string" || typeof value === "bigint" || typeof value === "boolean";
  return isKey ? value : undefined;
}

export function isList(value: CelValue): value is readonly CelValue[] {
  return Array.isArray(value);
}

/** A number of any type as a JavaScript number or bigint, which compare with each other exactly. */
export function numberOf(value: CelValue): bigint | number | undefined {
  if (value instanceof CelUint) return value.value;
  return typeof value === "bigint" || typeof value === "number" ? value : undefined;
}

/** Values of different types are never equal, but for numbers. */
export function celEquals(a: CelValue, b: CelValue): boolean {
  const left = numberOf(a);
  if (left !== undefined) {
    const right = numberOf(b);
    // biome-ignore lint/suspicious/noDoubleEquals: numbers and bigints compare by value
    return right !== undefined && left == right;
  }
  if (a instanceof Quantity) return b instanceof Quantity && a.compare(b) === 0;
  if (a instanceof Semver) return b instanceof Semver && a.compare(b) === 0;
  if (a instanceof CelTypeValue) return b instanceof CelTypeValue && a.name === b.name;
  if (a instanceof CelOptional) return b instanceof CelOptional && optionalsEqual(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && sameBytes(a, b);
  if (a instanceof CelMap) return b instanceof CelMap && mapsEqual(a, b);
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((one, i) => celEquals(one, b[i]!));
  }
  return a === b;
}

function optionalsEqual(a: CelOptional, b: CelOptional): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return celEquals(a.value, b.value);
}

function mapsEqual(a: CelMap, b: CelMap): boolean {
  if (a.entries.size !== b.entries.size) return false;
  for (const [key, value] of a.entries) {
    const other = b.entries.get(key);
    if (other === undefined || !celEquals(value, other)) return false;
  }
  return true;
}

/** The size of a string in code points, of bytes, a list or a map; 1 for anything else. */
export function celSize(value: CelValue): number {
  if (typeof value === "string") return codePoints(value);
  if (value instanceof Uint8Array || isList(value)) return value.length;
  return value instanceof CelMap ? value.entries.size : 1;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The name of a value's type, as `type()` gives it. */
export function typeNameOf(value: CelValue): string {
  if (value === null) return "null_type";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "double";
    case "string":
      return "string";
    default:
      break;
  }
  if (value instanceof CelUint) return "uint";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof CelMap) return "map";
  if (value instanceof CelOptional) return "optional_type";
  if (value instanceof CelTypeValue) return "type";
  if (value instanceof Quantity) return "kubernetes.Quantity";
  return value instanceof Semver ? "kubernetes.Semver" : "list";
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
