import { describe, expect, test } from "vitest";
import { selectBest } from "../../src/analysis/selection/select-best.js";
import { bestSentence } from "../../src/analysis/selection/best-text.js";
import type { Variant } from "../../src/analysis/results/variants.js";
import { normal } from "../../src/analysis/statistics/normal.js";
import {
  FEWEST_SEEDS,
  precisionOf,
  SEEDS_PER_LOOK,
} from "../../src/analysis/statistics/until-precision.js";
import { tQuantiles } from "../../src/analysis/statistics/student-t.js";
import { meanOf, sampleVariance } from "../../src/analysis/statistics/sample.js";
import { RandomStreams, type RandomStream } from "../../src/kernel/random-streams.js";

const KEY = "cost_dollars";

/** Variants whose figure under each seed is this. */
function variantsOf(streams: readonly (readonly number[])[]): readonly Variant[] {
  return streams.map((values, i) => ({
    scenario: "s",
    name: `v${i}`,
    assignment: new Map(),
    runs: new Map(
      values.map((value, j) => [
        j + 1,
        { figures: new Map([[KEY, { metric: KEY, labels: "", value, unit: "dollars" }]]) } as never,
      ]),
    ),
  }));
}

const OPTIONS = {
  key: KEY,
  better: "smaller",
  indifference: 1,
  indifferenceShare: 0,
  alpha: 0.05,
  firstStage: 10,
} as const;

function gauss(stream: RandomStream): number {
  return normal.quantile((Math.floor(stream.next() * 2 ** 52) + 0.5) / 2 ** 52);
}

/** Systems that see the same disturbance of each seed, and a smaller one of their own. */
function correlated(stream: RandomStream, means: readonly number[], seeds: number): number[][] {
  const streams: number[][] = means.map(() => []);
  for (let j = 0; j < seeds; j += 1) {
    const shared = 3 * gauss(stream);
    for (const [i, mean] of means.entries()) streams[i]!.push(mean + shared + 1.2 * gauss(stream));
  }
  return streams;
}

describe("the best of all variants", () => {
  test("is right in 95 % of 1,000 trials of known answers where it leads by the indifference", () => {
    const stream = new RandomStreams(5).stream("trials");
    const trials = 1_000;
    let right = 0;
    let told = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      // The hardest case: all others are worse by the indifference exactly.
      const streams = correlated(stream, [100, 101, 101, 101], 60);
      const { selected } = selectBest(variantsOf(streams), OPTIONS);
      if (selected !== null) told += 1;
      if (selected === "v0") right += 1;
    }
    expect(told).toBeGreaterThan(0.97 * trials);
    expect(right / told).toBeGreaterThanOrEqual(0.95);
  });

  test("is not told where seeds do not suffice, with the shares of further ones", () => {
    const stream = new RandomStreams(6).stream("few");
    const found = selectBest(variantsOf(correlated(stream, [100, 100.01, 130], 12)), {
      ...OPTIONS,
      indifference: 0.05,
    });
    expect(found.selected).toBeNull();
    const shares = new Map(found.ranked.map(({ name, furtherShare }) => [name, furtherShare!]));
    expect(shares.get("v0")! + shares.get("v1")!).toBeGreaterThan(0.95);
    expect(bestSentence(found, KEY, 0.05)).toContain("12 seeds do not suffice");
    const few = variantsOf(correlated(stream, [100, 200], 9));
    expect(selectBest(few, OPTIONS).selected).toBeNull();
  });

  test("shares a budget of further runs out among the variants, most to those that are hard to tell apart", () => {
    const stream = new RandomStreams(6).stream("few");
    const found = selectBest(variantsOf(correlated(stream, [100, 100.3, 130], 12)), {
      ...OPTIONS,
      indifference: 0.05,
      budget: 60,
    });
    const further = new Map(found.ranked.map(({ name, furtherSeeds }) => [name, furtherSeeds!]));
    expect([...further.values()].reduce((sum, runs) => sum + runs, 0)).toBe(60);
    expect(further.get("v2")).toBe(0);
    expect(Math.min(further.get("v0")!, further.get("v1")!)).toBeGreaterThan(15);
  });

  test("takes variants that were put aside with the seeds that they had", () => {
    const stream = new RandomStreams(7).stream("unequal");
    for (let trial = 0; trial < 20; trial += 1) {
      const streams = correlated(stream, [100, 101.5, 112], 60);
      const whole = selectBest(variantsOf(streams), OPTIONS);
      const aside = whole.ranked.find(({ name }) => name === "v2")!.asideAfter!;
      const shorter = [streams[0]!, streams[1]!, streams[2]!.slice(0, aside)];
      const found = selectBest(variantsOf(shorter), OPTIONS);
      expect([found.selected, found.rounds]).toEqual([whole.selected, whole.rounds]);
    }
  });

  test("is right as often as it says where no seeds are enough to select: the best mean, by the bound", () => {
    const stream = new RandomStreams(8).stream("bound");
    let [right, promised] = [0, 0];
    const trials = 1_000;
    for (let trial = 0; trial < trials; trial += 1) {
      const streams = correlated(stream, [100, 101, 102], 20);
      const found = selectBest(variantsOf(streams), { ...OPTIONS, indifference: 1e-6 });
      expect(found.selected).toBeNull();
      promised += Math.max(0, found.probabilityOfBestMean!) / trials;
      if (found.ranked[0]!.name === "v0") right += 1 / trials;
    }
    expect(promised).toBeGreaterThan(0.5);
    expect(right).toBeGreaterThanOrEqual(promised);
  });

  test("is found by one observation where seeds change nothing", () => {
    const found = selectBest(
      variantsOf([
        [3, 3],
        [2, 2],
        [4, 4],
      ]),
      OPTIONS,
    );
    expect([found.selected, found.isDeterministic]).toEqual(["v1", true]);
    expect(bestSentence(found, KEY, 0.05)).toContain("deterministic, one observation");
    const larger = selectBest(
      variantsOf([
        [3, 3],
        [4, 4],
      ]),
      { ...OPTIONS, better: "larger" },
    );
    expect(larger.selected).toBe("v1");
  });

  test("refuses mixed seeds and values that are missing", () => {
    const [first, second] = variantsOf([[1, 2], [1]]);
    const other = { ...second!, runs: new Map([[7, second!.runs.get(1)!]]) };
    expect(() => selectBest([first!, other], OPTIONS)).toThrow("v1 has other seeds than v0");
    expect(() =>
      selectBest(
        variantsOf([
          [1, 2],
          [1, Number.NaN],
        ]),
        OPTIONS,
      ),
    ).toThrow("v1 has no value of cost_dollars under seed 2");
    expect(() => selectBest(variantsOf([[1, 2]]), OPTIONS)).toThrow("one variant only");
  });
});

