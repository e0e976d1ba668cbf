import type { TimeMicros } from "../base/time.js";
import { float64Column, int32Column } from "../base/typed-column.js";
import type { MetricName } from "./metrics/registry.js";

/** A metric with its labels, as they are written: `key=value`, empty for the whole. */
export interface Series {
  readonly metric: MetricName;
  readonly labels: string;
}

/** The figures of all intervals, in the order in which they were taken. */
export class IntervalSeries {
  readonly series: Series[] = [];
  private readonly ids = new Map<MetricName, Map<string, number>>();
  private readonly times = float64Column();
  private readonly seriesIds = int32Column();
  private readonly values = float64Column();

  get count(): number {
    return this.times.length;
  }

  /** The value of a metric over the interval that ends at `timeMicros`; NaN where there is none. */
  add(timeMicros: TimeMicros, metric: MetricName, labels: string, value: number): void {
    this.times.push(timeMicros);
    this.seriesIds.push(this.idOf(metric, labels));
    this.values.push(value);
  }

  at(row: number): { readonly timeMicros: TimeMicros; readonly value: number } & Series {
    const { metric, labels } = this.series[this.seriesIds.get(row)]!;
    return { timeMicros: this.times.get(row), metric, labels, value: this.values.get(row) };
  }

  private idOf(metric: MetricName, labels: string): number {
    let ids = this.ids.get(metric);
    if (ids === undefined) {
      ids = new Map();
      this.ids.set(metric, ids);
    }
    const known = ids.get(labels);
    if (known !== undefined) return known;
    this.series.push({ metric, labels });
    ids.set(labels, this.series.length - 1);
    return this.series.length - 1;
  }
}
