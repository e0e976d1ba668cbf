import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processOwner } from "../../src/cli/process-owner.js";
import { settleResults } from "../../src/experiment/hidden-folders.js";
import buildCommand from "../built-command.js";
import { Dice } from "./dice.js";

/** Where a run is when it is killed. */
const PHASES = ["loading", "running", "writing", "between moves"] as const;
type Phase = (typeof PHASES)[number];

const SIGNALS = { SIGKILL: 137, SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;
type Signal = keyof typeof SIGNALS;

const FILES = [
  ...["events.csv", "nodes.csv", "pods.csv", "run.json"],
  ...["summary.csv", "timeseries.csv", "timing.json"],
];
/** Long enough to be hit in each phase, short enough for hundreds. */
const SCENARIO = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: killed }
spec:
  duration: 5m
  cluster: { nodePools: [{ name: general, nodes: 40, capacity: { cpu: "32", memory: 128Gi } }] }
  generators:
    - name: batch
      arrivals: { poisson: { rate: 15/s } }
      template:
        kind: Pod
        spec: { restartPolicy: Never, containers: [{ name: main, image: i, resources: { requests: { cpu: 10m } } }] }
`;

/**
 * Kills runs at random moments of each phase, by each of the signals that end a process, over an earlier
 * result: afterwards a reader must find one of the two results whole, and nothing else. True when it did.
 */
export async function fuzzKills(count: number, first: number): Promise<boolean> {
  buildCommand();
  const folder = mkdtempSync(join(tmpdir(), "seatrial-kills-"));
  writeFileSync(join(folder, "s.yaml"), SCENARIO);
  const digests = new Set<string>();
  for (const seed of [1, 2]) {
    const { code, stderr } = await ended(start(folder, `whole-${seed}`, seed));
    if (code !== 0) throw new Error(`the run that is to be killed ends with ${code}: ${stderr}`);
    digests.add(digestOf(join(folder, `whole-${seed}/killed/default/seed-${seed}`)));
  }
  // The earlier result is of another seed, to be told from the one under way.
  const earlier = join(folder, "whole-2/killed/default/seed-2");
  const hits = new Map<string, number>();
  let faults = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const dice = new Dice(`kill/${seed}`);
    const aim = PHASES[seed % PHASES.length]!;
    const signal = dice.one(["SIGKILL", ...(Object.keys(SIGNALS) as Signal[])] as Signal[]);
    const out = `out-${seed}`;
    const parent = join(folder, out, "killed/default");
    cpSync(earlier, join(parent, "seed-1"), { recursive: true });
    const { phase, wrong } = await killed({ folder, out, parent, aim, signal, dice });
    hits.set(phase, (hits.get(phase) ?? 0) + 1);
    settleResults(parent, processOwner());
    const left = readdirSync(parent);
    const place = join(parent, "seed-1");
    if (left.join() !== "seed-1") wrong.push(`afterwards there is ${left.join(", ") || "nothing"}`);
    else if (readdirSync(place).sort().join() !== FILES.join()) wrong.push("a part of a result");
    else if (!digests.has(digestOf(place))) wrong.push("a result of no run");
    for (const what of wrong) process.stdout.write(`kill ${seed}, ${phase}, ${signal}: ${what}\n`);
    faults += wrong.length;
    rmSync(join(folder, out), { recursive: true });
  }
  rmSync(folder, { recursive: true, force: true });
  const phases = [...hits].map(([phase, times]) => `${phase}: ${times}`).join(", ");
  process.stdout.write(`${count} kills (${phases}); ${faults} faults\n`);
  return faults === 0;
}

function start(folder: string, out: string, seed: number, env = {}, args: string[] = []) {
  const main = resolve("dist/cli/main.js");
  const line = [...args, main, "run", "s.yaml", "--seed", String(seed), "--out", out];
  return spawn(process.execPath, line, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

interface Ended {
  /** As a shell tells it. */
  readonly code: number;
  /** Whether the process had no say in it. */
  readonly isUnasked: boolean;
  readonly stderr: string;
}

function ended(child: ChildProcess): Promise<Ended> {
  let stderr = "";
  child.stderr?.on("data", (text) => {
    stderr += text;
  });
  return new Promise((done) =>
    child.once("close", (code, signal) =>
      done({
        code: code ?? SIGNALS[signal as Signal],
        isUnasked: code === null,
        stderr,
      }),
    ),
  );
}

interface Attempt {
  readonly folder: string;
  readonly out: string;
  readonly parent: string;
  readonly aim: Phase;
  readonly signal: Signal;
  readonly dice: Dice;
}

/** Starts a run and kills it; where it was then, by what it left, and what was wrong with its end. */
async function killed(attempt: Attempt): Promise<{ phase: string; wrong: string[] }> {
  const { folder, out, parent, aim, signal, dice } = attempt;
  const moved = join(folder, `${out}-moved`);
  const preload = resolve("test/fuzz/pause-between-moves.mjs");
  const child =
    aim === "between moves"
      ? start(folder, out, 1, { SEATRIAL_MOVED: moved }, ["--import", preload])
      : start(folder, out, 1);
  const end = ended(child);
  const hidden = () => readdirSync(parent).find((name) => name.includes("-partial-"));
  const isAt: Record<Phase, () => boolean> = {
    loading: () => true,
    running: () => hidden() !== undefined,
    writing: () => existsSync(join(parent, hidden() ?? "none", "summary.csv")),
    "between moves": () => existsSync(moved),
  };
  while (child.exitCode === null && !isAt[aim]()) await sleep(1);
  await sleep(dice.below(aim === "loading" ? 500 : aim === "running" ? 400 : 20));
  const phase = child.exitCode === null ? phaseOf(parent, hidden(), moved) : "ended before";
  child.kill(signal);
  const { code, isUnasked, stderr } = await end;
  const wrong: string[] = [];
  const hasEnded = code === 0 || phase === "ended before";
  if (signal !== "SIGKILL" && !hasEnded) {
    if (code !== SIGNALS[signal]) wrong.push(`exit ${code}`);
    // Before our own code is loaded nobody can heed a signal.
    if (isUnasked && phase !== "loading") wrong.push("ended by the signal itself");
    if (readdirSync(parent).some((name) => name.startsWith(".")))
      wrong.push("left something hidden");
  }
  if (/^ {4}at /m.test(stderr)) wrong.push("a stack trace");
  rmSync(moved, { force: true });
  return { phase, wrong };
}

function phaseOf(parent: string, partial: string | undefined, moved: string): string {
  if (existsSync(moved)) return "between moves";
  if (partial === undefined) return "loading";
  return existsSync(join(parent, partial, "summary.csv")) ? "writing" : "running";
}

function digestOf(path: string): string {
  const { seed, digest } = JSON.parse(readFileSync(join(path, "run.json"), "utf8"));
  return `${seed} ${digest}`;
}
