import { assert } from "../base/assert.js";

export type QuantityFormat = "BinarySI" | "DecimalSI" | "DecimalExponent";

/** Why a text is no quantity, in a sentence that ends with what would be right. A value, not thrown. */
export class QuantityError {
  constructor(readonly message: string) {}
}

const FORM = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[+-]?[0-9]*)$/;
const DECIMAL_EXPONENT = /^[eE]([+-]?[0-9]+)$/;
const DECIMAL_SUFFIXES: ReadonlyMap<string, number> = new Map(
  ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].map((suffix, i) => [suffix, 3 * i - 9]),
);
const DECIMAL_SUFFIX_OF: ReadonlyMap<number, string> = new Map(
  [...DECIMAL_SUFFIXES].map(([suffix, exponent]) => [exponent, suffix]),
);
const BINARY_SUFFIXES = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const BYTES_OF_UNIT = [2 ** 10, 2 ** 20, 2 ** 30, 2 ** 40] as const;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const NANO = -9;
const MAX_INT32 = 2 ** 31 - 1;
/** Upstream takes any exponent of 32 bits and may then work on gigabytes of digits. */
const MAX_DIGITS = 10_000;
/** Every suffix that a quantity may have. */
export const QUANTITY_SUFFIXES = "n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei";
const WHAT_IS_RIGHT = `write a number and one of the suffixes ${QUANTITY_SUFFIXES} or an exponent, such as "500m", "1.5", "2Gi" or "1e3"`;

function abs(n: bigint): bigint {
  return n < 0n ? -n : n;
}

/** `unscaled` divided by 10^`digits`, rounded away from zero. */
function divideAwayFromZero(unscaled: bigint, digits: number): bigint {
  if (unscaled === 0n) return 0n;
  const sign = unscaled < 0n ? -1n : 1n;
  const magnitude = abs(unscaled);
  if (digits > magnitude.toString().length) return sign;
  const divisor = 10n ** BigInt(digits);
  return sign * ((magnitude + divisor - 1n) / divisor);
}

/**
 * A Kubernetes resource quantity: an exact decimal number (`unscaled` × 10^`exponent`, without
 * trailing zeros) and the format it is written in. Immutable.
 *
 * Source: Kubernetes API reference, "Quantity"; apimachinery `pkg/api/resource`.
 */
export class Quantity {
  private constructor(
    readonly unscaled: bigint,
    readonly exponent: number,
    readonly format: QuantityFormat,
  ) {}

  /** The quantity of value `unscaled` × 10^`exponent`. */
  static of(
    unscaled: bigint | number,
    format: QuantityFormat = "DecimalSI",
    exponent = 0,
  ): Quantity {
    let digits = BigInt(unscaled);
    let scale = exponent;
    if (digits === 0n) return new Quantity(0n, 0, format);
    while (digits % 1_000_000n === 0n) {
      digits /= 1_000_000n;
      scale += 6;
    }
    while (digits % 10n === 0n) {
      digits /= 10n;
      scale += 1;
    }
    return new Quantity(digits, scale, format);
  }

  get isZero(): boolean {
    return this.unscaled === 0n;
  }

  /** -1, 0 or 1. */
  get sign(): number {
    return this.unscaled === 0n ? 0 : this.unscaled < 0n ? -1 : 1;
  }

  /** -1, 0 or 1 as this is less than, equal to or greater than `other`, whatever the formats. */
  compare(other: Quantity): number {
    if (this.sign !== other.sign) return this.sign < other.sign ? -1 : 1;
    if (this.sign === 0) return 0;
    const magnitude = abs(this.unscaled).toString().length + this.exponent;
    const otherMagnitude = abs(other.unscaled).toString().length + other.exponent;
    if (magnitude !== otherMagnitude) return magnitude < otherMagnitude ? -this.sign : this.sign;
    const [a, b] = aligned(this, other);
    return a === b ? 0 : a < b ? -1 : 1;
  }

  /** The sum, in the format of this quantity, or in that of `other` if this one is zero. */
  add(other: Quantity): Quantity {
    const [a, b, exponent] = aligned(this, other);
    return Quantity.of(a + b, this.isZero ? other.format : this.format, exponent);
  }

  /** The difference, in the format of this quantity, or in that of `other` if this one is zero. */
  subtract(other: Quantity): Quantity {
    const [a, b, exponent] = aligned(this, other);
    return Quantity.of(a - b, this.isZero ? other.format : this.format, exponent);
  }

  /** The exact product, in the format of this quantity. */
  multiply(other: Quantity): Quantity {
    const exponent = this.exponent + other.exponent;
    return Quantity.of(this.unscaled * other.unscaled, this.format, exponent);
  }

