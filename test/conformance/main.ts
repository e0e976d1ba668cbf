import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { VectorResult } from "./controllers/run.js";
import {
  isTimelineName,
  KNOWN_FAILURES_PATH,
  type KnownFailure,
  readKnownFailures,
} from "./known-failures.js";
import { runVectorFile } from "./run-vector-file.js";
import { figuresByFamily, figuresText } from "./timelines/families.js";
import { bestOfSeeds, passedOf, type TimelineResult } from "./timelines/run.js";
import { unsupported } from "./timelines/scenario-of.js";
import { isTimelineFile, type TimelineFile } from "./timelines/timeline-file.js";

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

/** A fact that failed, and with `verbose` how far each time is off. */
function printTimeline({ facts }: TimelineResult): void {
  for (const { name, passed, text, errorSeconds } of facts) {
    if (!passed || errorSeconds !== undefined)
      console.log(`  ${passed ? "" : "FAILED "}${name}: ${text}`);
  }
}

function timelineText(result: TimelineResult): string {
  const passed = passedOf(result);
  const seed = result.seed === 1 ? "" : ` (seed ${result.seed})`;
  return `${passed} passed, ${result.facts.length - passed} failed${seed}`;
}

/** Those of timelines stay: they are of the first seed, with their reasons, and what ran here is the best of 20. */
function writeKnownFailures(found: Readonly<Record<string, KnownFailure>>): void {
  const ofTimelines = Object.entries(readKnownFailures()).filter(([name]) => isTimelineName(name));
  const all = { ...found, ...Object.fromEntries(ofTimelines) };
  writeFileSync(KNOWN_FAILURES_PATH, `${JSON.stringify(all, null, 2)}\n`);
}

async function main(args: readonly string[]): Promise<number> {
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
  const timelines: (readonly [TimelineFile, TimelineResult])[] = [];
  const known: Record<string, KnownFailure> = {};
  for (const file of paths.flatMap(vectorFiles)) {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isTimelineFile(content)) {
      const lacking = unsupported(content);
      if (lacking !== null) {
        notRun += 1;
        console.log(`${shortName(file)}: not run (${lacking})`);
        continue;
      }
      const result = await bestOfSeeds(content);
      timelines.push([content, result]);
      passed += passedOf(result);
      failed += result.facts.length - passedOf(result);
      console.log(`${shortName(file)}: ${timelineText(result)}`);
      if (verbose) printTimeline(result);
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
  if (write) writeKnownFailures(known);
  if (timelines.length > 0) {
    for (const figures of figuresByFamily(timelines)) console.log(figuresText(figures));
    const later = timelines.filter(([, { seed }]) => seed > 1).length;
    console.log(`${later} of ${timelines.length} files needed more than the first seed`);
  }
  if (notRun > 0) console.log(`${notRun} not run`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  console.error(errorText(thrown));
  process.exitCode = 2;
}
