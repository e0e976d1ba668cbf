import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareResults } from "../../src/analysis/comparison/compare-results.js";
import { readResults, type RunResult } from "../../src/analysis/results/read-results.js";
import type { Variant } from "../../src/analysis/results/variants.js";
import { RandomStreams } from "../../src/kernel/random-streams.js";
import { loadScenario, runScenario } from "../../src/library/index.js";

const SCENARIO = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: same }
spec:
  duration: 15m
  cluster: { nodePools: [{ name: n, nodes: 3, capacity: { cpu: "4", memory: 16Gi } }] }
  generators:
    - name: batch
      arrivals: { poisson: { rate: 4/min } }
      template: { kind: Pod, spec: { restartPolicy: Never, containers: [{ name: main, image: batch, resources: { requests: { cpu: "1" } } }] } }
      vary: { run: { exponential: { mean: 3m } } }
`;

const KEYS = [
  "pod_wait_mean_seconds",
  "imbalance_mean_ratio{resource=cpu}",
  "allocation_mean_ratio{resource=cpu}",
  "nodes_used_mean_count",
  "pods_created_count",
];
const RUNS = 200;
const SEEDS_A_SIDE = 10;
const COMPARISONS = 2_000;

let folder = "";
let runs: readonly RunResult[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "a-a-"));
  writeFileSync(join(folder, "same.yaml"), SCENARIO);
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const scenario = await loadScenario(join(folder, "same.yaml"), { seed });
    await runScenario(scenario, { out: join(folder, "out") });
  }
  const read = readResults([join(folder, "out")]);
  if ("issues" in read) throw new Error(read.issues.map(({ message }) => message).join());
  runs = read.runs;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A variant of these runs, as if their seeds were 1, 2 and so on. */
const variantOf = (name: string, own: readonly RunResult[]): Variant => ({
  scenario: "same",
  name,
  assignment: new Map(),
  runs: new Map(own.map((run, i) => [i + 1, run])),
});

test("of 2,000 comparisons of a policy with itself, over other seeds a side, at most 5 % are flagged", () => {
  expect(runs).toHaveLength(RUNS);
  const stream = new RandomStreams(11).stream("sides");
  let flagged = 0;
  for (let i = 0; i < COMPARISONS; i += 1) {
    const drawn = new Set<RunResult>();
    while (drawn.size < 2 * SEEDS_A_SIDE) drawn.add(runs[stream.int(RUNS)]!);
    const all = [...drawn];
    const sides = [
      variantOf("a", all.slice(0, SEEDS_A_SIDE)),
      variantOf("b", all.slice(SEEDS_A_SIDE)),
    ];
    const { rows } = compareResults(sides, { baseline: "a", keys: KEYS });
    expect(rows).toHaveLength(KEYS.length);
    if (rows.some(({ pHolm }) => pHolm !== null && pHolm < 0.05)) flagged += 1;
  }
  const twoStandardErrors = 2 * Math.sqrt((0.05 * 0.95) / COMPARISONS);
  expect(flagged / COMPARISONS).toBeGreaterThan(0);
  expect(flagged / COMPARISONS).toBeLessThanOrEqual(0.05 + twoStandardErrors);
});

test("over the same seeds every figure is one observation", () => {
  const own = runs.slice(0, SEEDS_A_SIDE);
  const { rows } = compareResults([variantOf("a", own), variantOf("b", own)], {
    baseline: "a",
    keys: KEYS,
  });
  for (const { comparison, pHolm, isSameRun } of rows) {
    expect([comparison.isDeterministic, pHolm, isSameRun]).toEqual([true, null, true]);
  }
});
