import { ClusterRecorder, type RecorderOptions } from "../../src/record/cluster-recorder.js";
import type { Row, Table } from "../../src/record/row-sink.js";
import type { RunFigures } from "../../src/record/run-figures.js";
import { secondsText } from "../../src/record/seconds-text.js";

export const SECOND = 1e6;
export const MINUTE = 60 * SECOND;

export function recorder(options: Partial<RecorderOptions> = {}): ClusterRecorder {
  return new ClusterRecorder({
    everyMicros: 15 * SECOND,
    window: { fromMicros: 0, toMicros: null },
    priceOf: () => null,
    events: null,
    ...options,
  });
}

/** The value of a row of the summary; undefined where there is no such row. */
export function figure(figures: RunFigures, metric: string, labels = ""): number | undefined {
  return figures.summary.find((r) => r.metric === metric && r.labels === labels)?.value;
}

/** As they are written: times as seconds. */
export function rowsOf({ blocks, microsColumns = [] }: Pick<Table, "blocks" | "microsColumns">) {
  const shown = (row: Row): Row =>
    row.map((cell, i) => (microsColumns.includes(i) ? secondsText(cell as number) : cell));
  return [...blocks()].flat().map(shown);
}
