import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import type { LoadedScenario } from "../../src/scenario/load/loaded-scenario.js";
import { loadedFrom, loadedFromMemory, worldOf } from "./built-world.js";
import { randomScenario } from "./random-scenario.js";

const QUICKSTART = "scenarios/quickstart.yaml";
const SEEDS = [201, 202, 203];

async function digestOf(loaded: LoadedScenario, isMeasured = true): Promise<string> {
  const world = await worldOf(loaded, { isMeasured });
  world.run();
  return world.ground.engine.digest.hex();
}

async function filesUnder(folder: string): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    contents.set(path.slice(folder.length + 1), await readFile(path, "utf8"));
  }
  return contents;
}

describe("a run is a pure function of the scenario and the seed", () => {
  it("two processes write the same bytes, but for timing.json", async () => {
    const folder = await mkdtemp(join(tmpdir(), "seatrial-same-"));
    try {
      const outs = ["a", "b"].map((name) => join(folder, name));
      for (const out of outs) {
        const args = ["dist/cli/main.js", "run", QUICKSTART, "--out", out];
        await promisify(execFile)(process.execPath, args);
      }
      const [first, second] = await Promise.all(outs.map(filesUnder));
      expect([...first!.keys()].sort()).toEqual([...second!.keys()].sort());
      expect([...first!.keys()].map((path) => path.split("/").at(-1)).sort()).toEqual([
        "events.csv",
        "nodes.csv",
        "pods.csv",
        "run.json",
        "summary.csv",
        "timeseries.csv",
        "timing.json",
      ]);
      for (const [path, content] of first!) {
        if (!path.endsWith("timing.json")) expect(second!.get(path), path).toBe(content);
        if (!path.endsWith("timing.json")) expect(content, path).not.toContain(folder);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(SEEDS)("measured or not, now or again: scenario %i", async (seed) => {
    const loaded = await loadedFromMemory(randomScenario(seed, false));
    const digest = await digestOf(loaded);
    expect(await digestOf(loaded)).toBe(digest);
    expect(await digestOf(loaded, false)).toBe(digest);
  });

  it("two worlds in one process, event by event in turn, do not disturb each other", async () => {
    const loaded = await loadedFromMemory(randomScenario(SEEDS[0]!, false));
    const alone = await digestOf(loaded);
    const worlds = [await worldOf(loaded), await worldOf(loaded)];
    for (const world of worlds) world.ground.engine.onEvent(() => world.ground.engine.stop());
    const running = new Set(worlds);
    while (running.size > 0) {
      for (const world of running) if (world.run() !== "stopped") running.delete(world);
    }
    for (const world of worlds) expect(world.ground.engine.digest.hex()).toBe(alone);
  });

  it("another seed is another run", async () => {
    const digests = new Set<string>();
    for (const seed of [1, 2, 3])
      digests.add(await digestOf(await loadedFrom([QUICKSTART], { seed })));
    expect(digests.size).toBe(3);
  });
});

const CONTENDED = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: contended }
spec:
  duration: 40m
  cluster:
    nodePools:
      - { name: small, nodes: 6, capacity: { cpu: "4", memory: 16Gi } }
      - { name: large, nodes: 2, capacity: { cpu: "16", memory: 64Gi } }
  scheduler: { config: sched.yaml }
  generators:
    - name: batch
      arrivals: { poisson: { rate: 12/min } }
      until: 30m
      template:
        kind: Pod
        spec: { restartPolicy: Never, containers: [{ name: main, image: "batch:1" }] }
      vary:
        requests.cpu: { choice: [{ value: 500m, weight: 3 }, { value: "3" }] }
        requests.memory: { uniform: { min: 100Mi, max: 4Gi } }
        start: { lognormal: { mean: 3s, cv: 0.5 } }
        run: { lognormal: { mean: 3m, cv: 1.5 } }
`;

function policy(strategy: string): string {
  return `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
  - pluginConfig:
      - name: NodeResourcesFit
        args:
          scoringStrategy:
            type: ${strategy}
            resources: [{ name: cpu, weight: 1 }, { name: memory, weight: 1 }]
`;
}

/** Of each pod what the world gives it, and where the policy put it. */
async function fatesUnder(strategy: string) {
  const files = { "s.yaml": CONTENDED, "sched.yaml": policy(strategy) };
  const world = await worldOf(await loadedFromMemory(files));
  const given = new Map<string, unknown>();
  const placed = new Map<string, string>();
  const lifetimes = new Map<string, number>();
  world.ground.store.observe((before, after) => {
    if (after?.kind !== "Pod") return;
    if (before === null) {
      const { resources } = after.spec.containers[0]!;
      given.set(after.name, { at: after.creationTimeMicros, resources });
    }
    placed.set(after.name, after.nodeName);
    const lifetime = lifetimeOf(after);
    if (lifetime !== null) lifetimes.set(after.name, lifetime);
  });
  world.run();
  return { given, placed, lifetimes };
}

function lifetimeOf(pod: PodVersion): number | null {
  const container = pod.status.containers[0];
  if (container === undefined || container.startedAtMicros === null) return null;
  return container.finishedAtMicros === null
    ? null
    : container.finishedAtMicros - container.startedAtMicros;
}

describe("two policies see the same world", () => {
  it("the same arrivals, sizes and lifetimes, and place pods elsewhere", async () => {
    const spread = await fatesUnder("LeastAllocated");
    const packed = await fatesUnder("MostAllocated");
    expect(spread.given.size).toBeGreaterThan(200);
    expect(packed.given).toEqual(spread.given);
    expect(new Set([...spread.given.values()].map((value) => JSON.stringify(value))).size).toBe(
      spread.given.size,
    );
    const inBoth = [...spread.lifetimes.keys()].filter((name) => packed.lifetimes.has(name));
    expect(inBoth.length).toBeGreaterThan(100);
    for (const name of inBoth) {
      expect(packed.lifetimes.get(name), name).toBe(spread.lifetimes.get(name));
    }
    expect(packed.placed).not.toEqual(spread.placed);
  });
});
