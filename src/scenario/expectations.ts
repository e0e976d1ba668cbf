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

/** A row of a metric that is not as expected, or is not there, and how it is instead. */
interface FailedRow {
  readonly labels: string;
  readonly isThere: boolean;
  readonly flaw: string;
}

/**
 * Which of the scenario's expectations the figures do not meet. Without labels one holds for every
 * row of the metric; a metric without such a row, and a figure that is not known, is a failure.
 */
export function failedExpectations(
  expectations: readonly Expectation[],
  rows: readonly MeasuredRow[],
): readonly Failed[] {
  return expectations.flatMap((expectation) =>
    failedRows(expectation, rows).map(({ labels, isThere, flaw }) => {
      const name = labels === "" ? expectation.metric : `${expectation.metric}{${labels}}`;
      return `${name}: expected ${expectation.is}, ${isThere ? "" : "but "}${flaw}`;
    }),
  );
}

function failedRows(
  { metric, labels, operator, value }: Omit<Expectation, "is">,
  rows: readonly MeasuredRow[],
): readonly FailedRow[] {
  const wanted = labels === null ? null : labelText(labels);
  const meant = rows.filter(
    (row) => row.metric === metric && (wanted ?? row.labels) === row.labels,
  );
  if (meant.length === 0) {
    const flaw = unknownMetric(metric) ?? "there is no such row";
    return [{ labels: wanted ?? "", isThere: false, flaw }];
  }
  return meant
    .filter((row) => !HOLDS[operator](row.value, value))
    .map((row) => ({
      labels: row.labels,
      isThere: true,
      flaw: `found ${Number.isNaN(row.value) ? "not known" : row.value}`,
    }));
}

/**
 * What of one expectation is not so, for whoever has named its metric, its labels and what was expected already: null
 * where it holds.
 */
export function flawOf(
  expectation: Omit<Expectation, "is">,
  rows: readonly MeasuredRow[],
): string | null {
  const named = labelText(expectation.labels ?? {});
  const failed = failedRows(expectation, rows).map(({ labels, flaw }) =>
    labels === named ? flaw : `${flaw} of ${labels}`,
  );
  return failed.length === 0 ? null : failed.join("; ");
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
