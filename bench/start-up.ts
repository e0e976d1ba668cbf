import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";

const ROUNDS = 15;

function millisOf(args: readonly string[], expected: RegExp): number {
  const begin = performance.now();
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const millis = performance.now() - begin;
  assert.equal(status, 0);
  assert.match(stdout, expected);
  return millis;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** `seatrial --help` against an empty program, turn by turn; the target is 3 times, at most. */
export function run(): void {
  const empty: number[] = [];
  const help: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    empty.push(millisOf(["-e", "0"], /^$/));
    help.push(millisOf(["dist/cli/main.js", "--help"], /^Usage: seatrial/));
  }
  const ratio = median(help) / median(empty);
  console.log(`node -e 0        ${median(empty).toFixed(0)} ms`);
  console.log(
    `seatrial --help  ${median(help).toFixed(0)} ms, ${ratio.toFixed(2)} times (target: 3)`,
  );
}
