import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What V8 writes of one function: its first range is the whole of it. */
interface FunctionCoverage {
  readonly functionName: string;
  readonly ranges: readonly {
    readonly startOffset: number;
    readonly endOffset: number;
    readonly count: number;
  }[];
}

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly FunctionCoverage[];
}

/** A function of the source; the key is the same in every process that loads the same source. */
export interface CalledFunction {
  readonly key: string;
  /** `src/api/quantity.ts` */
  readonly file: string;
  /** Its name; `(in scale)` for one without, by the named function around it. */
  readonly name: string;
}

export interface CoveredProcess {
  readonly exitCode: number | null;
  /** Standard output and error as they came. */
  readonly output: string;
  readonly called: ReadonlyMap<string, CalledFunction>;
}

const SOURCE = `${pathToFileURL(process.cwd()).href}/src/`;
/** Functions that nobody wrote: what V8 makes of fields, and tsx of names. */
const MADE_BY_TOOLS = /^(<\w+_initializer>|__name)$/;

/** Runs a program of this checkout and tells which functions of src it called. */
export async function runCovered(args: readonly string[]): Promise<CoveredProcess> {
  const folder = mkdtempSync(join(tmpdir(), "seatrial-coverage-"));
  try {
    const { exitCode, output } = await run(args, folder);
    return { exitCode, output, called: calledIn(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[], folder: string) {
  return new Promise<Omit<CoveredProcess, "called">>((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", ...args], {
      env: { ...process.env, NODE_V8_COVERAGE: folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", reject).on("close", (exitCode) => resolve({ exitCode, output }));
  });
}

function calledIn(folder: string): ReadonlyMap<string, CalledFunction> {
  const called = new Map<string, CalledFunction>();
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
      result: readonly ScriptCoverage[];
    };
    for (const script of result) {
      if (!script.url.startsWith(SOURCE)) continue;
      const file = `src/${script.url.slice(SOURCE.length).replace(/\?.*$/, "")}`;
      for (const one of script.functions) {
        if (one.ranges[0]!.count === 0 || MADE_BY_TOOLS.test(one.functionName)) continue;
        const key = `${file} ${one.functionName} ${one.ranges[0]!.startOffset}`;
        called.set(key, { key, file, name: nameOf(one, script.functions) });
      }
    }
  }
  return called;
}

function nameOf(one: FunctionCoverage, all: readonly FunctionCoverage[]): string {
  if (one.functionName !== "") return one.functionName;
  const { startOffset, endOffset } = one.ranges[0]!;
  let around = "module";
  let start = -1;
  for (const { functionName, ranges } of all) {
    const range = ranges[0]!;
    if (functionName === "" || range.startOffset <= start) continue;
    if (range.startOffset > startOffset || range.endOffset < endOffset) continue;
    around = functionName;
    start = range.startOffset;
  }
  return `(in ${around})`;
}
