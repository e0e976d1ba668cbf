import type { IntervalSeries } from "../interval-series.js";
import { METRICS } from "../metrics/registry.js";
import { type Table, inBlocks } from "../row-sink.js";
import { secondsText } from "../seconds-text.js";

/** `timeseries.csv`: one row a metric, its labels and an interval, named by the interval's end. */
export function timeseriesTable(series: IntervalSeries): Table {
  return {
    columns: ["time_seconds", "metric", "labels", "value", "unit"],
    blocks: () =>
      inBlocks(series.count, (index) => {
        const { timeMicros, metric, labels, value } = series.at(index);
        return [secondsText(timeMicros), metric, labels, value, METRICS[metric].unit];
      }),
  };
}
