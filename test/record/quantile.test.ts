import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantile } from "../../src/record/quantile.js";

const durations = (observed: number[], censored: number[] = []) => ({
  observed: Float64Array.from(observed).sort(),
  censored: Float64Array.from(censored).sort(),
});

describe("a quantile by nearest rank", () => {
  it.each([
    { percent: 50, values: [15, 20, 35, 40, 50], expected: 35 },
    { percent: 30, values: [15, 20, 35, 40, 50], expected: 20 },
    { percent: 100, values: [15, 20, 35, 40, 50], expected: 50 },
    { percent: 90, values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], expected: 9 },
    { percent: 50, values: [7], expected: 7 },
  ])("takes the observed value at the rank: p$percent of $values", (c) => {
    expect(quantile(durations(c.values), c.percent)).toBe(c.expected);
  });

  it("is unknown without values", () => {
    expect(quantile(durations([]), 50)).toBeNaN();
  });

  it("is unknown where it falls among the censored, known below them", () => {
    const waits = durations([1, 2, 3, 4, 5, 6, 7, 8, 9], [100]);
    expect(quantile(waits, 90)).toBe(9);
    expect(quantile(waits, 99)).toBeNaN();
    expect(quantile(waits, 100)).toBeNaN();
  });

  it("hands the weight of a censored one on to those that took longer", () => {
    // 1/4 at 10; the quarter of the one cut at 15 goes to 20 and 30, which then have 3/8 each.
    const waits = durations([10, 20, 30], [15]);
    expect(quantile(waits, 25)).toBe(10);
    expect(quantile(waits, 26)).toBe(20);
    expect(quantile(waits, 62)).toBe(20);
    expect(quantile(waits, 63)).toBe(30);
    expect(quantile(waits, 100)).toBe(30);
  });

  it("hardly moves for ones that were cut at once, at the end of a run", () => {
    const waits = durations([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [0, 0, 0, 0.5]);
    for (let tenth = 1; tenth <= 10; tenth++) expect(quantile(waits, tenth * 10)).toBe(tenth);
  });

  it("is unknown from the half on where half of them never ended", () => {
    const waits = durations([1, 1, 1, 1], [5, 10, 15, 20]);
    expect(quantile(waits, 50)).toBe(1);
    expect(quantile(waits, 51)).toBeNaN();
    expect(quantile(waits, 100)).toBeNaN();
  });

  it("counts one that was cut when another ended as longer", () => {
    expect(quantile(durations([5], [5]), 50)).toBe(5);
    expect(quantile(durations([5], [5]), 51)).toBeNaN();
  });

  const values = fc.array(fc.nat({ max: 20 }), { maxLength: 30 });

  it("is the rank's value where nothing is censored", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (seen, percent) => {
        const sorted = seen.toSorted((a, b) => a - b);
        const expected = sorted[Math.ceil((percent * seen.length) / 100) - 1] ?? Number.NaN;
        expect(quantile(durations(seen), percent)).toBe(expected);
      }),
    );
  });

  it("agrees with handing on weights one by one, exactly", () => {
    fc.assert(
      fc.property(values, values, fc.integer({ min: 1, max: 100 }), (seen, cut, percent) => {
        expect(quantile(durations(seen, cut), percent)).toBe(byWeights(seen, cut, percent));
      }),
    );
  });

  it("does not fall as the percentage grows, and stays unknown once it is", () => {
    fc.assert(
      fc.property(values, values, (seen, cut) => {
        const waits = durations(seen, cut);
        let last = 0;
        for (let percent = 1; percent <= 100; percent++) {
          const value = quantile(waits, percent);
          if (Number.isNaN(last)) expect(value).toBeNaN();
          else if (!Number.isNaN(value)) expect(value).toBeGreaterThanOrEqual(last);
          last = value;
        }
      }),
    );
  });
});

/** Efron's way to the same estimate, in fractions of whole numbers. */
function byWeights(seen: readonly number[], cut: readonly number[], percent: number): number {
  const all = [
    ...seen.map((value) => ({ value, isCut: false })),
    ...cut.map((value) => ({ value, isCut: true })),
  ].sort((a, b) => a.value - b.value || Number(a.isCut) - Number(b.isCut));
  // Each weight is over this: every number by which one may be divided on the way.
  let whole = 1n;
  for (let i = 1; i <= all.length; i++) whole *= BigInt(i);
  let weight = all.length === 0 ? 0n : whole;
  let sum = 0n;
  const target = BigInt(percent) * whole * BigInt(all.length);
  for (const [i, { value, isCut }] of all.entries()) {
    const rest = BigInt(all.length - i - 1);
    if (isCut) {
      // Its weight goes to the rest in equal parts; all of them have the same weight by now.
      if (rest === 0n) return Number.NaN;
      weight += weight / rest;
    } else {
      sum += weight;
      if (sum * 100n >= target) return value;
    }
  }
  return Number.NaN;
}
