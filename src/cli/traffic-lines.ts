import { alignedLines, withRest } from "./aligned-text.js";
import { durationText, numberText, percentText } from "./figure-text.js";
import type { SummaryFigures } from "./summary-figures.js";

const QUANTILES = ["mean", "p50", "p90", "p99"] as const;

/** A line a traffic, and one a backend below it: how many requests, how many failed, how long answers took, what violated the objective. */
export function trafficLines(figures: SummaryFigures, maxLines: number): readonly string[] {
  const all = ordered(figures.labelled("request_count"));
  if (all.length === 0) return [];
  const rows = all
    .slice(0, maxLines)
    .map((label) => [
      nameOf(label),
      numberText(figures.get("request_count", label)),
      percentText(figures.get("request_failed_ratio", label)),
      ...QUANTILES.map((one) => durationText(figures.get(`request_latency_${one}_seconds`, label))),
      percentText(figures.get("objective_violation_ratio", label)),
    ]);
  const head = ["", "requests", "failed", ...QUANTILES, "violated"];
  const lines = alignedLines(
    [head, ...rows],
    ["left", ...head.slice(1).map(() => "right" as const)],
  );
  return withRest(lines, all.length - rows.length, "more in summary.csv");
}

const BACKEND = /^backend=(.*);traffic=(.*)$/;

/** Backends behind their traffic. */
function ordered(labels: readonly string[]): readonly string[] {
  const [wholes, parts] = [
    labels.filter((one) => !BACKEND.test(one)),
    labels.filter((one) => BACKEND.test(one)),
  ];
  return wholes.flatMap((whole) => [whole, ...parts.filter((part) => part.endsWith(`;${whole}`))]);
}

function nameOf(label: string): string {
  const [, backend] = BACKEND.exec(label) ?? [];
  return backend === undefined ? label.replace("traffic=", "") : `  to ${backend}`;
}
