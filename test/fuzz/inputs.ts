import { type ChildProcess, fork } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { RunOptions } from "../../src/cli/run-command.js";
import { nodeFileSystem } from "../../src/scenario/load/file-system.js";
import { roleOf } from "../../src/scenario/load/load-run.js";
import { type Base, fileToChange, goodInputs, isNamed, otherText } from "./corpus.js";
import { Dice } from "./dice.js";
import { changedGently } from "./gentle-mutations.js";
import { changed, setting } from "./mutations.js";

/** What a worker is asked for: `validate` of the paths, then `run` of them. */
export interface Call {
  readonly folder: string;
  readonly paths: readonly string[];
  readonly options: RunOptions;
}

interface Ended {
  readonly code: number;
  readonly text: string;
}

export interface Answer {
  readonly validate: Ended;
  readonly run: Ended;
}

/** Seconds of work after which it is asked to stop, for some changes make large runs of small ones. */
const STOP_AFTER_SECONDS = 4;
/** Whatever works on for so many seconds after that hangs. */
const HANG_AFTER_SECONDS = 5;
const LOOK_EVERY_MS = 500;
/** Of the changes, those that may leave a good input: so that runs are tried, and not only refusals. */
const GENTLE_SHARE = 0.6;
/** Of Linux, in what it tells of processes. */
const TICKS_PER_SECOND = 100;
const HANGS = "a hang";
const FILES = ["events.csv", "nodes.csv", "pods.csv", "run.json", "summary.csv", "timeseries.csv"];
const STACK = /^\s+at .+:\d+:\d+\)?$/m;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there.
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

/**
 * Changes good inputs at random, by seed, and calls the command with each: it must neither crash nor
 * hang, print no stack trace and no control character, leave whole results or none, and `validate` must
 * say what `run` refuses. True when all did.
 */
export async function fuzzInputs(count: number, first: number): Promise<boolean> {
  const bases = goodInputs();
  const seats = new Seats();
  const codes = new Map<string, number>();
  const faults = new Map<string, number[]>();
  for (let seed = first; seed < first + count; seed += 1) {
    const folder = mkdtempSync(join(tmpdir(), "seatrial-fuzz-"));
    const call = inputOf(bases, seed, folder);
    const answer = await seats.ask(call);
    const found = await faultsOf(call, answer);
    const code = typeof answer === "string" ? answer : `exit ${answer.run.code}`;
    codes.set(code, (codes.get(code) ?? 0) + 1);
    for (const fault of found) {
      const seeds = faults.get(fault) ?? [];
      faults.set(fault, [...seeds, seed]);
      if (seeds.length === 0) process.stdout.write(`input ${seed}: ${fault}\n`);
    }
    if (process.env.SEATRIAL_FUZZ_KEEP === "1" && found.length > 0) {
      process.stdout.write(`  ${folder}: ${JSON.stringify(call.options)} ${call.paths}\n`);
    } else rmSync(folder, { recursive: true, force: true });
    if ((seed - first + 1) % 1000 === 0) {
      process.stdout.write(`${seed - first + 1} of ${count} inputs\n`);
    }
  }
  seats.leave();
  const ends = [...codes].sort().map(([code, times]) => `${code}: ${times}`);
  process.stdout.write(`${count} inputs, ${ends.join(", ")}; ${faults.size} kinds of faults\n`);
  for (const [fault, seeds] of faults) {
    process.stdout.write(`${seeds.length} times (${seeds.slice(0, 5).join(", ")}): ${fault}\n`);
  }
  return faults.size === 0;
}