  negate(): Quantity {
    return new Quantity(-this.unscaled, this.exponent, this.format);
  }

  /** This, rounded away from zero to a multiple of 10^`scale`; `exact` if nothing was lost. */
  roundUp(scale: number): { readonly quantity: Quantity; readonly exact: boolean } {
    if (this.exponent >= scale) return { quantity: this, exact: true };
    const rounded = divideAwayFromZero(this.unscaled, scale - this.exponent);
    const quantity = Quantity.of(rounded, this.format, scale);
    return { quantity, exact: quantity.compare(this) === 0 };
  }

  /** In units of 10^`scale`, rounded away from zero, held within 64 bits. */
  scaledValue(scale: number): bigint {
    const shift = this.exponent - scale;
    if (shift > 19 && !this.isZero) return this.unscaled < 0n ? MIN_INT64 : MAX_INT64;
    const value =
      shift >= 0 ? this.unscaled * 10n ** BigInt(shift) : divideAwayFromZero(this.unscaled, -shift);
    return value > MAX_INT64 ? MAX_INT64 : value < MIN_INT64 ? MIN_INT64 : value;
  }

  /** In whole units, rounded away from zero. */
  value(): bigint {
    return this.scaledValue(0);
  }

  /** In thousandths, rounded away from zero. */
  milliValue(): bigint {
    return this.scaledValue(-3);
  }

  /** The canonical text: the largest suffix that needs no fraction. */
  toString(): string {
    if (this.isZero) return "0";
    if (this.format === "BinarySI") {
      const binary = binaryText(this);
      if (binary !== undefined) return binary;
    }
    // An exponent that is a multiple of three, below the one without trailing zeros.
    const exponent = this.exponent - (((this.exponent % 3) + 3) % 3);
    const mantissa = this.unscaled * 10n ** BigInt(this.exponent - exponent);
    const suffix = this.format === "DecimalExponent" ? undefined : DECIMAL_SUFFIX_OF.get(exponent);
    return `${mantissa}${suffix ?? (exponent === 0 ? "" : `e${exponent}`)}`;
  }
}

function aligned(a: Quantity, b: Quantity): readonly [bigint, bigint, number] {
  if (a.isZero) return [0n, b.unscaled, b.exponent];
  if (b.isZero) return [a.unscaled, 0n, a.exponent];
  const exponent = Math.min(a.exponent, b.exponent);
  return [
    a.unscaled * 10n ** BigInt(a.exponent - exponent),
    b.unscaled * 10n ** BigInt(b.exponent - exponent),
    exponent,
  ];
}

/** Undefined where decimal notation is used: fractions, less than 1Ki, no suffix large enough. */
function binaryText(quantity: Quantity): string | undefined {
  if (quantity.exponent < 0) return undefined;
  let mantissa = quantity.unscaled * 10n ** BigInt(quantity.exponent);
  if (abs(mantissa) < 1024n) return undefined;
  let power = 0;
  while (mantissa % 1024n === 0n) {
    mantissa /= 1024n;
    power += 1;
  }
  const suffix = BINARY_SUFFIXES[power];
  return suffix === undefined ? undefined : `${mantissa}${suffix}`;
}

/** The parts of a quantity's text; leading zeros of the whole part are dropped. */
interface QuantityParts {
  readonly positive: boolean;
  readonly whole: string;
  readonly fraction: string;
  readonly suffix: string;
}

/** Takes a quantity's text apart without looking at what the suffix means. */
export function splitQuantity(text: string): QuantityParts | QuantityError {
  const match = text === "" ? null : FORM.exec(text);
  if (match === null) {
    return new QuantityError(`${JSON.stringify(text)} is not a quantity: ${WHAT_IS_RIGHT}`);
  }
  const whole = match[2]!.replace(/^0+/, "");
  return {
    positive: match[1] !== "-",
    whole: whole === "" ? "0" : whole,
    fraction: match[3] ?? "",
    suffix: match[4]!,
  };
}

function interpretSuffix(
  suffix: string,
): { base: 2 | 10; exponent: number; format: QuantityFormat } | undefined {
  const decimal = DECIMAL_SUFFIXES.get(suffix);
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: "DecimalSI" };
  const power = (BINARY_SUFFIXES as readonly string[]).indexOf(suffix);
  if (power > 0) return { base: 2, exponent: 10 * power, format: "BinarySI" };
  const exponent = Number(DECIMAL_EXPONENT.exec(suffix)?.[1] ?? Number.NaN);
  if (!(Math.abs(exponent) <= MAX_INT32)) return undefined;
  return { base: 10, exponent, format: "DecimalExponent" };
}

