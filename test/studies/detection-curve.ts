import { pairedPower } from "../../src/analysis/statistics/planning.js";
import { csvRows } from "../../src/base/csv-rows.js";

const CHANGES = [0.005, 0.01, 0.02, 0.05, 0.1] as const;
const SEEDS = [3, 5, 10, 20, 30] as const;
const TEST = { alpha: 0.05, sides: 2 } as const;

/**
 * `detection.csv` of a study, from its `comparison.csv`: for each metric, change of its mean and number of seeds, the share of
 * studies that would find the change by the paired t test at 5 %, before Holm's correction: exact for normal differences with the
 * standard deviation that the study saw, the median over its variants. A variant whose differences do not vary finds any change.
 */
export function detectionCurve(comparison: string): string {
  const parsed = csvRows(comparison);
  if ("problem" in parsed) throw new Error(`line ${parsed.line}: ${parsed.problem}`);
  const [header = [], ...rows] = parsed;
  const cell = (row: readonly string[], name: string) => row[header.indexOf(name)] ?? "";
  const byMetric = new Map<string, number[]>();
  for (const row of rows) {
    const mean = Number(cell(row, "baseline"));
    const difference = Number(cell(row, "difference"));
    const effect = Number(cell(row, "d_z"));
    if (mean === 0 || difference === 0) continue;
    const sd = Number.isFinite(effect) ? difference / effect : 0;
    const metric = cell(row, "metric");
    byMetric.set(metric, [...(byMetric.get(metric) ?? []), Math.abs(sd / mean)]);
  }
  const lines = [...byMetric].flatMap(([metric, relativeSds]) =>
    CHANGES.flatMap((change) =>
      SEEDS.map((seeds) => {
        const shares = relativeSds.map((sd) =>
          sd === 0 ? 1 : pairedPower(seeds, change, { sd, ...TEST }),
        );
        return `${metric},${change},${seeds},${median(shares).toFixed(3)},${shares.length}\n`;
      }),
    ),
  );
  return `metric,change_ratio,seeds,found_share,variants\n${lines.join("")}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  return (low + high) / 2;
}
