import { beforeAll, describe, expect, test } from "vitest";
import { loadSolver, type Solver } from "../../src/analysis/packing/linear-program.js";
import type { FinishedRun } from "../../src/analysis/quality/quality-metric.js";
import { QUALITY_METRICS } from "../../src/analysis/quality/registry.js";
import { withQuality } from "../../src/analysis/quality/with-quality.js";
import type { NodeRow, PodRow } from "../../src/analysis/results/run-tables.js";
import { COMPUTED_METRICS } from "../../src/record/metrics/computed-metrics.js";
import { METRICS } from "../../src/record/metrics/registry.js";
import { madeRuns } from "./made-runs.js";

let solver: Solver;
beforeAll(async () => {
  solver = await loadSolver();
});

const GI = 2 ** 30;

const node = (name: string, cpuCores: number, memoryGi: number): NodeRow => ({
  name,
  pool: "n",
  zone: "",
  createdSeconds: 0,
  removedSeconds: Number.NaN,
  cpuCores,
  memoryBytes: memoryGi * GI,
  pods: 110,
});

interface Life {
  readonly on?: string;
  readonly asks: readonly [cpuCores: number, memoryGi: number];
  readonly namespace?: string;
  readonly owner?: string;
  readonly created?: number;
  readonly bound?: number;
  readonly finished?: number;
}

const pod = ({
  on = "",
  asks,
  namespace = "a",
  owner = "",
  created = 0,
  bound,
  finished,
}: Life): PodRow => ({
  namespace,
  name: "p",
  owner,
  node: on,
  createdSeconds: created,
  boundSeconds: on === "" ? Number.NaN : (bound ?? created),
  startedSeconds: on === "" ? Number.NaN : (bound ?? created),
  readySeconds: Number.NaN,
  finishedSeconds: finished ?? Number.NaN,
  phase: on === "" ? "Pending" : finished === undefined ? "Running" : "Succeeded",
  cpuCores: asks[0],
  memoryBytes: asks[1] * GI,
  refusal: "",
});

/** Values by `name` or `name{labels}`, of a run of 100 s. */
function computed(
  nodes: readonly NodeRow[],
  lives: readonly Life[],
  figures: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const [result] = madeRuns({ default: { wait: 0, nodes: 0 } }, [1]);
  const known = Object.entries(figures).map(
    ([metric, value]) => [metric, { metric, labels: "", value, unit: "" }] as const,
  );
  const run: FinishedRun = {
    result: { ...result!, figures: new Map(known) },
    pods: lives.map(pod),
    nodes,
    fromSeconds: 0,
    toSeconds: 100,
    solver,
  };
  return Object.fromEntries(
    QUALITY_METRICS.flatMap(({ name, compute }) =>
      compute(run).map(({ labels, value }) => [labels === "" ? name : `${name}{${labels}}`, value]),
    ),
  );
}

describe("packing, on a small cluster by hand", () => {
  test("three pods of 3 of 5 cores need three nodes by L2 and the linear program, though two hold their sum", () => {
    const nodes = ["a", "b", "c", "d"].map((name) => node(name, 5, 10));
    const lives: Life[] = [
      { on: "a", asks: [3, 1] },
      { on: "b", asks: [3, 1] },
      { on: "c", asks: [3, 1] },
      { on: "d", asks: [1, 1] },
    ];
    expect(computed(nodes, lives)).toMatchObject({
      "packing_bound_count{bound=l1}": 2,
      "packing_bound_count{bound=l2}": 3,
      packing_lp_bound_count: 3,
      "packing_efficiency_ratio{bound=l1}": 0.5,
      "packing_efficiency_ratio{bound=l2}": 0.75,
      packing_lp_efficiency_ratio: 0.75,
    });
  });

  test("the peak is the moment of the most demand on nodes; a DaemonSet's pods use none", () => {
    const lives: Life[] = [
      { on: "a", asks: [4, 1], finished: 10 },
      { on: "a", asks: [1, 1], bound: 10, finished: 20 },
      { on: "b", asks: [4, 1], bound: 10, owner: "ReplicaSet/x" },
      { on: "c", asks: [1, 1], owner: "DaemonSet/agent" },
    ];
    const values = computed(
      ["a", "b", "c"].map((name) => node(name, 4, 8)),
      lives,
    );
    expect(values["packing_bound_count{bound=l1}"]).toBe(2);
    expect(values["packing_efficiency_ratio{bound=l1}"]).toBe(1);
  });

  test("one of three bindings goes to a node in use: a hole filled", () => {
    const lives: Life[] = [
      { on: "a", asks: [1, 1], finished: 50 },
      { on: "a", asks: [1, 1], bound: 20, finished: 40 },
      { on: "a", asks: [1, 1], bound: 60 },
    ];
    expect(computed([node("a", 4, 8)], lives).hole_filling_ratio).toBeCloseTo(1 / 3, 12);
  });
});

