import type { TimeMicros } from "../base/time.js";
import { METRICS, type MetricName } from "./metrics/registry.js";
import type { Unit } from "./metrics/metric-group.js";
import type { GroupFigures } from "./group-figures.js";

/** A row of `summary.csv`. */
export interface SummaryRow {
  readonly metric: MetricName;
  /** `key=value` pairs joined by `;`, sorted; empty for the whole. */
  readonly labels: string;
  /** NaN where it is not known. */
  readonly value: number;
  readonly unit: Unit;
}

/** The figures of the measure window, in the order of {@link METRICS}; labelled rows sorted. */
export function summarise(
  groups: readonly GroupFigures[],
  measured: { readonly fromMicros: TimeMicros; readonly toMicros: TimeMicros },
): readonly SummaryRow[] {
  const rows = new Map<string, SummaryRow[]>();
  const window = { ...measured, lengthMicros: measured.toMicros - measured.fromMicros };
  for (const { group, figures } of groups) {
    group.summarise(figures, window, (name, labels, value) => {
      const metric = name as MetricName;
      const row = { metric, labels, value, unit: METRICS[metric].unit };
      const known = rows.get(metric);
      if (known === undefined) rows.set(metric, [row]);
      else known.push(row);
    });
  }
  return Object.keys(METRICS).flatMap((metric) =>
    (rows.get(metric) ?? []).sort((a, b) => (a.labels < b.labels ? -1 : 1)),
  );
}