function inputOf(bases: readonly Base[], seed: number, folder: string): Call {
  const dice = new Dice(`input/${seed}`);
  const base = dice.one(bases);
  const files = new Map(base.files);
  const isSet = base.nodes === undefined && dice.chance(0.15);
  if (!isSet || dice.chance(0.3)) {
    const name = fileToChange(base, dice);
    const change = dice.chance(GENTLE_SHARE) ? changedGently : changed;
    files.set(name, change(name, files.get(name)!, otherText(bases, dice), dice));
  }
  for (const [name, bytes] of files) {
    if (name !== base.main && !isNamed(base, name)) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  const text = base.files.get(base.main)!.toString("utf8");
  const options = {
    set: isSet ? [setting(text, dice)] : [],
    out: "out",
    ...(base.nodes === undefined ? {} : { nodes: [base.nodes] }),
    // Short runs leave time for more inputs; what a run plans for after its end is only noted.
    ...(base.nodes !== undefined || dice.chance(0.7) ? { until: "2m" } : {}),
    ...(dice.chance(0.2) ? { explain: "*" } : {}),
    ...(dice.chance(0.2) ? { json: true } : {}),
    ...(dice.chance(0.2) ? { strict: true } : {}),
  };
  return { folder, paths: [base.main], options };
}

/** What is wrong with an end, in words that are the same for the same fault. */
async function faultsOf(
  { folder, paths, options }: Call,
  answer: Answer | string,
): Promise<readonly string[]> {
  // Who was killed had no time to put anything away.
  if (answer === HANGS) return [HANGS];
  const faults = halfWritten(folder);
  if (typeof answer === "string") return answer === "stopped" ? faults : [...faults, answer];
  const { validate, run } = answer;
  for (const [command, { code, text }] of Object.entries(answer) as [string, Ended][]) {
    if (code === 70) faults.push(`${command} exit 70: ${placeOf(text)}`);
    else if (STACK.test(text)) faults.push(`${command} prints a stack: ${placeOf(text)}`);
    if (code !== 70 && RAW.test(text)) faults.push(`${command} prints control characters`);
    if (![0, 1, 2, 70].includes(code)) faults.push(`${command} exit ${code}`);
  }
  // What the call adds to the files is not for `validate` to see, nor that it lacks nodes for manifests.
  const isPlain = options.set.length === 0 && options.nodes === undefined;
  const asksForNodes =
    run.text.includes("there are no nodes") &&
    (await roleOf(nodeFileSystem, join(folder, paths[0]!))) === "manifests";
  const isOurs = options.explain !== undefined || run.text.includes("--until") || asksForNodes;
  if (isPlain && validate.code === 0 && run.code === 2 && !isOurs) {
    faults.push(`validate passes what run refuses: ${kindOf(run.text)}`);
  }
  // An end that only `--until` gives is for `run` to know.
  if (isPlain && options.until === undefined && validate.code === 2 && run.code < 2) {
    faults.push(`run takes what validate refuses: ${kindOf(validate.text)}`);
  }
  return faults;
}

/** Files that are no whole run. */
function halfWritten(folder: string): string[] {
  const out = join(folder, "out");
  if (!existsSync(out)) return [];
  const runs = new Map<string, string[]>();
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    runs.set(entry.parentPath, [...(runs.get(entry.parentPath) ?? []), entry.name]);
  }
  return [...runs]
    .filter(([path, names]) => path.includes("/.") || !FILES.every((name) => names.includes(name)))
    .map(() => "half-written results");
}

/** The error and the innermost lines of our own. */
function placeOf(text: string): string {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => STACK.test(line));
  const frames = lines.filter((line) => STACK.test(line) && line.includes("/src/")).slice(0, 2);
  const places = frames.map((line) => line.replace(/^.*\/src\//, "src/").replace(/:\d+\)?$/, ""));
  const error = (lines[first - 1] ?? "").replaceAll(/"[^"]*"|`[^`]*`|\d+/g, "…");
  return `${error.slice(0, 150)} ${places.join(" < ")}`;
}

/** A message without what is of one input only. */
function kindOf(text: string): string {
  const line = text.split("\n").find((it) => /^\S+: /.test(it)) ?? "";
  return line
    .replace(/^\S*?: /, "")
    .replaceAll(/\(found .*\)$/g, "")
    .replaceAll(/"[^"]*"|`[^`]*`|\[\d+\]|\d+/g, "…")
    .slice(0, 160);
}

/** One worker after another, each replaced when it has ended. */
class Seats {
  private worker: ChildProcess | null = null;

  async ask(call: Call): Promise<Answer | string> {
    this.worker ??= await started();
    const { worker } = this;
    return new Promise((done) => {
      let isStopped = false;
      const began = workSeconds(worker);
      const timer = setInterval(() => {
        const seconds = workSeconds(worker) - began;
        if (seconds > STOP_AFTER_SECONDS && !isStopped) {
          isStopped = true;
          worker.kill("SIGTERM");
        } else if (seconds > STOP_AFTER_SECONDS + HANG_AFTER_SECONDS) worker.kill("SIGKILL");
      }, LOOK_EVERY_MS);
      const end = (answer: Answer | string) => {
        clearInterval(timer);
        worker.removeAllListeners();
        if (isStopped || typeof answer === "string") {
          worker.kill("SIGKILL");
          this.worker = null;
        }
        done(isStopped && typeof answer !== "string" ? "stopped" : answer);
      };
      worker.once("message", (message) => end(message as Answer));
      worker.once("exit", (code, signal) => {
        if (code === 143) end("stopped");
        else end(signal === "SIGKILL" ? HANGS : `the process ended: ${signal ?? code}`);
      });
      worker.send(call);
    });
  }

  leave(): void {
    this.worker?.kill();
  }
}

/** Seconds of processor time, which other processes do not stretch; where nobody tells it, of the clock. */
function workSeconds({ pid }: ChildProcess): number {
  try {
    const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
    const [user, system] = fields.split(" ").slice(11, 13);
    return (Number(user) + Number(system)) / TICKS_PER_SECOND;
  } catch {
    return performance.now() / 1000;
  }
}

function started(): Promise<ChildProcess> {
  const worker = fork(resolve("test/fuzz/input-worker.ts"), {
    execArgv: ["--import", "tsx", "--max-old-space-size=1024"],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  return new Promise((done) => worker.once("message", () => done(worker)));
}
