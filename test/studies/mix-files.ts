import { readFileSync } from "node:fs";
import { join } from "node:path";
import { csvRows } from "../../src/base/csv-rows.js";

/**
 * The five mixes of the packing study. Three are fitted to public traces, which are read from the folder `traces`; two are made here. Sizes are shares of the largest machine of each trace, put onto nodes of 64 cores and 256 GiB.
 * A fitted mix is a systematic sample: all pods sorted by what they ask for, and every n-th taken, so that the small file has
 * the joint distribution of the large one. Nothing is drawn: the same traces give the same bytes.
 */
export function mixFiles(traces: string): Readonly<Record<string, string>> {
  const mixes = {
    uniform,
    complementary,
    google2011: google2011(traces),
    openb: openb(traces),
    dlrm2025: dlrm2025(traces),
  };
  return Object.fromEntries(
    Object.entries(mixes).map(([name, sizes]) => [`${name}.csv`, fileOf(sizes)]),
  );
}

const NODE = { cpuMillicores: 64_000, memoryMebibytes: 262_144 };
/** What a mix asks for in all, in nodes of the dominating resource: more than the 40 that there are. */
const NODES_WORTH = 52;

/** Shares of a machine. */
type Size = readonly [cpu: number, memory: number];

function rowsOf(path: string): readonly (readonly string[])[] {
  const rows = csvRows(readFileSync(path, "utf8"));
  if ("problem" in rows) throw new Error(`${path}:${rows.line}: ${rows.problem}`);
  return rows;
}

function columnsOf(path: string, wanted: readonly string[]): readonly (readonly string[])[] {
  const [header = [], ...rows] = rowsOf(path);
  const places = wanted.map((name) => header.indexOf(name));
  return rows.map((row) => places.map((place) => row[place] ?? ""));
}

/** Tasks when they were submitted; the trace gives shares of the largest machine. */
function google2011(traces: string): readonly Size[] {
  return rowsOf(join(traces, "google2011/task_events_sample12.csv"))
    .filter((row) => row[5] === "0" && row[9] !== "" && row[10] !== "")
    .map((row) => [Number(row[9]), Number(row[10])]);
}

/** Pods without a GPU, on its most frequent machine of 96 cores and 384 GiB. */
function openb(traces: string): readonly Size[] {
  return columnsOf(join(traces, "openb/openb_pod_list_default.csv"), [
    "cpu_milli",
    "memory_mib",
    "num_gpu",
  ])
    .filter(([, , gpus]) => gpus === "0")
    .map(([cpu, memory]) => [Number(cpu) / 96_000, Number(memory) / 393_216]);
}

/** Instances, against the largest: 192 cores and 1,000 GiB. */
function dlrm2025(traces: string): readonly Size[] {
  const path = join(traces, "alibaba-dlrm2025/disaggregated_DLRM_trace.csv");
  return columnsOf(path, ["cpu_request", "memory_request"])
    .map(([cpu, memory]) => [Number(cpu) / 192, Number(memory) / 1000] as const)
    .filter(([cpu, memory]) => cpu > 0 && memory > 0);
}

/** The i-th number of van der Corput in a base: spread evenly over 0 to 1 (Halton 1960). */
function halton(index: number, base: number): number {
  let [value, part] = [0, 1];
  for (let i = index; i > 0; i = Math.floor(i / base)) {
    part /= base;
    value += part * (i % base);
  }
  return value;
}

const POINTS = 4000;
const points = Array.from(
  { length: POINTS },
  (_, i) => [halton(i + 1, 2), halton(i + 1, 3)] as const,
);

const uniform: readonly Size[] = points.map(([x, y]) => [0.02 + 0.48 * x, 0.02 + 0.48 * y]);

const complementary: readonly Size[] = points.map(([x, y], i) => {
  const [much, little] = [0.15 + 0.35 * x, 0.02 + 0.08 * y];
  return i % 2 === 0 ? [much, little] : [little, much];
});

/** As many of the sizes, evenly over their order, as ask for {@link NODES_WORTH} nodes. */
function sampled(sizes: readonly Size[]): readonly Size[] {
  const sums = [0, 1].map((d) => sizes.reduce((sum, size) => sum + size[d]!, 0));
  const count = Math.ceil((NODES_WORTH * sizes.length) / Math.max(...sums));
  const rising = [...sizes].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return Array.from(
    { length: count },
    (_, i) => rising[Math.floor(((i + 0.5) * rising.length) / count)]!,
  );
}

function fileOf(sizes: readonly Size[]): string {
  const lines = sampled(sizes).map(([cpu, memory], i) => {
    const millicores = Math.max(1, Math.round(cpu * NODE.cpuMillicores));
    const mebibytes = Math.max(1, Math.round(memory * NODE.memoryMebibytes));
    return `${i},${millicores},${mebibytes}\n`;
  });
  return `arrival_seconds,cpu_millicores,memory_mebibytes\n${lines.join("")}`;
}
