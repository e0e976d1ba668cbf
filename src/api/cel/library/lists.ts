import {
  BOOL,
  DOUBLE,
  DYN,
  INT,
  list,
  optional,
  param,
  STRING,
  UINT,
  type CelType,
} from "../cel-type.js";
import {
  CelOptional,
  CelUint,
  type CelValue,
  celEquals,
  isList,
  NONE,
  numberOf,
} from "../cel-value.js";
import {
  added,
  type CallCost,
  fail,
  fn,
  method,
  type Overload,
  product,
  type Size,
  STRING_FACTOR,
  times,
} from "../cel-function.js";

type List = readonly CelValue[];

const T = param("T");
const LIST = list(T);
const ALLOCATED = 10;
const UNKNOWN: Size = { min: 0, max: Number.POSITIVE_INFINITY };

/** One pass over the list, with its elements where they are texts. */
function traversed([elements]: readonly Size[]): CallCost {
  const each = elements!.element;
  return {
    cost: product(elements!.max, 1 + (each === undefined ? 0 : times(each.max, STRING_FACTOR))),
  };
}

/** A new list no longer than the old one. */
const copied = ([elements]: readonly Size[]): CallCost => ({
  cost: elements!.max + ALLOCATED,
  size: elements!,
});

/** Every element with every other. */
const pairs = ([elements]: readonly Size[]): CallCost => ({
  cost: product(elements!.max, elements!.max) + ALLOCATED,
  size: elements!,
});

function flattened([elements]: readonly Size[]): CallCost {
  const max = product(elements!.max, (elements!.element ?? UNKNOWN).max);
  return { cost: max + ALLOCATED, size: { min: 0, max } };
}

function intersecting([a, b]: readonly Size[]): CallCost {
  return { cost: 1 + product(a!.max, b!.max) };
}

const both = (sizes: readonly Size[]): CallCost => ({
  cost: 2 * intersecting(sizes).cost - 1,
});

function order(a: CelValue, b: CelValue): number {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : 0;
  if (typeof a !== typeof b) fail("no such overload");
  return (a as string) < (b as string) ? -1 : (a as string) > (b as string) ? 1 : 0;
}

const isSorted = (elements: List): boolean =>
  elements.every((one, i) => i === 0 || order(elements[i - 1]!, one) <= 0);

function extreme(elements: List, sign: number, name: string): CelValue {
  if (elements.length === 0) fail(`${name} called on empty list`);
  return elements.reduce((best, one) => (order(one, best) * sign > 0 ? one : best));
}

function indexOf(elements: List, sought: CelValue): bigint {
  return BigInt(elements.findIndex((one) => celEquals(one, sought)));
}

function lastIndexOf(elements: List, sought: CelValue): bigint {
  return BigInt(elements.findLastIndex((one) => celEquals(one, sought)));
}

function slice(elements: List, start: bigint, end: bigint): List {
  if (start < 0n || end < 0n) fail("cannot slice with negative indexes");
  if (start > end) fail(`cannot slice from ${start} to ${end}: start index must not be greater`);
  if (end > BigInt(elements.length))
    fail(`cannot slice to ${end}, list is length ${elements.length}`);
  return elements.slice(Number(start), Number(end));
}

function flatten(elements: List, depth = 1n): List {
  if (depth < 0n) fail("level must be non-negative");
  return elements.flatMap((one) => (isList(one) && depth > 0n ? flatten(one, depth - 1n) : [one]));
}

function distinct(elements: List): List {
  return elements.filter((one, i) => elements.findIndex((other) => celEquals(other, one)) === i);
}

function sortByKeys(elements: List, keys: List): List {
  return elements
    .map((_, i) => i)
    .sort((a, b) => order(keys[a]!, keys[b]!))
    .map((i) => elements[i]!);
}

const MOST_IN_RANGE = 1_000_000n;

function range(n: bigint): List {
  if (n < 0n) fail(`lists.range: size must be non-negative, got ${n}`);
  if (n > MOST_IN_RANGE) fail(`lists.range: size ${n} exceeds maximum allowed (${MOST_IN_RANGE})`);
  return Array.from({ length: Number(n) }, (_, i) => BigInt(i));
}