describe("seeds until a precision is reached", () => {
  const RULE = { relativeHalfWidth: 0.05, level: 0.95 };

  test("ten seeds and two looks at least", () => {
    const same = Array.from({ length: 15 }, (_, i) => 100 + (i % 2) / 100);
    expect(precisionOf(same.slice(0, 10), RULE).isReached).toBe(false);
    expect(precisionOf(same, RULE).isReached).toBe(true);
    const late = [...Array.from({ length: 10 }, (_, i) => 100 + (i % 2) * 90), ...same];
    expect(precisionOf(late.slice(0, 15), RULE).isReached).toBe(false);
  });

  /** Share of intervals that hold the mean of 1, of runs that stop by the rule. */
  function coverage(draw: (z: number) => number, repetitions: number, name: string): number {
    const stream = new RandomStreams(9).stream(name);
    const quantile = tQuantiles(0.975);
    let hits = 0;
    for (let i = 0; i < repetitions; i += 1) {
      const values: number[] = [];
      do {
        const more = values.length === 0 ? FEWEST_SEEDS + SEEDS_PER_LOOK : SEEDS_PER_LOOK;
        for (let j = 0; j < more; j += 1) values.push(draw(gauss(stream)));
      } while (!precisionOf(values, RULE).isReached);
      const half = quantile(values.length - 1) * Math.sqrt(sampleVariance(values) / values.length);
      if (Math.abs(meanOf(values) - 1) <= half) hits += 1;
    }
    return hits / repetitions;
  }

  test.each([
    ["normal, cv 0.08", (z: number) => 1 + 0.08 * z],
    ["normal, cv 0.12", (z: number) => 1 + 0.12 * z],
    ["lognormal, cv 0.12", (z: number) => Math.exp(0.12 * z - 0.0072)],
  ])(
    "intervals at 0.95 hold the mean in 93 to 97 of 100 runs that stop by the rule: %s",
    (name, draw) => {
      const share = coverage(draw, 2_000, name);
      expect(share).toBeGreaterThan(0.93);
      expect(share).toBeLessThan(0.97);
    },
  );
});
