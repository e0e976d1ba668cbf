import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { KNOWN_FAILURES_PATH } from "./known-failures.js";
import type { VectorResult } from "./controllers/run.js";
import { isNotYetRun, runVectorFile } from "./run-vector-file.js";

const USAGE = "usage: npm run conformance -- [--verbose] [--write-known-failures] FILE|DIR…";
/** More than this many sentences about one decision help nobody. */
const SHOWN_DIFFERENCES = 12;

/** The vector files among `paths` and below them, in the order of their names. */
function vectorFiles(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      const inside = join(path, name);
      return statSync(inside).isDirectory() || name.endsWith(".json") ? vectorFiles(inside) : [];
    });
}

/** `scheduler/fit-01.json`: the last folder and the file. */
function shortName(path: string): string {
  return `${basename(dirname(resolve(path)))}/${basename(path)}`;
}

function printFailures(result: VectorResult): void {
  for (const { id, differences } of result.failures) {
    console.log(`  ${id}`);
    for (const difference of differences.slice(0, SHOWN_DIFFERENCES)) {
      console.log(`    ${difference}`);
    }
    const more = differences.length - SHOWN_DIFFERENCES;
    if (more > 0) console.log(`    and ${more} more`);
  }
}

function knownFailuresOf(result: VectorResult): "all" | readonly string[] {
  return result.passed === 0 ? "all" : result.failures.map((failure) => failure.id);
}

function main(args: readonly string[]): number {
  const verbose = args.includes("--verbose");
  const write = args.includes("--write-known-failures");
  const paths = args.filter((arg) => !arg.startsWith("--"));
  const flags = args.length - paths.length;
  if (paths.length === 0 || flags !== Number(verbose) + Number(write)) {
    console.error(USAGE);
    return 2;
  }
  let passed = 0;
  let failed = 0;
  let notRun = 0;
  const known: Record<string, "all" | readonly string[]> = {};
  for (const file of paths.flatMap(vectorFiles)) {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isNotYetRun(content)) {
      notRun += 1;
      console.log(`${shortName(file)}: not run`);
      continue;
    }
    const result = runVectorFile(content);
    if (result === null) {
      console.error(`${file}: holds neither decisions nor cases`);
      return 2;
    }
    passed += result.passed;
    failed += result.failures.length;
    console.log(`${shortName(file)}: ${result.passed} passed, ${result.failures.length} failed`);
    if (verbose) printFailures(result);
    if (result.failures.length > 0) known[shortName(file)] = knownFailuresOf(result);
  }
  if (write) writeFileSync(KNOWN_FAILURES_PATH, `${JSON.stringify(known, null, 2)}\n`);
  if (notRun > 0) console.log(`${notRun} not run`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (thrown) {
  console.error(errorText(thrown));
  process.exitCode = 2;
}
