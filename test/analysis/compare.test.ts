import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chooseFigures } from "../../src/analysis/comparison/choose-metrics.js";
import { compareResults, NotComparable } from "../../src/analysis/comparison/compare-results.js";
import { comparisonNotes } from "../../src/analysis/comparison/comparison-notes.js";
import { sideBySide } from "../../src/analysis/comparison/side-by-side.js";
import { readResults } from "../../src/analysis/results/read-results.js";
import { byScenario, pairsOf, variantsOf } from "../../src/analysis/results/variants.js";
import { type MadeRun, resultsFolder } from "./result-folders.js";

function variantsIn(runs: readonly MadeRun[]) {
  const read = readResults([resultsFolder(runs)]);
  if ("issues" in read) throw new Error(read.issues.map(({ message }) => message).join());
  return variantsOf(read.runs);
}

const waits = (variant: string, values: readonly number[]): MadeRun[] =>
  values.map((value, i) => ({ variant, seed: i + 1, figures: { pod_wait_mean_seconds: value } }));

const KEYS = ["pod_wait_mean_seconds"];

describe("a comparison", () => {
  test("pairs runs of one seed", () => {
    const variants = variantsIn([...waits("a", [10, 20, 30]), ...waits("b", [11, 22, 33])]);
    const { rows } = compareResults(variants, { baseline: "a", keys: KEYS });
    const [{ comparison }] = rows as [(typeof rows)[number]];
    expect(rows).toHaveLength(1);
    expect(comparison).toMatchObject({
      pairs: 3,
      baselineMean: 20,
      variantMean: 22,
      difference: 2,
    });
    expect(comparison.relative).toBeCloseTo(0.1);
    // With two degrees of freedom t has a closed form: (2p - 1) √(2 / (4p(1 - p))).
    const t = 0.95 * Math.sqrt(2 / (4 * 0.975 * 0.025));
    expect(comparison.interval![0]).toBeCloseTo(2 - t / Math.sqrt(3), 10);
    expect(comparison.widthRatio).toBeLessThan(1);
  });

  test("says of differences without variance that they are one observation", () => {
    const variants = variantsIn([...waits("a", [10, 20, 30]), ...waits("b", [12, 22, 32])]);
    const { rows } = compareResults(variants, { baseline: "a", keys: KEYS });
    expect(rows[0]).toMatchObject({
      pHolm: null,
      comparison: {
        isDeterministic: true,
        difference: 2,
        interval: null,
        pT: null,
        pWilcoxon: null,
      },
    });
    expect(comparisonNotes(rows, { level: 0.95 })[0]).toMatch(/^deterministic, one observation/);
  });

  test("adjusts p over everything that is printed", () => {
    const variants = variantsIn([
      ...waits("a", [10, 20, 30, 25]),
      ...waits("b", [11, 22, 33, 26]),
      ...waits("c", [12, 21, 35, 24]),
    ]);
    const { rows } = compareResults(variants, { baseline: "a", keys: KEYS });
    const smallest = Math.min(...rows.map((row) => row.comparison.pT!));
    expect(Math.min(...rows.map((row) => row.pHolm!))).toBeCloseTo(smallest * 2, 12);
  });

  test("refuses seeds that only one side has, by name", () => {
    const variants = variantsIn([...waits("a", [1, 2, 3]), ...waits("b", [1, 2])]);
    expect(() => compareResults(variants, { baseline: "a", keys: KEYS })).toThrow(
      /the seeds of a and b differ: a alone has 3/,
    );
  });

  test("names the variants where the baseline is none of them", () => {
    const variants = variantsIn([...waits("a", [1]), ...waits("b", [1])]);
    expect(() => compareResults(variants, { baseline: "x", keys: KEYS })).toThrow(NotComparable);
    expect(() => compareResults(variants, { baseline: "x", keys: KEYS })).toThrow(/a, b/);
  });

  test("leaves out, and tells, a figure that some seeds do not know", () => {
    const runs = [...waits("a", [1, 2]), ...waits("b", [1, 2])];
    runs[3] = { ...runs[3]!, figures: { pod_wait_mean_seconds: "" } };
    const { rows, notes } = compareResults(variantsIn(runs), { baseline: "a", keys: KEYS });
    expect(rows).toEqual([]);
    expect(notes).toEqual([
      "pod_wait_mean_seconds of b is left out: b does not know it under 1 of 2 seeds (2)",
    ]);
  });
});

describe("the partner of a variant", () => {
  const names = ["policy=x,load=1", "policy=y,load=1", "policy=x,load=2", "policy=y,load=2"];
  const variants = () => variantsIn(names.flatMap((name) => waits(name, [1])));

  test("has the baseline's items, and its own on the other axes", () => {
    expect(
      pairsOf(variants(), "policy=x").map(({ baseline, variant }) => [baseline.name, variant.name]),
    ).toEqual([
      ["policy=x,load=1", "policy=y,load=1"],
      ["policy=x,load=2", "policy=y,load=2"],
    ]);
  });

  test("is one for all where the baseline names a whole variant", () => {
    const pairs = pairsOf(variants(), "policy=x,load=2");
    expect(pairs.map(({ baseline }) => baseline.name)).toEqual(Array(3).fill("policy=x,load=2"));
  });
});

