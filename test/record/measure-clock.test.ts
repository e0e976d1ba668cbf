import { describe, expect, it } from "vitest";
import { MeasureClock } from "../../src/record/measure-clock.js";

function cutsOf(doubleAfter: number, endMicros: number): readonly (readonly [number, number])[] {
  const cuts: [number, number][] = [];
  const edges = {
    cut: (fromMicros: number, toMicros: number) => cuts.push([fromMicros, toMicros]),
    openWindow() {},
    closeWindow() {},
  };
  const window = { fromMicros: 0, toMicros: null };
  new MeasureClock(0, { everyMicros: 10, doubleAfter }, window, edges).finish(endMicros);
  return cuts;
}

describe("the intervals of a time series", () => {
  it("double in length after a given number, and leave no gap", () => {
    expect(cutsOf(2, 75)).toEqual([
      [0, 10],
      [10, 20],
      [20, 40],
      [40, 60],
      [60, 75],
    ]);
  });

  it("all have one length where they are not to grow", () => {
    const cuts = cutsOf(Number.POSITIVE_INFINITY, 1000);
    expect(new Set(cuts.map(([from, to]) => to - from))).toEqual(new Set([10]));
  });

  it("are few even in a run of centuries", () => {
    expect(cutsOf(1000, 2 ** 52).length).toBeLessThan(41_000);
  });
});
