import { nearestName } from "../base/near-name.js";
import { COMPUTED_METRICS } from "../record/metrics/computed-metrics.js";
import { METRICS } from "../record/metrics/registry.js";
import type { Expectation } from "./schema/scenario.js";

/** A figure of a finished run: a row of its summary, or one that was computed. */
export interface MeasuredRow {
  readonly metric: string;
  /** `key=value` pairs joined by `;`, sorted; empty for the whole. */
  readonly labels: string;
  /** NaN where it is not known. */
  readonly value: number;
}

/** An expectation that does not hold, as a sentence. */
export type Failed = string;

const HOLDS: Readonly<Record<Expectation["operator"], (value: number, bound: number) => boolean>> =
  {
    "==": (value, bound) => value === bound,
    "!=": (value, bound) => value !== bound,
    "<": (value, bound) => value < bound,
    "<=": (value, bound) => value <= bound,
    ">": (value, bound) => value > bound,
    ">=": (value, bound) => value >= bound,
  };

/**
 * Which of the scenario's expectations the figures do not meet. Without labels one holds for every
 * row of the metric; a metric without such a row, and a figure that is not known, is a failure.
 */
export function failedExpectations(
  expectations: readonly Expectation[],
  rows: readonly MeasuredRow[],
): readonly Failed[] {
  const failed: Failed[] = [];
  for (const expectation of expectations) {
    const { metric, labels } = expectation;
    const wanted = labels === null ? null : labelText(labels);
    const meant = rows.filter(
      (row) => row.metric === metric && (wanted ?? row.labels) === row.labels,
    );
    const name = wanted === null || wanted === "" ? metric : `${metric}{${wanted}}`;
    if (meant.length === 0) {
      const because = unknownMetric(metric) ?? "there is no such row";
      failed.push(`${name}: expected ${expectation.is}, but ${because}`);
    }
    for (const row of meant) {
      if (HOLDS[expectation.operator](row.value, expectation.value)) continue;
      const of = row.labels === "" ? metric : `${metric}{${row.labels}}`;
      const value = Number.isNaN(row.value) ? "not known" : String(row.value);
      failed.push(`${of}: expected ${expectation.is}, found ${value}`);
    }
  }
  return failed;
}

/** What to say of a metric that no run has; null for one that is known. */
export function unknownMetric(metric: string): string | null {
  const known: readonly string[] = [...Object.keys(METRICS), ...COMPUTED_METRICS];
  if (known.includes(metric)) return null;
  return `no metric has that name; the nearest is ${nearestName(metric, known)}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(";");
}
