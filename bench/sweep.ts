import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const RUNS = 8;
const ROUNDS = 3;

/** Pods come and go on 200 nodes for six hours: about a second of work. */
const SCENARIO = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: swept }
spec:
  duration: 6h
  cluster: { nodePools: [{ name: n, nodes: 200, capacity: { cpu: "16", memory: 64Gi } }] }
  generators:
    - name: batch
      arrivals: { poisson: { rate: 60/min } }
      template: { kind: Pod, spec: { restartPolicy: Never, containers: [{ name: main, image: batch, resources: { requests: { cpu: "1", memory: 2Gi } } }] } }
      vary: { run: { exponential: { mean: 20m } } }
  metrics: { every: 5m }
`;

const EXPERIMENT = `apiVersion: seatrial.dev/v1alpha1
kind: Experiment
metadata: { name: swept }
spec:
  scenario: scenario.yaml
  axes: { cluster.nodePools.n.nodes: [200] }
  seeds: ${RUNS}
`;

/**
 * How much faster two workers are than one, and what a run costs in a sweep against one by itself, both without the start of the
 * command. Turn by turn, so that a busy machine is as busy for all; medians.
 */
export function run(): void {
  const folder = mkdtempSync(join(tmpdir(), "bench-sweep-"));
  try {
    writeFileSync(join(folder, "scenario.yaml"), SCENARIO);
    writeFileSync(join(folder, "experiment.yaml"), EXPERIMENT);
    const times = Array.from({ length: ROUNDS }, () => round(folder));
    const of = (name: keyof Round) => median(times.map((time) => time[name]));
    const perRun = (of("oneWorker") - of("start")) / RUNS;
    const bare = of("bare") - of("start");
    console.log(`start of the command      ${of("start").toFixed(0)} ms`);
    console.log(`a run by itself           ${bare.toFixed(0)} ms`);
    console.log(`a run in a sweep          ${perRun.toFixed(0)} ms`);
    console.log(
      `overhead                  ${((perRun / bare - 1) * 100).toFixed(1)} % (target: 5)`,
    );
    console.log(`${RUNS} runs, one worker      ${of("oneWorker").toFixed(0)} ms`);
    console.log(`${RUNS} runs, two workers     ${of("twoWorkers").toFixed(0)} ms`);
    const speedUp = (of("oneWorker") - of("start")) / (of("twoWorkers") - of("start"));
    console.log(`speed-up                  ${speedUp.toFixed(2)} (target: 1.8)`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Round {
  readonly start: number;
  readonly bare: number;
  readonly oneWorker: number;
  readonly twoWorkers: number;
}

function round(folder: string): Round {
  const sweep = (jobs: number) =>
    millisOf(
      ["sweep", "experiment.yaml", "--jobs", String(jobs), "--out", `out-${jobs}`],
      folder,
      new RegExp(`^${RUNS} runs finished`),
    );
  return {
    start: millisOf(["sweep", "experiment.yaml", "--plan"], folder, /seed 8/),
    bare: millisOf(["run", "scenario.yaml", "--out", "bare"], folder, /created/),
    oneWorker: sweep(1),
    twoWorkers: sweep(2),
  };
}

const MAIN = join(process.cwd(), "dist/cli/main.js");

function millisOf(args: readonly string[], cwd: string, expected: RegExp): number {
  const begin = performance.now();
  const ended = spawnSync(process.execPath, [MAIN, ...args], { cwd, encoding: "utf8" });
  const millis = performance.now() - begin;
  assert.equal(ended.status, 0, ended.stderr);
  assert.match(ended.stdout, expected);
  return millis;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
