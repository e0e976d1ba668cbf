import { isComputedMetric } from "../../record/metrics/computed-metrics.js";
import type { SummaryRow } from "../../record/summary.js";
import type { MeasuredRow } from "../../scenario/expectations.js";
import type { Expectation } from "../../scenario/schema/scenario.js";
import { readResults } from "../results/read-results.js";
import { qualityOf } from "./with-quality.js";

/**
 * The rows that expectations are held against: those of the summary and, where one names them, those that are computed from the
 * finished run in the folder `path`.
 */
export async function expectedRows(
  expectations: readonly Expectation[],
  summary: readonly SummaryRow[],
  path: string,
): Promise<readonly MeasuredRow[]> {
  const names = expectations.map(({ metric }) => metric).filter(isComputedMetric);
  if (names.length === 0) return summary;
  const read = readResults([path]);
  if ("issues" in read) throw new Error(read.issues[0]!.message);
  const runs = await qualityOf(read.runs, names);
  if ("problem" in runs) throw new Error(runs.problem);
  const figures = runs.flatMap((run) => [...run.figures.values()]);
  return [...summary, ...figures.filter(({ metric }) => isComputedMetric(metric))];
}
