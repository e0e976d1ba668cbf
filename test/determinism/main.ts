/**
 * `tsx test/determinism/main.ts NODE` runs each program below under this Node and under the binary
 * NODE, prints what they print, and exits 1 when they differ: the kernel's digests, and those of the
 * scenarios that come with the project (not of `scenarios/traces`, which need data from outside).
 * Scenarios run from the build.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Program {
  readonly name: string;
  readonly args: (out: string) => readonly string[];
  /** What of its output is compared. */
  readonly result: (stdout: string) => string;
}

/** A scenario's digest and its whole summary. */
function scenario(path: string): Program {
  return {
    name: path,
    args: (out) => ["dist/cli/main.js", "run", path, "--json", "--out", out],
    result: (stdout) =>
      JSON.stringify(
        JSON.parse(stdout).map((run: { scenario: string; digest: string; metrics: unknown }) => [
          run.scenario,
          run.digest,
          run.metrics,
        ]),
      ),
  };
}

const scenarios = readdirSync("scenarios").filter((name) => name.endsWith(".yaml"));
assert(scenarios.length > 0, "there is no scenario to compare");
const PROGRAMS: Program[] = [
  ...[1, 2].map((seed) => ({
    name: `the kernel, seed ${seed}`,
    args: () => ["--import", "tsx", "test/determinism/kernel-digest.ts", String(seed)],
    result: (stdout: string) => stdout.trim(),
  })),
  ...scenarios.map((name) => scenario(join("scenarios", name))),
];

function resultUnder(node: string, program: Program): string {
  const out = mkdtempSync(join(tmpdir(), "digests-"));
  try {
    const { status, stdout, stderr } = spawnSync(node, program.args(out), {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    if (status !== 0)
      throw new Error(`${program.name} under ${node} ended with ${status}\n${stderr}`);
    return program.result(stdout);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const other = process.argv[2];
assert(other !== undefined, "expected the path of another Node binary");
const otherVersion = spawnSync(other, ["--version"], { encoding: "utf8" }).stdout.trim();
let differing = 0;
for (const program of PROGRAMS) {
  const here = resultUnder(process.execPath, program);
  const there = resultUnder(other, program);
  const equal = here === there;
  if (!equal) differing++;
  const verdict = equal ? "equal" : "DIFFERENT";
  console.log(`${program.name}: ${verdict} on ${process.version} and ${otherVersion}`);
  const shown = equal ? [here] : [here, there];
  for (const text of shown) console.log(text.slice(0, 300).replace(/^/gm, "  "));
}
process.exit(differing === 0 ? 0 : 1);
