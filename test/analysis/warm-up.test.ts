import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readResults } from "../../src/analysis/results/read-results.js";
import { variantsOf } from "../../src/analysis/results/variants.js";
import { adviseWarmUp, NoSeries } from "../../src/analysis/warm-up/warm-up-advice.js";
import { warmUpNotes, warmUpTable } from "../../src/analysis/warm-up/warm-up-text.js";
import { RandomStreams } from "../../src/kernel/random-streams.js";
import { resultsFolder } from "./result-folders.js";

const KEY = "pods_pending_count";
const OPTIONS = { key: KEY, batches: 10, level: 0.95 };

/** Variants whose series has these values, one every 10 s. */
function variantsWith(values: Readonly<Record<string, readonly (readonly number[])[]>>) {
  const runs = Object.entries(values).flatMap(([variant, seeds]) =>
    seeds.map((series, i) => ({ variant, seed: i + 1, series })),
  );
  const folder = resultsFolder(runs.map(({ variant, seed }) => ({ variant, seed, figures: {} })));
  for (const { variant, seed, series } of runs) {
    const rows = series.map((value, i) => `${10 * (i + 1)}.000000,${KEY},,${value},count\n`);
    writeFileSync(
      join(folder, "made", variant, `seed-${seed}`, "timeseries.csv"),
      `time_seconds,metric,labels,value,unit\n${rows.join("")}`,
    );
  }
  const read = readResults([folder]);
  if ("issues" in read) throw new Error(read.issues.map(({ message }) => message).join());
  return variantsOf(read.runs);
}

/** Noise around 5 that begins at 50 and needs so many values to come down. */
function settling(name: string, warm: number, length = 400): readonly number[] {
  const stream = new RandomStreams(3).stream(name);
  return Array.from({ length }, (_, i) => Math.max(5, 50 - (45 * i) / warm) + stream.next() - 0.5);
}

describe("the warm-up of runs", () => {
  test("is cut at the latest cut of all variants and seeds", () => {
    const advice = adviseWarmUp(
      variantsWith({
        fast: [settling("a", 20), settling("b", 20)],
        slow: [settling("c", 90), settling("d", 60)],
      }),
      OPTIONS,
    );
    expect(advice.isTooShort).toBe(false);
    expect(advice.cutSeconds).toBe(Math.max(...advice.runs.map((run) => run.ownCutSeconds)));
    expect(advice.cutSeconds).toBeGreaterThanOrEqual(850);
    expect(advice.cutSeconds).toBeLessThanOrEqual(1000);
    for (const { after } of advice.runs) {
      expect(after!.interval![0]).toBeLessThan(5.1);
      expect(after!.interval![1]).toBeGreaterThan(4.9);
    }
    const [note] = warmUpNotes(advice, KEY, 10);
    expect(note).toContain(`one cut for all: measure: { from: ${advice.cutSeconds}s }`);
    expect(warmUpTable(advice, 0.95).rows).toHaveLength(4);
  });

  test("is too short a run's where the figure never settles", () => {
    const rising = Array.from({ length: 200 }, (_, i) => i);
    const advice = adviseWarmUp(variantsWith({ a: [settling("a", 20, 200), rising] }), OPTIONS);
    expect(advice.runs.map(({ isTooShort }) => isTooShort)).toEqual([false, true]);
    expect(warmUpNotes(advice, KEY, 10)).toEqual([
      expect.stringContaining("too short: in 1 of 2 runs"),
    ]);
  });

  test("is none where a figure is steady from the start; batches that are alike are told", () => {
    const stream = new RandomStreams(4).stream("walk");
    let level = 0;
    // Drifts slowly about 100 all the time.
    const drifting = Array.from({ length: 400 }, () => {
      level = 0.98 * level + stream.next() - 0.5;
      return 100 + level;
    });
    const steady = settling("steady", 0.5).map((value, i) => (i === 0 ? 5 : value));
    const calm = adviseWarmUp(variantsWith({ a: [steady] }), OPTIONS);
    expect(warmUpNotes(calm, KEY, 10)).toEqual([`no warm-up is to be seen in ${KEY} (MSER-5)`]);
    const alike = adviseWarmUp(variantsWith({ a: [drifting] }), { ...OPTIONS, batches: 50 });
    expect(warmUpNotes(alike, KEY, 50).join()).toContain("neighbouring batches are alike");
  });

  test("is not told of a series that runs do not have", () => {
    const variants = variantsWith({ a: [[1, 2, 3]] });
    expect(() => adviseWarmUp(variants, { ...OPTIONS, key: "nodes_count" })).toThrow(NoSeries);
  });
});
