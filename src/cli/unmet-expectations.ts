import type { FinishedRun } from "../experiment/run-scenario.js";
import { isComputedMetric } from "../record/metrics/computed-metrics.js";
import { failedExpectations } from "../scenario/expectations.js";

/** What the scenario of a finished run expects and does not hold, in words. */
export async function unmetExpectations({
  loaded,
  figures,
  path,
}: FinishedRun): Promise<readonly string[]> {
  const { expect } = loaded.scenario;
  if (!expect.some(({ metric }) => isComputedMetric(metric))) {
    return failedExpectations(expect, figures.summary);
  }
  const { expectedRows } = await import("../analysis/quality/expected-rows.js");
  return failedExpectations(expect, await expectedRows(expect, figures.summary, path));
}