const containsAll = (a: List, b: List): boolean =>
  b.every((one) => a.some((other) => celEquals(one, other)));

const intersects = (a: List, b: List): boolean =>
  a.some((one) => b.some((other) => celEquals(one, other)));

/** Whether it is the value, or a list with it. */
function includes(value: CelValue, sought: CelValue): boolean {
  return isList(value) ? value.some((one) => celEquals(one, sought)) : celEquals(value, sought);
}

const end = (elements: List, at: number): CelOptional => {
  const element = elements.at(at);
  return element === undefined ? NONE : new CelOptional(element);
};

const sums: readonly (readonly [CelType, (elements: List) => CelValue])[] = [
  [INT, (elements) => (elements as bigint[]).reduce((sum, one) => sum + one, 0n)],
  [
    UINT,
    (elements) => new CelUint((elements as CelUint[]).reduce((sum, { value }) => sum + value, 0n)),
  ],
  [DOUBLE, (elements) => (elements as number[]).reduce((sum, one) => sum + one, 0)],
];

const COMPARABLE: readonly CelType[] = [INT, UINT, DOUBLE, BOOL, STRING];
const each = (make: (type: CelType) => Overload): Overload[] => COMPARABLE.map(make);

/** Lists: Kubernetes' functions, cel-go's extension of version 3, and its sets. */
export const LIST_FUNCTIONS: readonly (readonly [string, readonly Overload[]])[] = [
  ["isSorted", each((type) => method([list(type)], BOOL, isSorted, traversed))],
  ["sum", sums.map(([type, sum]) => method([list(type)], type, sum, traversed))],
  [
    "min",
    each((type) => method([list(type)], type, (a: List) => extreme(a, -1, "min"), traversed)),
  ],
  ["max", each((type) => method([list(type)], type, (a: List) => extreme(a, 1, "max"), traversed))],
  ["indexOf", [method([LIST, T], INT, indexOf, traversed)]],
  ["lastIndexOf", [method([LIST, T], INT, lastIndexOf, traversed)]],
  ["slice", [method([LIST, INT, INT], LIST, slice, copied)]],
  [
    "flatten",
    [
      method([list(LIST)], LIST, flatten, flattened),
      method([list(DYN), INT], list(DYN), flatten, flattened),
    ],
  ],
  ["sort", each((type) => method([list(type)], list(type), (a: List) => sortByKeys(a, a), pairs))],
  ["@sortByAssociatedKeys", each((type) => method([LIST, list(type)], LIST, sortByKeys, pairs))],
  ["reverse", [method([LIST], LIST, (a: List) => a.toReversed(), copied)]],
  ["distinct", [method([LIST], LIST, distinct, pairs)]],
  ["first", [method([LIST], optional(T), (a: List) => end(a, 0))]],
  ["last", [method([LIST], optional(T), (a: List) => end(a, -1))]],
  [
    "lists.range",
    [
      fn([INT], list(INT), range, () => ({
        cost: Number(MOST_IN_RANGE) + ALLOCATED,
        size: { min: 0, max: Number(MOST_IN_RANGE) },
      })),
    ],
  ],
  ["sets.contains", [fn([LIST, LIST], BOOL, containsAll, intersecting)]],
  [
    "sets.equivalent",
    [fn([LIST, LIST], BOOL, (a: List, b: List) => containsAll(a, b) && containsAll(b, a), both)],
  ],
  ["sets.intersects", [fn([LIST, LIST], BOOL, intersects, intersecting)]],
];

/** `includes`, which takes a value for a list of itself. On with lists as attributes, or from v1.37. */
export const INCLUDES: readonly (readonly [string, readonly Overload[]])[] = [
  [
    "includes",
    [
      method([DYN, DYN], BOOL, includes, ([value, sought]) => ({
        cost: added(value!, sought!).max,
      })),
    ],
  ],
];
