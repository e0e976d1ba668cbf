import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const RUNS = 20;
const ROUNDS = 3;

/** Pods come and go on 200 nodes for three hours: one to two seconds of work. */
const SCENARIO = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: swept }
spec:
  duration: 3h
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
 * command. Turn by turn, so that a busy machine is as busy for all; medians. Wall time says little where others use the
 * cores too; processor time does: what two workers spend more than one is the loading and compiling that each thread does for itself.
 */
export function run(): void {
  const folder = mkdtempSync(join(tmpdir(), "bench-sweep-"));
  try {
    writeFileSync(join(folder, "scenario.yaml"), SCENARIO);
    writeFileSync(join(folder, "experiment.yaml"), EXPERIMENT);
    const rounds = Array.from({ length: ROUNDS }, () => round(folder));
    const of = (name: keyof Round, clock: keyof Times) =>
      median(rounds.map((times) => times[name][clock]));
    const line = (what: string, text: string) => console.log(`${what.padEnd(26)}${text}`);
    const both = (name: keyof Round) =>
      `${of(name, "wall").toFixed(0)} ms, processor ${of(name, "cpu").toFixed(0)} ms`;
    line("start of the command", both("start"));
    line("start and a run by itself", both("bare"));
    line(`${RUNS} runs, one worker`, both("oneWorker"));
    line(`${RUNS} runs, two workers`, both("twoWorkers"));
    const after = (name: keyof Round, clock: keyof Times) => of(name, clock) - of("start", clock);
    const overhead = after("oneWorker", "cpu") / RUNS / after("bare", "cpu") - 1;
    line("overhead of a run", `${(overhead * 100).toFixed(1)} % of processor time (target: 5)`);
    const speedUp = after("oneWorker", "wall") / after("twoWorkers", "wall");
    line("speed-up", `${speedUp.toFixed(2)} (target: 1.8)`);
    const allowed = (2 * after("oneWorker", "cpu")) / after("twoWorkers", "cpu");
    line("speed-up on two idle cores", `${allowed.toFixed(2)} by processor time`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds. */
interface Times {
  readonly wall: number;
  readonly cpu: number;
}

interface Round {
  readonly start: Times;
  readonly bare: Times;
  readonly oneWorker: Times;
  readonly twoWorkers: Times;
}

function round(folder: string): Round {
  const sweep = (jobs: number) =>
    timesOf(
      ["sweep", "experiment.yaml", "--jobs", String(jobs), "--out", `out-${jobs}`],
      folder,
      new RegExp(`^${RUNS} runs finished`),
    );
  return {
    start: timesOf(["sweep", "experiment.yaml", "--plan"], folder, /seed 20/),
    bare: timesOf(["run", "scenario.yaml", "--out", "bare"], folder, /created/),
    oneWorker: sweep(1),
    twoWorkers: sweep(2),
  };
}

const MAIN = join(process.cwd(), "dist/cli/main.js");
/** Runs a command, then says on channel 3 what it took; the second line is that of child processes. */
const TIMED = '"$@"; code=$?; times >&3; exit $code';

function timesOf(args: readonly string[], cwd: string, expected: RegExp): Times {
  const begin = performance.now();
  const ended = spawnSync("sh", ["-c", TIMED, "sh", process.execPath, MAIN, ...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const wall = performance.now() - begin;
  assert.equal(ended.status, 0, ended.stderr);
  assert.match(ended.stdout, expected);
  const [, children] = ended.output[3]!.split("\n");
  const cpu = [...children!.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + 60_000 * Number(minutes) + 1000 * Number(seconds),
    0,
  );
  return { wall, cpu };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
