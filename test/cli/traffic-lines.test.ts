import { expect, test } from "vitest";
import { SummaryFigures } from "../../src/cli/summary-figures.js";
import { trafficLines } from "../../src/cli/traffic-lines.js";
import type { SummaryRow } from "../../src/record/summary.js";

const row = (
  metric: SummaryRow["metric"],
  value: number,
  labels = "traffic=users",
): SummaryRow => ({
  ...{ metric, labels, value, unit: "count" },
});

test("a traffic has a line with its requests, failures and latencies", () => {
  const figures = new SummaryFigures([
    row("request_count", 120_000, ""),
    row("request_count", 120_000),
    row("request_failed_ratio", 0.0125),
    row("request_latency_mean_seconds", 0.0123),
    row("request_latency_p50_seconds", 0.01),
    row("request_latency_p90_seconds", 0.05),
    row("request_latency_p99_seconds", 1.25),
  ]);
  expect(trafficLines(figures, 10)).toEqual([
    "       requests  failed     mean    p50    p90     p99  violated",
    "users   120,000   1.3 %  12.3 ms  10 ms  50 ms  1.25 s         –",
  ]);
});

test("a run without traffic has none", () => {
  expect(trafficLines(new SummaryFigures([]), 10)).toEqual([]);
});
