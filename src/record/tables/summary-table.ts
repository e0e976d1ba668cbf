import { type Table, inBlocks } from "../row-sink.js";
import type { SummaryRow } from "../summary.js";

/** `summary.csv`: one row a figure. */
export function summaryTable(rows: readonly SummaryRow[]): Table {
  return {
    columns: ["metric", "labels", "value", "unit"],
    blocks: () =>
      inBlocks(rows.length, (index) => {
        const { metric, labels, value, unit } = rows[index]!;
        return [metric, labels, value, unit];
      }),
  };
}
