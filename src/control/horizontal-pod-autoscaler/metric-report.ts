import type { MetricSpec, MetricStatus } from "../../api/schemas/types.js";
import type { Proposal } from "./replica-calculator.js";

/** How events and conditions call a metric, and what the status says of it. */
export interface ReportedMetric {
  readonly name: string;
  readonly status: MetricStatus;
}

/** What was reported of a metric of pods last: the same objects as long as it comes to the same. */
export class MetricReport {
  private spec: MetricSpec | null = null;
  private valueMillis = Number.NaN;
  private utilization: number | undefined;
  private reported: ReportedMetric | null = null;

  /** `report`: asked if the metric comes to something else than last. */
  of(spec: MetricSpec, proposal: Proposal, report: () => ReportedMetric): ReportedMetric {
    const { valueMillis, utilization } = proposal;
    const isSame =
      this.spec === spec &&
      this.valueMillis === valueMillis &&
      this.utilization === utilization &&
      this.reported !== null;
    if (isSame) return this.reported!;
    this.spec = spec;
    this.valueMillis = valueMillis;
    this.utilization = utilization;
    this.reported = report();
    return this.reported;
  }
}
