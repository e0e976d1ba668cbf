import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { csvRows } from "../../base/csv-rows.js";
import { type FolderOwner, settleResults } from "../../experiment/hidden-folders.js";
import type { Issue } from "../../scenario/issue.js";

/** A figure of `summary.csv`. */
export interface Figure {
  readonly metric: string;
  /** `key=value` pairs joined by `;`, empty for the whole. */
  readonly labels: string;
  readonly value: number;
  readonly unit: string;
}

/** What one run folder says. */
export interface RunResult {
  readonly path: string;
  readonly scenario: string;
  readonly variant: string;
  readonly seed: number;
  /** Of seatrial. */
  readonly version: string;
  readonly digest: string;
  readonly events: number;
  readonly endSeconds: number;
  /** The file `run.json`, whole. */
  readonly record: Readonly<Record<string, unknown>>;
  /** Known figures, by `figureKey`. A figure that the run does not know is absent. */
  readonly figures: ReadonlyMap<string, Figure>;
}

/** `metric{labels}`, or the metric alone for the whole. */
export function figureKey(metric: string, labels: string): string {
  return labels === "" ? metric : `${metric}{${labels}}`;
}

/**
 * All runs at and below the given folders, found by their `run.json`, in the order of their paths; or what is wrong with
 * them. Hidden folders, in which runs are on their way, are passed over; what killed runs left is put in order before.
 */
export function readResults(
  paths: readonly string[],
  owner?: FolderOwner,
): { readonly runs: readonly RunResult[] } | { readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const runs: RunResult[] = [];
  for (const path of paths) {
    settle(dirname(path), owner);
    const folders = existsSync(path) && statSync(path).isDirectory() ? runFolders(path, owner) : [];
    if (folders.length === 0) issues.push(issueAt(path, "holds no results: no run.json is in it"));
    for (const folder of folders) {
      const run = readRun(folder);
      if ("message" in run) issues.push(run);
      else runs.push(run);
    }
  }
  issues.push(...clashes(runs));
  return issues.length > 0 ? { issues } : { runs };
}

/** Where nothing may be written what is there is read. */
function settle(folder: string, owner: FolderOwner | undefined): void {
  try {
    if (owner !== undefined) settleResults(folder, owner);
  } catch {
    // The results that are in place are read all the same.
  }
}

function runFolders(folder: string, owner: FolderOwner | undefined): string[] {
  settle(folder, owner);
  if (existsSync(join(folder, "run.json"))) return [folder];
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .sort(bySeedOrName)
    .flatMap((name) => runFolders(join(folder, name), owner));
}

/** `seed-2` before `seed-10`. */
function bySeedOrName(a: string, b: string): number {
  const [x, y] = [seedOf(a), seedOf(b)];
  if (x !== null && y !== null) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

function seedOf(name: string): number | null {
  const match = /^seed-(\d+)$/.exec(name);
  return match === null ? null : Number(match[1]);
}

function readRun(path: string): RunResult | Issue {
  const recordPath = join(path, "run.json");
  const summaryPath = join(path, "summary.csv");
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(readFileSync(recordPath, "utf8")) as Record<string, unknown>;
  } catch (error) {
    return issueAt(
      recordPath,
      `cannot be read as the record of a run: ${(error as Error).message}`,
    );
  }
  if (record.kind !== "Run") return issueAt(recordPath, "is not the record of a run of seatrial");
  if (!existsSync(summaryPath)) {
    return issueAt(path, "is half a run: summary.csv is missing; run it again");
  }
  try {
    return {
      path,
      ...identityOf(record),
      record,
      figures: figuresOf(readFileSync(summaryPath, "utf8")),
    };
  } catch (error) {
    return issueAt(summaryPath, `cannot be read: ${(error as Error).message}`);
  }
}

function identityOf(record: Readonly<Record<string, unknown>>) {
  return {
    scenario: String(record.scenario),
    variant: String(record.variant),
    seed: Number(record.seed),
    version: String(record.version),
    digest: String(record.digest),
    events: Number(record.events),
    endSeconds: Number(record.endSeconds),
  };
}

function figuresOf(text: string): Map<string, Figure> {
  const rows = csvRows(text);
  if ("problem" in rows) throw new Error(`line ${rows.line}: ${rows.problem}`);
  const header = rows[0] ?? [];
  const places = ["metric", "labels", "value", "unit"].map((name) => header.indexOf(name));
  const figures = new Map<string, Figure>();
  for (const row of rows.slice(1)) {
    const [metric = "", labels = "", value = "", unit = ""] = places.map((at) => row[at]);
    if (value === "") continue;
    figures.set(figureKey(metric, labels), { metric, labels, value: Number(value), unit });
  }
  return figures;
}

/** Two runs of one scenario, variant and seed cannot be told apart; runs of two versions cannot be compared. */
function clashes(runs: readonly RunResult[]): Issue[] {
  const issues: Issue[] = [];
  const seen = new Map<string, string>();
  for (const { path, scenario, variant, seed } of runs) {
    const key = `${scenario} ${variant} ${seed}`;
    const other = seen.get(key);
    if (other !== undefined) {
      issues.push(issueAt(path, `holds the same scenario, variant and seed as ${other}`));
    }
    seen.set(key, path);
  }
  const first = runs[0];
  const odd = runs.find((run) => run.version !== first?.version);
  if (first !== undefined && odd !== undefined) {
    const versions = `${odd.version}, and ${first.path} by ${first.version}`;
    issues.push(
      issueAt(odd.path, `was made by version ${versions}: results differ between versions`),
    );
  }
  return issues;
}

function issueAt(file: string, message: string): Issue {
  return { file, line: 0, column: 0, path: "", value: "", message };
}

/** The metric of a `figureKey`. */
export function metricOf(key: string): string {
  const brace = key.indexOf("{");
  return brace < 0 ? key : key.slice(0, brace);
}
