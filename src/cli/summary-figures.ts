import type { SummaryRow } from "../record/summary.js";

/** Look-up of summary rows by metric and labels. */
export class SummaryFigures {
  private readonly values = new Map<string, number>();

  constructor(private readonly rows: readonly SummaryRow[]) {
    for (const { metric, labels, value } of rows) this.values.set(`${metric} ${labels}`, value);
  }

  get(metric: string, labels = ""): number {
    return this.values.get(`${metric} ${labels}`) ?? Number.NaN;
  }

  /** Values of the one label that the metric's rows carry. */
  labelled(metric: string): readonly string[] {
    return this.rows.filter((r) => r.metric === metric && r.labels !== "").map((r) => r.labels);
  }
}