describe("results", () => {
  test("of different scenarios stand in one table", () => {
    const runs = ["one", "two"].map((scenario) => ({ ...waits("default", [1])[0]!, scenario }));
    const read = readResults([resultsFolder(runs)]) as { runs: Parameters<typeof byScenario>[0] };
    expect(byScenario(read.runs).map(({ name }) => name)).toEqual(["one", "two"]);
  });

  test.each([
    ["half a run", (out: string) => rmSync(join(out, "made/b/seed-1/summary.csv")), /half a run/],
    [
      "no run at all",
      (out: string) => rmSync(join(out, "made"), { recursive: true }),
      /no results/,
    ],
  ])("with %s are refused", (_, damage, message) => {
    const out = resultsFolder([...waits("a", [1]), ...waits("b", [1])]);
    damage(out);
    const read = readResults([out]);
    expect("issues" in read && read.issues[0]!.message).toMatch(message);
  });

  test("that a killed run left hidden are put back in their place by who reads them", () => {
    const out = resultsFolder(waits("a", [1, 2]));
    const [place, earlier] = ["seed-1", ".seed-1-earlier-dead-1"].map((name) =>
      join(out, "made", "a", name),
    ) as [string, string];
    renameSync(place, earlier);
    const read = readResults([place], { name: "me", isAlive: () => false });
    expect("runs" in read && read.runs.map(({ path }) => path)).toEqual([place]);
    expect(existsSync(earlier)).toBe(false);
  });

  test("of two versions are refused, and so is the same run twice", () => {
    const [run] = waits("a", [1]) as [MadeRun];
    const folder = resultsFolder([run]);
    const newer = resultsFolder([{ ...run, variant: "b", version: "10.0.0" }]);
    const messages = (paths: string[]) => {
      const read = readResults(paths);
      return "issues" in read ? read.issues.map(({ message }) => message).join() : "";
    };
    expect(messages([folder, newer])).toMatch(/version 10.0.0/);
    expect(messages([folder, folder])).toMatch(/same scenario, variant and seed/);
  });
});

describe("metrics to compare", () => {
  const variants = () =>
    variantsIn([
      {
        variant: "a",
        seed: 1,
        figures: { "allocation_mean_ratio{resource=cpu}": 1, node_hours: 2 },
      },
    ]);

  test.each([
    ["pod_wait_mean_second", /the nearest is pod_wait_mean_seconds/],
    ["allocation_mean_ratio{resource=gpu}", /there are allocation_mean_ratio\{resource=cpu\}/],
    ["cost_dollars", /no run has a value/],
  ])("that no run has are told: %s", (name, problem) => {
    const chosen = chooseFigures([name], variants());
    expect("problem" in chosen && chosen.problem).toMatch(problem);
  });

  test("stand for all their rows, or for one", () => {
    expect(chooseFigures(["allocation_mean_ratio", "node_hours"], variants())).toEqual({
      keys: ["allocation_mean_ratio{resource=cpu}", "node_hours"],
    });
  });
});

describe("scenarios side by side", () => {
  const run = (scenario: string, figures: MadeRun["figures"]): MadeRun => ({
    ...{ scenario, variant: "default", seed: 1, figures },
  });
  const variants = (runs: readonly MadeRun[]) => {
    const read = readResults([resultsFolder(runs)]);
    if ("issues" in read) throw new Error(read.issues.map(({ message }) => message).join());
    return byScenario(read.runs);
  };

  test("begin with the figures of rollouts, and leave open what a run does not know", () => {
    const both = variants([
      run("canary", {
        rollback_duration_seconds: 128,
        unavailable_seconds: 3.5,
        surge_pod_hours: 0.1,
      }),
      run("rolling", {
        rollout_duration_seconds: 399,
        unavailable_seconds: 0,
        surge_pod_hours: 0.25,
      }),
    ]);
    const chosen = chooseFigures([], both);
    const { columns, rows } = sideBySide(both, "keys" in chosen ? chosen.keys : []);
    expect(columns.map(({ name }) => name)).toEqual(["metric", "canary", "rolling"]);
    expect(rows).toEqual([
      ["rollout_duration_seconds", "–", "399"],
      ["rollback_duration_seconds", "128", "–"],
      ["unavailable_seconds", "3.5", "0"],
      ["surge_pod_hours", "0.1", "0.25"],
    ]);
  });

  test("without a rollout have none of those that only rollouts have", () => {
    const one = variants([run("calm", { surge_pod_hours: 0, pods_evicted_count: 0 })]);
    expect(chooseFigures([], one)).toEqual({ keys: ["pods_evicted_count"] });
  });
});
