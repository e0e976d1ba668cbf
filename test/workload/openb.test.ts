import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { RandomStreams } from "../../src/kernel/random-streams.js";
import type { Manifest } from "../../src/api/kubernetes.js";
import { capacityOf } from "../../src/workload/traces/cluster-capacity.js";
import { OpenbNodeReader } from "../../src/workload/traces/openb/openb-nodes.js";
import { prepareTrace } from "../../src/workload/traces/prepare-trace.js";
import { TraceLoader } from "../../src/workload/traces/trace-loader.js";
import type { TraceOptions } from "../../src/workload/traces/trace-options.js";
import { GPU_RESOURCE } from "../../src/workload/traces/trace-pod.js";
import { AS_IT_IS } from "./trace-text.js";

const FOLDER = new URL("../../../shared/traces/openb/", import.meta.url);
const present = existsSync(FOLDER);
if (!present) console.warn(`openb is not tested: ${FOLDER.pathname} is absent`);

const read = (name: string) => readFileSync(new URL(name, FOLDER), "utf8");

function load(file: string, options: Partial<TraceOptions>) {
  const loader = new TraceLoader({
    name: "openb",
    format: { format: "openb" },
    options: { ...AS_IT_IS, ...options },
    streams: new RandomStreams(1),
  });
  const text = read(file);
  for (let at = 0; at < text.length; at += 65_521) loader.push(text.slice(at, at + 65_521));
  return loader.end();
}

function nodes(file = "openb_node_list_all_node.csv"): readonly Manifest[] {
  const reader = new OpenbNodeReader();
  reader.push(read(file));
  const { nodes, issues } = reader.end();
  expect(issues).toEqual([]);
  return nodes;
}

const capacity = () =>
  capacityOf(nodes() as Iterable<{ status?: { allocatable?: object } }> as never);

describe.skipIf(!present)("openb, Alibaba's GPU cluster", () => {
  test("has 1,523 machines, 310 of them without GPUs, and 6,212 GPUs", () => {
    const machines = nodes();
    const gpus = machines.map((node) => {
      const { allocatable } = node.status as { allocatable: Record<string, string> };
      return Number(allocatable[GPU_RESOURCE] ?? 0);
    });
    expect(machines.length).toBe(1523);
    expect(gpus.filter((count) => count === 0).length).toBe(310);
    expect(gpus.reduce((sum, count) => sum + count, 0)).toBe(6212);
    expect(capacityOf(nodes("openb_node_list_gpu_node.csv") as never).cpuMillis).toBe(107_018_000);
  });

  test("has 8,152 pods, of which 3,078 ask for a part of a GPU", () => {
    const excluded = load("openb_pod_list_default.csv", {});
    expect(excluded.issues).toEqual([]);
    expect(excluded.podsRead).toBe(8152);
    expect(excluded.table.size).toBe(8152 - 3078);
    expect(excluded.leftOut).toEqual([
      { count: 3078, what: "ask for a part of a GPU (fractionalGpu: exclude)" },
    ]);
    const rounded = load("openb_pod_list_default.csv", { fractionalGpu: "roundUp" });
    expect(rounded.table.size).toBe(8152);
    expect(rounded.changed.map((note) => note.count)).toEqual([3078]);
  });

  test("has as many pods by GPUs as the trace's authors count", () => {
    const { table } = load("openb_pod_list_default.csv", { fractionalGpu: "roundUp" });
    const counts = new Map<number, number>();
    for (let row = 0; row < table.size; row++) {
      const { gpus } = table.shapes.at(table.shapeId(row));
      counts.set(gpus, (counts.get(gpus) ?? 0) + 1);
    }
    const byGpus = [0, 1, 2, 4, 8].map((gpus) => counts.get(gpus));
    expect(byGpus).toEqual([1088, 6989, 16, 15, 44]);
  });

  test("hardly loads the cluster with its own times, and says so", () => {
    const loaded = load("openb_pod_list_default.csv", { fractionalGpu: "roundUp" });
    const prepared = prepareTrace(loaded, capacity());
    if (typeof prepared === "string") throw new Error(prepared);
    expect(prepared.facts.offeredLoad.every((load) => load.peakRatio < 0.8)).toBe(true);
    expect(prepared.facts.warnings.join()).toContain("nothing contends");
  });

  test("reaches load 1.3 with pods that never end", () => {
    const options = { fractionalGpu: "roundUp", lifetime: "none", load: 1.3 } as const;
    const prepared = prepareTrace(load("openb_pod_list_default.csv", options), capacity());
    if (typeof prepared === "string") throw new Error(prepared);
    const highest = Math.max(...prepared.facts.offeredLoad.map((load) => load.peakRatio));
    expect(highest).toBeGreaterThanOrEqual(1.3);
    expect(highest).toBeLessThan(1.302);
    expect(prepared.facts.warnings).toEqual([]);
  });

  test.each([
    "openb_pod_list_cpu250.csv",
    "openb_pod_list_gpushare40.csv",
    "openb_pod_list_gpuspec33.csv",
    "openb_pod_list_multigpu50.csv",
  ])("%s is read without an issue", (file) => {
    const loaded = load(file, { fractionalGpu: "roundUp" });
    expect(loaded.issues).toEqual([]);
    expect(loaded.table.size).toBe(loaded.podsRead);
    expect(loaded.podsRead).toBeGreaterThan(4000);
  });

  test("models that a pod may have become its node affinity", () => {
    const loaded = load("openb_pod_list_gpuspec33.csv", {});
    const constrained = [...loaded.table.shapes].filter((shape) => shape.gpuModels.length > 0);
    expect(constrained.length).toBeGreaterThan(0);
  });
});
