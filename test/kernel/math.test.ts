import { expect, test } from "vitest";
import * as math from "../../src/kernel/math.js";

/** Arguments over the range of use, even and odd places alike. */
function grid(from: number, to: number): number[] {
  return Array.from({ length: 2001 }, (_, i) => from + ((to - from) * i) / 2000);
}

// The built-in functions are accurate too, if not to the last bit the same everywhere.
test.each<[string, (x: number) => number, (x: number) => number, number[]]>([
  ["ln", math.ln, Math.log, grid(1e-6, 50)],
  ["exp", math.exp, Math.exp, grid(-40, 40)],
  ["expm1", math.expm1, Math.expm1, grid(-2, 2)],
  ["log1p", math.log1p, Math.log1p, grid(-0.999999, 2)],
  ["sin", math.sin, Math.sin, grid(-100, 100)],
  ["cos", math.cos, Math.cos, grid(-100, 100)],
  ["tan", math.tan, Math.tan, grid(-1.5, 1.5)],
  ["pow", (x) => math.pow(x, 2.7), (x) => x ** 2.7, grid(0, 50)],
])("%s agrees with the built-in one to a relative 1e-14", (_, port, builtIn, xs) => {
  for (const x of xs) {
    const expected = builtIn(x);
    expect(Math.abs(port(x) - expected), `at ${x}`).toBeLessThanOrEqual(
      1e-14 * Math.max(Math.abs(expected), 1e-2),
    );
  }
});

test("the gamma function gives factorials, and half-integers by the root of pi", () => {
  expect([1, 2, 3, 4, 5, 6].map((n) => math.gamma(n))).toEqual([1, 1, 2, 6, 24, 120]);
  expect(math.gamma(0.5)).toBeCloseTo(Math.sqrt(Math.PI), 13);
});

test("the error function and its inverse undo each other", () => {
  for (const p of [1e-15, 1e-6, 0.01, 0.5, 1, 1.5, 1.99]) {
    expect(math.erfc(math.erfcinv(p)) / p).toBeCloseTo(1, 12);
  }
});

test("the inverse incomplete gamma function of whole shapes inverts Erlang's formula", () => {
  for (const shape of [1, 2, 3, 7, 20]) {
    for (const p of [1e-9, 1e-3, 0.1, 0.5, 0.9, 0.999]) {
      const x = math.gammaincinv(p, shape);
      let term = Math.exp(-x);
      let upper = term;
      for (let k = 1; k < shape; k++) {
        term *= x / k;
        upper += term;
      }
      // The upper sum loses digits where p is tiny, so it is compared by its own size.
      expect(Math.abs(1 - upper - p), `p ${p}, shape ${shape}`).toBeLessThan(1e-13);
    }
  }
});