describe("what is left over, on a small cluster by hand", () => {
  // Free: (1 core, 3 Gi) where only (1, 3) fits; (3, 1) where only (3, 1) fits; (0, 3) where nothing fits.
  const nodes = ["a", "b", "c"].map((name) => node(name, 4, 4));
  const lives: Life[] = [
    { on: "a", asks: [3, 1] },
    { on: "b", asks: [1, 3] },
    { on: "c", asks: [4, 1] },
  ];

  test("memory beside no core is stranded: 3 of 12 Gi", () => {
    expect(computed(nodes, lives)).toMatchObject({
      "stranded_mean_ratio{resource=cpu}": 0,
      "stranded_mean_ratio{resource=memory}": 0.25,
    });
  });

  test("fragmentation is what a pod drawn from the three kinds cannot use of what is free", () => {
    const values = computed(nodes, lives);
    expect(values["fragmentation_mean_ratio{resource=cpu}"]).toBeCloseTo(2 / 3, 12);
    expect(values["fragmentation_mean_ratio{resource=memory}"]).toBeCloseTo(
      (2 + 2 / 3 + 3) / 7,
      12,
    );
  });
});

describe("fairness, on a small cluster by hand", () => {
  const nodes = [node("a", 4, 8)];
  const lives: Life[] = [
    { on: "a", asks: [1, 4], namespace: "memory", finished: 100 },
    { on: "a", asks: [2, 1], namespace: "cores", created: 0, bound: 50, finished: 100 },
  ];

  test("dominant shares: half of the memory all the time, half of the cores half of the time", () => {
    expect(computed(nodes, lives)).toMatchObject({
      "dominant_share_mean_ratio{namespace=memory}": 0.5,
      "dominant_share_mean_ratio{namespace=cores}": 0.25,
    });
  });

  test("Jain's index of 1/2 and 1/4 is 9/10", () => {
    expect(computed(nodes, lives).jain_index_ratio).toBeCloseTo(0.9, 12);
  });

  test("finish-time fairness: the worst namespace took twice as long as alone", () => {
    expect(computed(nodes, lives)).toMatchObject({
      finish_time_fairness_max_ratio: 2,
      "finish_time_fairness_max_ratio{namespace=memory}": 1,
      "finish_time_fairness_max_ratio{namespace=cores}": 2,
    });
  });
});

describe("jobs and costs, by hand", () => {
  const nodes = [node("a", 4, 8)];
  // Waits of 0, 30 and 9 s; runs of 10, 10 and 1 s.
  const lives: Life[] = [
    { on: "a", asks: [1, 1], created: 5, finished: 15 },
    { on: "a", asks: [1, 1], created: 5, bound: 35, finished: 45 },
    { on: "a", asks: [1, 1], created: 50, bound: 59, finished: 60 },
  ];

  test("slowdowns of 1, 4 and 10; bounded at 10 s the last is 1", () => {
    const values = computed(nodes, lives);
    expect(values.slowdown_mean_ratio).toBeCloseTo(5, 12);
    expect(values.bounded_slowdown_mean_ratio).toBeCloseTo(2, 12);
  });

  test("the makespan lasts from the first creation to the last end, and is not known while pods wait", () => {
    expect(computed(nodes, lives).makespan_seconds).toBe(55);
    expect(computed(nodes, [...lives, { asks: [9, 1] }])).not.toHaveProperty("makespan_seconds");
  });

  test("disruption is evictions and preemptions over bindings", () => {
    const figures = { pods_evicted_count: 3, pods_preempted_count: 1, pods_bound_count: 16 };
    expect(computed(nodes, lives, figures).disruption_ratio).toBe(0.25);
  });

  test("21 core seconds for 7 cents are 12 dollars a core hour", () => {
    const values = computed(nodes, lives, { cost_dollars: 0.07 });
    expect(values.cost_per_core_hour_dollars).toBeCloseTo(12, 12);
  });
});

describe("the list", () => {
  test("holds names that end in their unit, and none twice or of a recorded metric", () => {
    const names = QUALITY_METRICS.map(({ name }) => name);
    expect(names).toEqual(COMPUTED_METRICS);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, unit } of QUALITY_METRICS) {
      expect(name.endsWith(`_${unit}`), name).toBe(true);
      expect(Object.hasOwn(METRICS, name), name).toBe(false);
    }
  });

  test("figures are computed when they are named, and only then", async () => {
    const runs = madeRuns({ default: { wait: 1, nodes: 1 } }, [1]);
    expect(await withQuality(runs, ["pod_wait_mean_seconds"])).toBe(runs);
    const [run] = await withQuality(runs, [
      "packing_efficiency_ratio{bound=l1}",
      "jain_index_ratio",
    ]);
    expect(run!.figures.get("packing_efficiency_ratio{bound=l1}")?.value).toBe(1);
    expect(run!.figures.get("jain_index_ratio")?.value).toBeCloseTo(10000 / 11600, 12);
    expect(run!.figures.has("makespan_seconds")).toBe(false);
  });
});
