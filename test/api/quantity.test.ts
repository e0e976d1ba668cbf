import { describe, expect, test } from "vitest";
import fc from "fast-check";
import {
  Quantity,
  QuantityError,
  mustParseQuantity,
  parseBytes,
  parseCpuMillis,
  parseQuantity,
  parseResource,
  readQuantity,
  splitQuantity,
} from "../../src/api/quantity.js";

const q = mustParseQuantity;

const quantities = fc
  .tuple(
    fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
    fc.integer({ min: -9, max: 12 }),
    fc.constantFrom("DecimalSI" as const, "BinarySI" as const, "DecimalExponent" as const),
  )
  .map(([unscaled, exponent, format]) => Quantity.of(unscaled, format, exponent));

const texts = fc
  .tuple(
    fc.constantFrom("", "-", "+"),
    fc.nat({ max: 999_999_999 }),
    fc.constantFrom("", ".5", ".001", ".123456789123"),
    fc.constantFrom("", "n", "u", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "e3", "E-3"),
  )
  .map((parts) => parts.join(""));

describe("parseQuantity", () => {
  test.each([
    ["4 cpus", "suffix"],
    ["", "not a quantity"],
    ["1Zi", "not a quantity"],
    ["1e", "suffix"],
    ["1e99999999999", "suffix"],
    ["1e20000", "too large"],
    ["0x10", "not a quantity"],
    ["1,5", "not a quantity"],
  ])("refuses %j and says what would be right", (text, because) => {
    const error = parseQuantity(text);
    expect(error).toBeInstanceOf(QuantityError);
    expect((error as QuantityError).message).toContain(JSON.stringify(text));
    expect((error as QuantityError).message).toMatch(/500m|at most/);
    if (because === "too large") expect((error as QuantityError).message).toContain(because);
  });

  test.each([
    ["1.5", "1500m"],
    ["0.5Mi", "512Ki"],
    ["1025Mi", "1025Mi"],
    ["1000k", "1M"],
    ["307135062.5Ki", "314506304000"],
    ["314506304000", "314506304k"],
    ["123e-3", "123e-3"],
    ["0", "0"],
    ["-0", "0"],
  ])("%s is written %s", (text, canonical) => {
    expect(q(text).toString()).toBe(canonical);
  });

  test("a number of YAML is read as its text", () => {
    expect(q(0.1).compare(q("100m"))).toBe(0);
    expect(q(1e21).compare(q("1e21"))).toBe(0);
  });

  test("the canonical text reads as the same quantity and is its own canonical text", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const first = q(text);
        const again = q(first.toString());
        expect(again.compare(first)).toBe(0);
        // A binary amount that no binary suffix divides has none, and so reads as a decimal one.
        if (/[0-9]$/.test(first.toString())) return;
        expect(again.toString()).toBe(first.toString());
      }),
    );
  });

  test("an object's field may be null or have space around it", () => {
    expect(String(readQuantity(null))).toBe("0");
    expect(String(readQuantity(" 1 "))).toBe("1");
    expect(readQuantity(true)).toBeInstanceOf(QuantityError);
  });

  test("splitQuantity refuses what has no form", () => {
    expect(splitQuantity("1.2.3")).toBeInstanceOf(QuantityError);
  });
});

describe("arithmetic", () => {
  test("is that of numbers", () => {
    fc.assert(
      fc.property(quantities, quantities, (a, b) => {
        expect(a.add(b).subtract(b).compare(a)).toBe(0);
        expect(a.subtract(b).sign).toBe(a.compare(b));
        expect(a.compare(b)).toBe(0 - b.compare(a));
        expect(a.add(b).compare(b.add(a))).toBe(0);
        expect(a.multiply(b).sign).toBe(a.sign * b.sign + 0);
      }),
    );
  });

  test("rounding up never brings a value nearer to zero, and loses less than one unit", () => {
    fc.assert(
      fc.property(quantities, fc.integer({ min: -9, max: 6 }), (a, scale) => {
        const { quantity, exact } = a.roundUp(scale);
        const unit = Quantity.of(1, "DecimalSI", scale);
        const lost = quantity.subtract(a);
        expect(lost.sign * a.sign).toBeGreaterThanOrEqual(0);
        expect((lost.sign < 0 ? lost.negate() : lost).compare(unit)).toBe(-1);
        expect(exact).toBe(lost.isZero);
      }),
    );
  });

  test("values beyond 64 bits are held at the bounds", () => {
    expect(q("1e30").value()).toBe(2n ** 63n - 1n);
    expect(q("-1e30").milliValue()).toBe(-(2n ** 63n));
  });
});

describe("the integers that the scheduler uses", () => {
  test.each([
    ["100m", 100],
    ["2", 2000],
    ["0.5", 500],
    ["1n", 1],
    ["1.0001", 1001],
    [2, 2000],
    [" 1 ", 1000],
  ])("%s of cpu is %d milli", (text, millis) => {
    expect(parseCpuMillis(text)).toBe(millis);
    expect(parseResource("cpu", text)).toBe(millis);
  });

  test.each([
    ["1Ki", 1024],
    ["1.5Gi", 1_610_612_736],
    ["1k", 1000],
    ["100m", 1],
    ["128974848", 128_974_848],
    ["9Ei", 2 ** 63],
    [" 5Mi", 5_242_880],
  ])("%s of memory is %d bytes", (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
    expect(parseResource("memory", text)).toBe(bytes);
  });

  test("the fast path and the exact arithmetic agree", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(parseCpuMillis(text)).toBe(Number(q(text).milliValue()));
        expect(parseBytes(text)).toBe(Number(q(text).value()));
      }),
    );
  });

  test("what was not validated is a bug, not a number", () => {
    expect(() => parseBytes("lots")).toThrow(/not a quantity/);
    expect(() => parseCpuMillis("4 cpus")).toThrow(/not a quantity/);
  });
});
