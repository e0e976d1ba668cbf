import { Quantity, QuantityError, parseQuantity } from "../../quantity.js";
import { BOOL, type CelType, DOUBLE, INT, object, STRING } from "../cel-type.js";
import {
  type CallCost,
  fail,
  fn,
  method,
  type Overload,
  type Size,
  STRING_FACTOR,
  times,
} from "../cel-function.js";
import { Semver } from "../semver.js";

/** Kubernetes' own types: they have no fields, only functions. */
export const QUANTITY: CelType = object("kubernetes.Quantity", {});
const SEMVER: CelType = object("kubernetes.Semver", {});

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

const scanned = ([text]: readonly Size[]): CallCost => ({ cost: times(text!.max, STRING_FACTOR) });

function quantity(text: string): Quantity {
  const parsed = parseQuantity(text);
  return parsed instanceof QuantityError ? fail(parsed.message) : parsed;
}

/** The value as an integer of 64 bits; undefined if it is none. */
function integer(value: Quantity): bigint | undefined {
  const rounded = value.value();
  const exact = Quantity.of(rounded).compare(value) === 0;
  return exact && rounded >= MIN_INT && rounded <= MAX_INT ? rounded : undefined;
}

const asFloat = (value: Quantity): number => Number(`${value.unscaled}e${value.exponent}`);

/** Source: apiserver `pkg/cel/library/quantity.go`. */
export const QUANTITY_FUNCTIONS: readonly (readonly [string, readonly Overload[]])[] = [
  ["quantity", [fn([STRING], QUANTITY, quantity, scanned)]],
  [
    "isQuantity",
    [
      fn(
        [STRING],
        BOOL,
        (text: string) => !(parseQuantity(text) instanceof QuantityError),
        scanned,
      ),
    ],
  ],
  ["sign", [fn([QUANTITY], INT, (a: Quantity) => BigInt(Math.sign(a.sign)))]],
  [
    "isGreaterThan",
    [method([QUANTITY, QUANTITY], BOOL, (a: Quantity, b: Quantity) => a.compare(b) > 0)],
  ],
  [
    "isLessThan",
    [method([QUANTITY, QUANTITY], BOOL, (a: Quantity, b: Quantity) => a.compare(b) < 0)],
  ],
  [
    "compareTo",
    [
      method([QUANTITY, QUANTITY], INT, (a: Quantity, b: Quantity) =>
        BigInt(Math.sign(a.compare(b))),
      ),
    ],
  ],
  ["asApproximateFloat", [method([QUANTITY], DOUBLE, asFloat)]],
  [
    "asInteger",
    [
      method(
        [QUANTITY],
        INT,
        (a: Quantity) => integer(a) ?? fail("cannot convert value to integer"),
      ),
    ],
  ],
  ["isInteger", [method([QUANTITY], BOOL, (a: Quantity) => integer(a) !== undefined)]],
  [
    "add",
    [
      method([QUANTITY, QUANTITY], QUANTITY, (a: Quantity, b: Quantity) => a.add(b)),
      method([QUANTITY, INT], QUANTITY, (a: Quantity, b: bigint) => a.add(Quantity.of(b))),
    ],
  ],
  [
    "sub",
    [
      method([QUANTITY, QUANTITY], QUANTITY, (a: Quantity, b: Quantity) => a.subtract(b)),
      method([QUANTITY, INT], QUANTITY, (a: Quantity, b: bigint) => a.subtract(Quantity.of(b))),
    ],
  ],
];

function semver(text: string, normalize = false): Semver {
  const parsed = normalize ? Semver.parseLenient(text) : Semver.parse(text);
  return parsed ?? fail(`${JSON.stringify(text)} is no semantic version`);
}

function isSemver(text: string, normalize = false): boolean {
  return (normalize ? Semver.parseLenient(text) : Semver.parse(text)) !== undefined;
}

/** Source: apiserver `pkg/cel/library/semverlib.go`. */
export const SEMVER_FUNCTIONS: readonly (readonly [string, readonly Overload[]])[] = [
  ["semver", [fn([STRING], SEMVER, semver, scanned), fn([STRING, BOOL], SEMVER, semver, scanned)]],
  [
    "isSemver",
    [fn([STRING], BOOL, isSemver, scanned), fn([STRING, BOOL], BOOL, isSemver, scanned)],
  ],
  ["isGreaterThan", [method([SEMVER, SEMVER], BOOL, (a: Semver, b: Semver) => a.compare(b) > 0)]],
  ["isLessThan", [method([SEMVER, SEMVER], BOOL, (a: Semver, b: Semver) => a.compare(b) < 0)]],
  [
    "compareTo",
    [method([SEMVER, SEMVER], INT, (a: Semver, b: Semver) => BigInt(Math.sign(a.compare(b))))],
  ],
  ["major", [method([SEMVER], INT, (a: Semver) => a.major)]],
  ["minor", [method([SEMVER], INT, (a: Semver) => a.minor)]],
  ["patch", [method([SEMVER], INT, (a: Semver) => a.patch)]],
];
