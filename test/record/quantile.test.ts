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

  it("counts a censored one with its age", () => {
    const waits = durations([10, 20, 30], [15]);
    expect(quantile(waits, 25)).toBe(10);
    expect(quantile(waits, 50)).toBeNaN();
    expect(quantile(waits, 75)).toBe(20);
    expect(quantile(waits, 100)).toBe(30);
  });

  it("agrees with sorting the two kinds together", () => {
    const values = fc.array(fc.nat({ max: 20 }), { maxLength: 30 });
    fc.assert(
      fc.property(values, values, fc.integer({ min: 1, max: 100 }), (seen, cut, percent) => {
        const all = [
          ...seen.map((value) => ({ value, isCensored: false })),
          ...cut.map((value) => ({ value, isCensored: true })),
        ].sort((a, b) => a.value - b.value || Number(a.isCensored) - Number(b.isCensored));
        const at = all[Math.max(1, Math.ceil((percent * all.length) / 100)) - 1];
        const expected = at === undefined || at.isCensored ? Number.NaN : at.value;
        expect(quantile(durations(seen, cut), percent)).toBe(expected);
      }),
    );
  });
});
