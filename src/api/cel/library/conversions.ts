import { BOOL, BYTES, DOUBLE, INT, STRING, UINT } from "../cel-type.js";
import { CelUint, type CelValue } from "../cel-value.js";
import {
  type CallCost,
  fail,
  fn,
  type Overload,
  type Size,
  STRING_FACTOR,
  times,
} from "../cel-function.js";

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

function int(value: bigint): bigint {
  return value < MIN_INT || value > MAX_INT ? fail("integer overflow") : value;
}

function uint(value: bigint): CelUint {
  return value < 0n || value > MAX_UINT ? fail("unsigned integer overflow") : new CelUint(value);
}

function whole(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : fail("integer overflow");
}

function digits(text: string): bigint {
  return /^[+-]?[0-9]+$/.test(text)
    ? BigInt(text.replace(/^\+/, ""))
    : fail(`type conversion error: "${text}" is no integer`);
}

function double(text: string): number {
  const isNumber = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(text);
  return isNumber ? Number(text) : fail(`type conversion error: "${text}" is no double`);
}

const TRUE: readonly string[] = ["1", "t", "T", "TRUE", "true", "True"];
const FALSE: readonly string[] = ["0", "f", "F", "FALSE", "false", "False"];

function bool(text: string): boolean {
  if (TRUE.includes(text)) return true;
  return FALSE.includes(text) ? false : fail(`type conversion error: "${text}" is no bool`);
}

function utf8(bytes: Uint8Array): string {
  try {
    return decodeURIComponent(
      [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
    );
  } catch {
    return fail("invalid UTF-8 in bytes, cannot convert to string");
  }
}

function bytesOf(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const part of encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|(.)/g)) {
    bytes.push(part[1] === undefined ? part[2]!.charCodeAt(0) : Number.parseInt(part[1], 16));
  }
  return Uint8Array.from(bytes);
}

function scanned([text]: readonly Size[]): CallCost {
  return { cost: times(text!.max, STRING_FACTOR), size: text! };
}

const same = (value: CelValue): CelValue => value;

/** `int`, `uint`, `double`, `string`, `bool` and `bytes` as functions. */
export const CONVERSIONS: readonly (readonly [string, readonly Overload[]])[] = [
  [
    "int",
    [
      fn([INT], INT, same),
      fn([UINT], INT, (a: CelUint) => int(a.value)),
      fn([DOUBLE], INT, (a: number) => int(whole(a))),
      fn([STRING], INT, (a: string) => int(digits(a))),
    ],
  ],
  [
    "uint",
    [
      fn([UINT], UINT, same),
      fn([INT], UINT, (a: bigint) => uint(a)),
      fn([DOUBLE], UINT, (a: number) => uint(whole(a))),
      fn([STRING], UINT, (a: string) => uint(digits(a))),
    ],
  ],
  [
    "double",
    [
      fn([DOUBLE], DOUBLE, same),
      fn([INT], DOUBLE, (a: bigint) => Number(a)),
      fn([UINT], DOUBLE, (a: CelUint) => Number(a.value)),
      fn([STRING], DOUBLE, double),
    ],
  ],
  [
    "string",
    [
      fn([STRING], STRING, same),
      fn([BOOL], STRING, (a: boolean) => String(a)),
      fn([INT], STRING, (a: bigint) => String(a)),
      fn([UINT], STRING, (a: CelUint) => String(a.value)),
      fn([DOUBLE], STRING, (a: number) => String(a)),
      fn([BYTES], STRING, utf8, scanned),
    ],
  ],
  ["bool", [fn([BOOL], BOOL, same), fn([STRING], BOOL, bool)]],
  ["bytes", [fn([BYTES], BYTES, same), fn([STRING], BYTES, bytesOf, scanned)]],
];