/**
 * Reads a quantity as JSON and YAML may have it. What is smaller than a billionth is rounded away
 * from zero to billionths; a binary quantity beyond 64 bits becomes the largest one.
 */
export function parseQuantity(text: string | number): Quantity | QuantityError {
  const parts = splitQuantity(typeof text === "number" ? String(text) : text);
  if (parts instanceof QuantityError) return parts;
  const unit = interpretSuffix(parts.suffix);
  if (unit === undefined) {
    return new QuantityError(
      `${JSON.stringify(text)} has the unknown suffix ${JSON.stringify(parts.suffix)}: ${WHAT_IS_RIGHT}`,
    );
  }
  const digits = BigInt(parts.whole + parts.fraction);
  let exponent = -parts.fraction.length;
  let unscaled = digits;
  if (unit.base === 10) exponent += unit.exponent;
  else unscaled *= 2n ** BigInt(unit.exponent);
  if (digits !== 0n && digits.toString().length + exponent > MAX_DIGITS) {
    return new QuantityError(
      `${JSON.stringify(text)} is too large: a quantity has at most ${MAX_DIGITS} digits`,
    );
  }
  if (exponent < NANO) {
    unscaled = divideAwayFromZero(unscaled, NANO - exponent);
    exponent = NANO;
  }
  return bounded(Quantity.of(parts.positive ? unscaled : -unscaled, unit.format, exponent));
}

function bounded(quantity: Quantity): Quantity {
  if (quantity.format !== "BinarySI" || quantity.isZero) return quantity;
  const max = Quantity.of(MAX_INT64, "BinarySI");
  const magnitude = quantity.sign < 0 ? quantity.negate() : quantity;
  if (magnitude.compare(max) > 0) return quantity.sign < 0 ? max.negate() : max;
  if (magnitude.compare(Quantity.of(1)) < 0) {
    return Quantity.of(quantity.unscaled, "DecimalSI", quantity.exponent);
  }
  return quantity;
}

/** Reads a quantity as a field of an object has it: null is 0, and space around it is allowed. */
export function readQuantity(value: unknown): Quantity | QuantityError {
  if (value === null) return Quantity.of(0);
  if (typeof value === "string") return parseQuantity(value.trim());
  if (typeof value === "number") return parseQuantity(value);
  return new QuantityError(`${JSON.stringify(value)} is not a quantity: ${WHAT_IS_RIGHT}`);
}

/** Reads a quantity that was validated before: anything else is a bug of ours. */
export function mustParseQuantity(text: string | number): Quantity {
  const quantity = readQuantity(text);
  assert(quantity instanceof Quantity, () => (quantity as QuantityError).message);
  return quantity;
}

/** The value as the nearest number, as upstream's AsApproximateFloat64. */
export function numberOf({ unscaled, exponent }: Quantity): number {
  return Number(`${unscaled}e${exponent}`);
}

/** Milli-units of a validated quantity (`250m` → 250), rounded up as upstream's MilliValue. */
export function parseCpuMillis(quantity: string | number): number {
  const text = String(quantity);
  const last = text.length - 1;
  const milli = text.charCodeAt(last) === 109; // m
  const plain = plainInteger(text, milli ? last : last + 1);
  if (plain >= 0) return milli ? plain : plain * 1000;
  return Number(mustParseQuantity(text).milliValue());
}

/** Whole units of a validated quantity (`1Ki` → 1024), rounded up as upstream's Value. */
export function parseBytes(quantity: string | number): number {
  const text = String(quantity);
  const length = text.length;
  if (text.charCodeAt(length - 1) === 105) {
    const unit = "KMGT".indexOf(text.charAt(length - 2));
    const plain = unit < 0 ? -1 : plainInteger(text, length - 2);
    const bytes = plain * (BYTES_OF_UNIT[unit] ?? -1);
    if (plain >= 0 && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
  } else {
    const plain = plainInteger(text, length);
    if (plain >= 0) return plain;
  }
  return Number(mustParseQuantity(text).value());
}

/** `cpu` in milli-units, any other resource in whole units: the integers that the scheduler uses. */
export function parseResource(resource: string, quantity: string | number): number {
  return resource === "cpu" ? parseCpuMillis(quantity) : parseBytes(quantity);
}

/** The integer that the first `length` characters spell, or -1: no digits, or too many for the fast path. */
function plainInteger(text: string, length: number): number {
  if (length < 1 || length > 12) return -1;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
