import { loadSolver } from "../packing/linear-program.js";
import { type Figure, figureKey, metricOf, type RunResult } from "../results/read-results.js";
import { eachPod, type PodRow, readNodes, UnreadableTable } from "../results/run-tables.js";
import { QUALITY_METRICS } from "./registry.js";

/** The runs with those figures added that are named and computed from their files; the same runs where none is. */
export async function withQuality(
  runs: readonly RunResult[],
  names: readonly string[],
): Promise<readonly RunResult[]> {
  const metrics = new Set(names.map(metricOf));
  const asked = QUALITY_METRICS.filter(({ name }) => metrics.has(name));
  if (asked.length === 0) return runs;
  const solver = await loadSolver();
  return runs.map((result) => {
    const pods: PodRow[] = [];
    eachPod(result, (pod) => pods.push(pod));
    const run = { result, pods, nodes: readNodes(result), solver, ...measuredOf(result) };
    const figures = new Map<string, Figure>(result.figures);
    for (const { name, unit, compute } of asked) {
      for (const { labels, value } of compute(run)) {
        if (!Number.isFinite(value)) continue;
        figures.set(figureKey(name, labels), { metric: name, labels, value, unit });
      }
    }
    return { ...result, figures };
  });
}

/** The same, or in words which file of a run cannot be read. */
export async function qualityOf(
  runs: readonly RunResult[],
  names: readonly string[],
): Promise<readonly RunResult[] | { readonly problem: string }> {
  try {
    return await withQuality(runs, names);
  } catch (error) {
    if (!(error instanceof UnreadableTable)) throw error;
    return { problem: error.message };
  }
}

function measuredOf({ record, endSeconds }: RunResult) {
  const resolved = record.resolved as
    | { measure?: { fromMicros?: number; toMicros?: number | null } }
    | undefined;
  const { fromMicros = 0, toMicros = null } = resolved?.measure ?? {};
  return {
    fromSeconds: fromMicros / 1e6,
    toSeconds: toMicros === null ? endSeconds : Math.min(endSeconds, toMicros / 1e6),
  };
}
