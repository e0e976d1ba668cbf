import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batchScenario } from "./batch-scenario.js";
import { hashes } from "./result-hashes.js";
import { type Ended, Workplace } from "./seatrial.js";

const EXPERIMENT = `apiVersion: seatrial.dev/v1alpha1
kind: Experiment
metadata: { name: nodes }
spec:
  scenario: scenario.yaml
  seeds: 2
  axes:
    size:
      - { name: five, set: { cluster.nodePools.n.nodes: 5 } }
      - { name: six, set: { cluster.nodePools.n.nodes: 6 } }
      - { name: twenty, set: { cluster.nodePools.n.nodes: 20 } }
`;
const METRIC = "allocation_mean_ratio{resource=cpu}";

let place: Workplace;
const until = (...more: readonly string[]) =>
  place.callHere([
    ...["sweep", "experiment.yaml", "--until-best", METRIC, "--better", "larger"],
    ...["--indifference", "2%", "--level", "0.9999", ...more],
  ]);

/** Runs of each variant by the sweep's manifest. */
function runsOf(out: string): Readonly<Record<string, number>> {
  const text = readFileSync(join(place.path, out, "batch", "nodes.sweep.json"), "utf8");
  const { runs } = JSON.parse(text) as { runs: { variant: string }[] };
  const counts: Record<string, number> = {};
  for (const { variant } of runs) counts[variant] = (counts[variant] ?? 0) + 1;
  return counts;
}

beforeAll(() => {
  place = new Workplace();
  place.write("scenario.yaml", batchScenario("batch", "1m"));
  place.write("experiment.yaml", EXPERIMENT);
});
afterAll(() => place.remove());

describe("sweep --until-best", () => {
  let whole: Ended;
  beforeAll(async () => {
    whole = await until("--jobs", "1", "--out", "one");
  });

  test("runs seeds where they tell most, and says which variant is best and how sure that is", () => {
    expect([whole.code, whole.stderr]).toEqual([0, ""]);
    const lines = whole.stdout.trim().split("\n");
    expect(lines[0]).toMatch(
      /^size=five: allocation_mean_ratio\{resource=cpu\} [\d.]+ \(\d+ seeds\)$/,
    );
    const told =
      /^size=five is the best by .*, or within [\d.]+ of it, with probability ([\d.]+) or more \((\d+) runs\)$/;
    const [, sure, runs] = told.exec(lines[3]!)!;
    expect(Number(sure)).toBeGreaterThanOrEqual(0.999);
    const counts = runsOf("one");
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(Number(runs));
    // Beyond the ten seeds of each with which it begins; the best gets as many as any other.
    expect(Number(runs)).toBeGreaterThan(30);
    expect(counts["size=five"]).toBeGreaterThanOrEqual(
      Math.max(counts["size=six"]!, counts["size=twenty"]!),
    );
  });

  test("gives the same bytes with two workers", async () => {
    expect((await until("--jobs", "2", "--out", "two")).stdout.split("\n").slice(0, 4)).toEqual(
      whole.stdout.split("\n").slice(0, 4),
    );
    expect(hashes(join(place.path, "two"))).toEqual(hashes(join(place.path, "one")));
  });

  test("goes on after its budget is spent, with the same bytes in the end", async () => {
    const few = await until("--budget", "30", "--jobs", "1", "--out", "resumed");
    expect(few.code).toBe(3);
    expect(few.stderr).toMatch(
      /less than the 0\.9999 that were asked for; allow more with --budget/,
    );
    const rest = await until("--resume", "--jobs", "1", "--out", "resumed");
    expect([rest.code, rest.stdout]).toEqual([0, whole.stdout]);
    expect(hashes(join(place.path, "resumed"))).toEqual(hashes(join(place.path, "one")));
  });

  test("leaves results that compare --best takes", async () => {
    const { code, stdout } = await place.callHere([
      ...["compare", "one", "--best", METRIC, "--better", "larger"],
      ...["--indifference", "2%", "--format", "csv"],
    ]);
    expect([0, 3]).toContain(code);
    expect(stdout).toContain("size=five");
  });

  test.each([
    [["--budget", "29"], "--budget 29: expected 30 or more, for 10 seeds of each of 3 variants"],
    [["--only", "1/2"], "cannot be used with option '--only <i/n>'"],
    [["--until-precision", "pods_created_count ± 5 %"], "cannot be used with option"],
  ])("refuses %s", async (more, message) => {
    const { code, stderr } = await until(...more);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test("refuses a metric that no run has", async () => {
    const { code, stderr } = await place.callHere([
      ...["sweep", "experiment.yaml", "--until-best", "nothing", "--resume", "--out", "one"],
    ]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("has no value of nothing under seed 1"),
    ]);
  });
});
