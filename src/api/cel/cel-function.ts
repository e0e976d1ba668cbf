import type { CelType } from "./cel-type.js";
import { CelRuntimeError, type CelValue } from "./cel-value.js";

/** How large a value may be: characters, bytes or entries; 1 for a number. */
export interface Size {
  readonly min: number;
  /** `Infinity` where nothing bounds it. */
  readonly max: number;
  /** The size of its entries, where that is known. */
  readonly element?: Size | undefined;
}

/** What a call costs at most, by the sizes of its operands; and how large its result is. */
export interface CallCost {
  readonly cost: number;
  readonly size?: Size;
}

/** One form of a function or method. The receiver of a method is its first parameter. */
export interface Overload {
  readonly member: boolean;
  readonly params: readonly CelType[];
  readonly result: CelType;
  /** Throws {@link CelRuntimeError}. Whether the operands are of its types was looked at. */
  readonly run: (...args: readonly never[]) => CelValue;
  /** Absent: 1. With the sizes of real operands it gives the real cost. */
  readonly cost?: (sizes: readonly Size[]) => CallCost;
}

export type FunctionTable = ReadonlyMap<string, readonly Overload[]>;

type Run = (...args: readonly never[]) => CelValue;
type Cost = NonNullable<Overload["cost"]>;

export function fn(params: readonly CelType[], result: CelType, run: Run, cost?: Cost): Overload {
  return { member: false, params, result, run, ...(cost === undefined ? {} : { cost }) };
}

export function method(
  params: readonly CelType[],
  result: CelType,
  run: Run,
  cost?: Cost,
): Overload {
  return { ...fn(params, result, run, cost), member: true };
}

/** Several libraries as one; a name may have overloads in each. */
export function functionTable(
  ...libraries: readonly (readonly (readonly [string, readonly Overload[]])[])[]
): FunctionTable {
  const table = new Map<string, readonly Overload[]>();
  for (const [name, overloads] of libraries.flat()) {
    table.set(name, [...(table.get(name) ?? []), ...overloads]);
  }
  return table;
}

/** A cost for each character that is gone through. */
export const STRING_FACTOR = 0.1;
const REGEX_FACTOR = 0.25;

/** `size` times `factor`, in whole units; nothing at all costs nothing. */
export function times(size: number, factor: number): number {
  return size === 0 ? 0 : Math.ceil(size * factor);
}

export function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}

export function added(a: Size, b: Size): Size {
  return { min: a.min + b.min, max: a.max + b.max };
}

export function fixed(size: number): Size {
  return { min: size, max: size };
}

/** The size of either. */
export function union(a: Size, b: Size): Size {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** What it costs to hold a text against a regular expression. */
export function regexCost(text: Size, pattern: Size): number {
  return product(times(text.max + 1, STRING_FACTOR), times(pattern.max, REGEX_FACTOR));
}

export function fail(message: string): never {
  throw new CelRuntimeError(message);
}
