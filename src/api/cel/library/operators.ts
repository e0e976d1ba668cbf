import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  INT,
  list,
  map,
  NULL,
  param,
  STRING,
  typeOf,
  UINT,
} from "../cel-type.js";
import {
  CelMap,
  CelTypeValue,
  CelUint,
  type CelValue,
  celEquals,
  celSize,
  numberOf,
  typeNameOf,
} from "../cel-value.js";
import {
  added,
  type CallCost,
  fail,
  fn,
  method,
  type Overload,
  type Size,
  STRING_FACTOR,
  times,
} from "../cel-function.js";

const A = param("A");
const K = param("K");
const V = param("V");
const LIST = list(A);
const MAP = map(K, V);

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

function int(value: bigint): bigint {
  return value < MIN_INT || value > MAX_INT ? fail("integer overflow") : value;
}

function uint(value: bigint): CelUint {
  return value < 0n || value > MAX_UINT ? fail("unsigned integer overflow") : new CelUint(value);
}

/** An operation on two numbers of one type. */
function arithmetic(
  integers: (a: bigint, b: bigint) => bigint,
  doubles: ((a: number, b: number) => number) | null,
): Overload[] {
  return [
    fn([INT, INT], INT, (a: bigint, b: bigint) => int(integers(a, b))),
    fn([UINT, UINT], UINT, (a: CelUint, b: CelUint) => uint(integers(a.value, b.value))),
    ...(doubles === null ? [] : [fn([DOUBLE, DOUBLE], DOUBLE, doubles)]),
  ];
}

function divide(a: bigint, b: bigint): bigint {
  return b === 0n ? fail("division by zero") : a / b;
}

function modulus(a: bigint, b: bigint): bigint {
  return b === 0n ? fail("modulus by zero") : a % b;
}

/** The shorter of the two is gone through. */
function comparisonCost([a, b]: readonly Size[]): CallCost {
  return { cost: times(Math.min(a!.max, b!.max), STRING_FACTOR) };
}

type Ordered = bigint | number | string | boolean;

function orderOf(a: CelValue, b: CelValue): readonly [Ordered, Ordered] {
  const [x, y] = [numberOf(a), numberOf(b)];
  return x !== undefined && y !== undefined ? [x, y] : [a as Ordered, b as Ordered];
}

const NUMBERS = [INT, UINT, DOUBLE] as const;

function ordering(holds: (a: Ordered, b: Ordered) => boolean): Overload[] {
  const run = (a: CelValue, b: CelValue): boolean => holds(...orderOf(a, b));
  const numbers = NUMBERS.flatMap((a) => NUMBERS.map((b) => fn([a, b], BOOL, run)));
  return [fn([BOOL, BOOL], BOOL, run), ...numbers, fn([STRING, STRING], BOOL, run, comparisonCost)];
}

function joined([a, b]: readonly Size[]): CallCost {
  const size = added(a!, b!);
  return { cost: times(size.max, STRING_FACTOR), size };
}

function joinedLists([a, b]: readonly Size[]): CallCost {
  return { cost: 1, size: added(a!, b!) };
}

function at(container: CelValue, index: CelValue): CelValue {
  if (container instanceof CelMap) {
    return container.get(index) ?? fail(`no such key: ${keyText(index)}`);
  }
  const elements = container as readonly CelValue[];
  const i = Number(numberOf(index));
  return elements[i] ?? fail(`index out of bounds: ${keyText(index)}`);
}

/** A key as Go prints it. */
function keyText(key: CelValue): string {
  return key instanceof CelUint ? String(key.value) : String(key);
}

function contains(element: CelValue, container: CelValue): boolean {
  if (container instanceof CelMap) return container.has(element);
  return (container as readonly CelValue[]).some((one) => celEquals(one, element));
}

const size = (value: CelValue): bigint => BigInt(celSize(value));
const SIZED: readonly CelType[] = [STRING, BYTES, LIST, MAP];

/** Operators under cel-go's names, `size` and `type`. */
export const OPERATORS: readonly (readonly [string, readonly Overload[]])[] = [
  [
    "_+_",
    [
      ...arithmetic(
        (a, b) => a + b,
        (a, b) => a + b,
      ),
      fn([STRING, STRING], STRING, (a: string, b: string) => a + b, joined),
      fn(
        [BYTES, BYTES],
        BYTES,
        (a: Uint8Array, b: Uint8Array) => Uint8Array.of(...a, ...b),
        joined,
      ),
      fn([LIST, LIST], LIST, (a: CelValue[], b: CelValue[]) => [...a, ...b], joinedLists),
    ],
  ],
  [
    "_-_",
    arithmetic(
      (a, b) => a - b,
      (a, b) => a - b,
    ),
  ],
  [
    "_*_",
    arithmetic(
      (a, b) => a * b,
      (a, b) => a * b,
    ),
  ],
  ["_/_", arithmetic(divide, (a, b) => a / b)],
  ["_%_", arithmetic(modulus, null)],
  ["-_", [fn([INT], INT, (a: bigint) => int(-a)), fn([DOUBLE], DOUBLE, (a: number) => -a)]],
  ["!_", [fn([BOOL], BOOL, (a: boolean) => !a)]],
  ["_<_", ordering((a, b) => a < b)],
  ["_<=_", ordering((a, b) => a <= b)],
  ["_>_", ordering((a, b) => a > b)],
  ["_>=_", ordering((a, b) => a >= b)],
  ["_==_", [fn([A, A], BOOL, celEquals, comparisonCost)]],
  ["_!=_", [fn([A, A], BOOL, (a: CelValue, b: CelValue) => !celEquals(a, b), comparisonCost)]],
  [
    "@in",
    [
      fn([A, LIST], BOOL, contains, ([, elements]) => ({ cost: elements!.max })),
      fn([K, MAP], BOOL, contains),
    ],
  ],
  ["_[_]", [fn([LIST, INT], A, at), fn([MAP, K], V, at)]],
  // These three look at their operands themselves.
  ["_&&_", [fn([BOOL, BOOL], BOOL, () => false)]],
  ["_||_", [fn([BOOL, BOOL], BOOL, () => false)]],
  ["_?_:_", [fn([BOOL, A, A], A, () => false)]],
  ["@not_strictly_false", [fn([BOOL], BOOL, () => false)]],
  [
    "size",
    [
      ...SIZED.map((type) => fn([type], INT, size)),
      ...SIZED.map((type) => method([type], INT, size)),
    ],
  ],
  ["type", [fn([A], typeOf(A), (value: CelValue) => new CelTypeValue(typeNameOf(value)))]],
  ["dyn", [fn([A], DYN, (value: CelValue) => value)]],
];

/** Names of types that stand for themselves in an expression. */
export const TYPE_NAMES: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ["bool", BOOL],
  ["int", INT],
  ["uint", UINT],
  ["double", DOUBLE],
  ["string", STRING],
  ["bytes", BYTES],
  ["null_type", NULL],
  ["list", list(DYN)],
  ["map", map(DYN, DYN)],
]);
