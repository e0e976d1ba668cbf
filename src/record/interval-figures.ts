import type { TimeMicros } from "../base/time.js";
import type { IntervalSeries } from "./interval-series.js";
import type { GroupFigures } from "./group-figures.js";
import type { MetricName } from "./metrics/registry.js";

/** Takes the figures of the interval that ends at `toMicros` into the time series. */
export class IntervalFigures {
  constructor(
    private readonly groups: readonly GroupFigures[],
    private readonly series: IntervalSeries,
  ) {}

  cut(fromMicros: TimeMicros, toMicros: TimeMicros): void {
    const interval = { fromMicros, toMicros, lengthMicros: toMicros - fromMicros };
    for (const { group, figures } of this.groups) {
      group.cut?.(figures, interval, (metric, labels, value) =>
        this.series.add(toMicros, metric as MetricName, labels, value),
      );
    }
  }
}
