import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { CsvRows } from "../../base/csv-rows.js";
import { figureKey, type RunResult } from "./read-results.js";

/** A file of a run that is not there or cannot be read as what it should be. */
export class UnreadableTable extends Error {}

/** A series of `timeseries.csv`: each value is of the interval that ends at its time; NaN where it is not known. */
export interface Series {
  readonly unit: string;
  readonly seconds: readonly number[];
  readonly values: readonly number[];
}

/** A row of `pods.csv`; times that did not come are NaN. */
export interface PodRow {
  readonly namespace: string;
  readonly name: string;
  readonly owner: string;
  readonly node: string;
  readonly createdSeconds: number;
  readonly boundSeconds: number;
  readonly startedSeconds: number;
  readonly readySeconds: number;
  readonly finishedSeconds: number;
  readonly phase: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly refusal: string;
}

/** A row of `nodes.csv`; `removedSeconds` is NaN for a node that was there at the end. */
export interface NodeRow {
  readonly name: string;
  readonly pool: string;
  readonly zone: string;
  readonly createdSeconds: number;
  readonly removedSeconds: number;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

/** The series of a run with these keys (`metric` or `metric{labels}`); those that it does not have are absent. */
export function readSeries(run: RunResult, keys: ReadonlySet<string>): ReadonlyMap<string, Series> {
  const metrics = new Set([...keys].map((key) => key.replace(/\{.*$/, "")));
  const found = new Map<string, { unit: string; seconds: number[]; values: number[] }>();
  eachRow(run, "timeseries.csv", (row) => {
    if (!metrics.has(row.text("metric"))) return;
    const key = figureKey(row.text("metric"), row.text("labels"));
    if (!keys.has(key)) return;
    let series = found.get(key);
    if (series === undefined) {
      series = { unit: row.text("unit"), seconds: [], values: [] };
      found.set(key, series);
    }
    series.seconds.push(row.number("time_seconds"));
    series.values.push(row.number("value"));
  });
  return found;
}

/** The keys of all series of a run, in the order in which they first appear. */
export function seriesKeys(run: RunResult): ReadonlySet<string> {
  const keys = new Set<string>();
  eachRow(run, "timeseries.csv", (row) => {
    keys.add(figureKey(row.text("metric"), row.text("labels")));
  });
  return keys;
}

export function eachPod(run: RunResult, take: (pod: PodRow) => void): void {
  eachRow(run, "pods.csv", (row) =>
    take({
      namespace: row.text("namespace"),
      name: row.text("name"),
      owner: row.text("owner"),
      node: row.text("node"),
      createdSeconds: row.number("created_seconds"),
      boundSeconds: row.number("bound_seconds"),
      startedSeconds: row.number("started_seconds"),
      readySeconds: row.number("ready_seconds"),
      finishedSeconds: row.number("finished_seconds"),
      phase: row.text("phase"),
      cpuCores: row.number("cpu_request_cores"),
      memoryBytes: row.number("memory_request_bytes"),
      refusal: row.text("refusal"),
    }),
  );
}

export function readNodes(run: RunResult): readonly NodeRow[] {
  const nodes: NodeRow[] = [];
  eachRow(run, "nodes.csv", (row) => {
    nodes.push({
      name: row.text("name"),
      pool: row.text("pool"),
      zone: row.text("zone"),
      createdSeconds: row.number("created_seconds"),
      removedSeconds: row.number("removed_seconds"),
      cpuCores: row.number("cpu_allocatable_cores"),
      memoryBytes: row.number("memory_allocatable_bytes"),
      pods: row.number("pods_allocatable_count"),
    });
  });
  return nodes;
}

interface NamedRow {
  text(column: string): string;
  /** NaN for an empty cell. */
  number(column: string): number;
}

const CHUNK_BYTES = 1 << 20;

/** Reads a CSV file of a run chunk by chunk, for it may be larger than one string can be. */
function eachRow(run: RunResult, name: string, take: (row: NamedRow) => void): void {
  const path = join(run.path, name);
  const columns = new Map<string, number>();
  let fields: readonly string[] = [];
  const at = (column: string): string => {
    const place = columns.get(column);
    if (place === undefined) throw new UnreadableTable(`${path}: has no column ${column}`);
    return fields[place] ?? "";
  };
  const row: NamedRow = {
    text: at,
    number: (column) => (at(column) === "" ? Number.NaN : Number(at(column))),
  };
  const reader = new CsvRows({
    row(_, found) {
      if (columns.size === 0) for (const [i, column] of found.entries()) columns.set(column, i);
      else {
        fields = found;
        take(row);
      }
    },
    broken(line, _, problem) {
      throw new UnreadableTable(`${path}:${line}: ${problem}`);
    },
  });
  eachChunk(path, (text) => reader.push(text));
  reader.end();
}

function eachChunk(path: string, take: (text: string) => void): void {
  const decoder = new TextDecoder();
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    throw new UnreadableTable(`${path}: cannot be read: ${(error as Error).message}`);
  }
  try {
    for (;;) {
      const count = readSync(descriptor, buffer, 0, CHUNK_BYTES, null);
      if (count === 0) break;
      take(decoder.decode(buffer.subarray(0, count), { stream: true }));
    }
  } finally {
    closeSync(descriptor);
  }
}
