import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { LatencyHistogram } from "../../src/record/latency-histogram.js";

const durations = fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1 });
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

describe("a histogram of latencies", () => {
  test.prop([durations, share, fc.integer({ min: 2, max: 14 })])(
    "tells every quantile within its relative error",
    (values, p, bits) => {
      const histogram = new LatencyHistogram(bits);
      for (const value of values) histogram.add(value);
      const sorted = [...values].sort((x, y) => x - y);
      const exact = sorted[Math.max(0, Math.ceil(p * values.length - 1e-9) - 1)]!;
      const off = Math.abs(histogram.quantile(p) - exact) / exact;
      expect(off).toBeLessThanOrEqual(histogram.relativeError * (1 + 1e-9));
    },
  );

  test.prop([durations, durations])("is the same merged as filled at once", (some, others) => {
    const filled = (values: readonly number[]): LatencyHistogram => {
      const histogram = new LatencyHistogram();
      for (const value of values) histogram.add(value);
      return histogram;
    };
    const merged = filled(some);
    merged.merge(filled(others));
    const whole = filled([...some, ...others]);
    expect([merged.count, merged.max]).toEqual([whole.count, whole.max]);
    for (const p of [0.01, 0.5, 0.99]) expect(merged.quantile(p)).toBe(whole.quantile(p));
  });

  const points = fc.array(
    fc.record({
      seconds: fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e6, noNaN: true })),
      share: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
    }),
  );

  test.prop([fc.array(points, { maxLength: 4 }), fc.integer({ min: 1, max: 1000 })])(
    "takes many durations with their shares as it takes them one by one, also after it was emptied",
    (batches, times) => {
      const [some, one] = [new LatencyHistogram(), new LatencyHistogram()];
      for (const batch of batches) {
        some.clear();
        one.clear();
        const seconds = Float64Array.from(batch, (point) => point.seconds);
        const shares = Float64Array.from(batch, (point) => point.share);
        some.addShares({ seconds, shares, length: batch.length }, times);
        for (const point of batch) if (point.share > 0) one.add(point.seconds, times * point.share);
        expect([some.count, some.sum, some.max]).toEqual([one.count, one.sum, one.max]);
        for (const p of [0.1, 0.5, 0.99]) expect(some.quantile(p)).toBe(one.quantile(p));
        const copy = new LatencyHistogram();
        copy.merge(some);
        expect(copy.quantile(0.5)).toBe(one.quantile(0.5));
        expect(copy.shareAbove(1)).toBe(one.shareAbove(1));
      }
    },
  );

  test("tells 0 exactly, and counts what is above a bound", () => {
    const histogram = new LatencyHistogram();
    histogram.add(0, 3);
    histogram.add(1);
    expect(histogram.quantile(0.75)).toBe(0);
    expect(histogram.quantile(0.76)).toBeCloseTo(1, 1);
    expect(histogram.shareAbove(0.5)).toBe(0.25);
    expect(histogram.shareAbove(0)).toBe(0.25);
    expect(histogram.shareAbove(2)).toBe(0);
    expect(histogram.mean).toBe(0.25);
  });

  test("an empty one tells no quantile", () => {
    expect(new LatencyHistogram().quantile(0.5)).toBeNaN();
  });
});
