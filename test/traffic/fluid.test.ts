import { describe, expect, test } from "vitest";
import { distributionOf } from "../../src/kernel/distribution.js";
import { LatencyHistogram } from "../../src/record/latency-histogram.js";
import { FluidPods, prepareFluid } from "../../src/traffic/fluid/fluid-pods.js";
import { LatencyParts } from "../../src/traffic/fluid/latency-parts.js";
import type { Law } from "../../src/traffic/laws/law.js";
import { tabulated } from "../../src/traffic/laws/tabulated.js";
import { singleService } from "./single-service.js";

const LAWS: readonly (readonly [string, Law])[] = [
  ["exponential", distributionOf({ type: "exponential", mean: 1 })],
  ["deterministic", distributionOf({ type: "constant", value: 1 })],
  ["lognormal, cv 0.5", tabulated(distributionOf({ type: "lognormal", mean: 1, cv: 0.5 }))],
  ["lognormal, cv 2", tabulated(distributionOf({ type: "lognormal", mean: 1, cv: 2 }))],
];

function settled(delay: Law, concurrency: number, load: number, queueLimit = Infinity) {
  const model = { concurrency, queueLimit, delay, cpu: null, cores: Infinity };
  const pods = new FluidPods(model, prepareFluid(model));
  pods.advance(100_000, load * concurrency);
  const histogram = new LatencyHistogram(10);
  const parts = new LatencyParts();
  pods.latencies(parts);
  histogram.addShares(parts.points(), 1);
  return { pods, histogram };
}

describe("fluid pods", () => {
  test.each(LAWS)("have the mean of Pollaczek and Khinchine at every load: %s", (_, law) => {
    const { waits } = prepareFluid({ delay: law, cpu: null });
    const residual = waits.meanRatio(0.5, 1);
    for (const load of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const { histogram } = settled(law, 1, load);
      expect(histogram.mean).toBeCloseTo(1 + (load * residual) / (1 - load), 1);
    }
  });

  // As single requests have them, whose 95 % intervals were within 5 %: lognormal of cv 2, one place.
  test.each([
    [0.7, 53.9],
    [0.8, 77.6],
    [0.9, 138.9],
  ])("have the long waits of a heavy tail: load %d, p99 %d", (load, p99) => {
    const { histogram } = settled(LAWS[3]![1], 1, load);
    expect(Math.abs(histogram.quantile(0.99) / p99 - 1)).toBeLessThan(0.1);
  });

  test("refuse as many as Erlang's loss formula says", () => {
    // B(5, 4) = 0.19907.
    const { pods } = settled(LAWS[0]![1], 5, 0.8, 0);
    expect(pods.refusedShare).toBeCloseTo(0.19907, 4);
  });

  test.each([
    [0.5, 2],
    [0.7, 4],
    [0.9, 4],
  ])("are near to single requests: load %d, concurrency %d, lognormal of cv 1", (load, places) => {
    const service = tabulated(distributionOf({ type: "lognormal", mean: 1, cv: 1 }));
    const { histogram } = settled(service, places, load);
    const run = singleService({ rate: load * places, service, concurrency: places });
    run.loop.runUntil(60_000);
    const { sojourns } = run.tally;
    // Bounds of the promise, and of a short run.
    expect(Math.abs(histogram.mean / sojourns.mean - 1)).toBeLessThan(0.1);
    expect(Math.abs(histogram.quantile(0.99) / sojourns.quantile(0.99) - 1)).toBeLessThan(0.2);
  });

  test("that are overloaded fill by what comes too much, and empty again", () => {
    const { pods } = settled(LAWS[0]![1], 4, 0.5);
    const before = pods.chain.meanPresent;
    pods.advance(100, 10);
    expect(pods.chain.meanPresent).toBeGreaterThan(590);
    expect(pods.chain.meanPresent).toBeLessThan(610);
    pods.advance(1000, 2);
    expect(pods.chain.meanPresent).toBeCloseTo(before, 3);
  });

  test("are one mean of theirs when empty ones join", () => {
    const { pods } = settled(LAWS[0]![1], 4, 0.8);
    const before = pods.chain.meanPresent;
    pods.chain.mixInEmpty(3, 1);
    expect(pods.chain.meanPresent).toBeCloseTo(before * 0.75, 9);
  });
});
