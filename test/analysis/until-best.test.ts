import { describe, expect, test } from "vitest";
import { lookForBest, nextCounts } from "../../src/analysis/statistics/selection/until-best.js";
import { untilBestTrials } from "./until-best-trials.js";

const RULE = { better: "smaller", indifference: { amount: 1 }, sure: 0.95 } as const;

describe("a sweep that ends when it knows the best", () => {
  test("selects it in 95 % of trials where it leads by the indifference exactly", () => {
    const { right, ended } = untilBestTrials({ means: [0, 1, 1, 1], shared: 0, own: 1.5 }, 200);
    expect(right).toBeGreaterThanOrEqual(0.95);
    expect(ended).toBe(1);
  });

  test("needs fewer runs where variants see the same disturbance", () => {
    const runs = (shared: number, own: number) =>
      untilBestTrials({ means: [0, 1, 1, 1], shared, own }, 100).runs;
    // The standard deviation of one run is 3.2 both times.
    expect(runs(3, 1.2)).toBeLessThan(0.5 * runs(0, 3.23));
  });

  test("gives most seeds to those that are hard to tell apart", () => {
    const stream = (mean: number) =>
      Array.from({ length: 10 }, (_, i) => mean + ((i * 7) % 10) / 9);
    const near = stream(0).reverse();
    const streams = [stream(0), near.map((value) => value + 0.1), stream(9).reverse()];
    const look = lookForBest(streams, { ...RULE, indifference: { amount: 0 } });
    const [first, second, third] = nextCounts(streams, look, 20);
    expect(first! + second! + third!).toBe(50);
    expect(third).toBe(10);
    expect(second).toBeGreaterThan(15);
  });

  test("knows at once where no seed changes a variant", () => {
    const look = lookForBest([Array(10).fill(5), Array(10).fill(4)], RULE);
    expect(look).toMatchObject({ best: 1, probability: 1 });
  });

  test("takes larger values for better where that is asked for", () => {
    const streams = [Array(10).fill(5), Array(10).fill(4)];
    expect(lookForBest(streams, { ...RULE, better: "larger" }).best).toBe(0);
  });

  test("never knows where all are equal and no difference is too small", () => {
    const streams = [Array(10).fill(0), Array(10).fill(0)];
    const look = lookForBest(streams, { ...RULE, indifference: { share: 0.01 } });
    expect(look.probability).toBe(0);
    expect(nextCounts(streams, look, 10)).toEqual([15, 15]);
  });
});
