import type { TimeMicros } from "../../../base/time.js";
import type { AutoscalerOptions } from "../options.js";

/**
 * How many unneeded nodes one loop looks for: no more than can be removed by the time at which those that are
 * found now may go. Source: Cluster Autoscaler 1.36, core/scaledown/planner.
 */
export class UnneededLimit {
  private lastMicros: TimeMicros | null = null;
  /** The shortest time between two loops. */
  private intervalMicros: TimeMicros;

  constructor(
    private readonly options: Pick<
      AutoscalerOptions,
      "maxScaleDownParallelism" | "scaleDownUnneededMicros"
    >,
  ) {
    this.intervalMicros = Math.max(1, options.scaleDownUnneededMicros);
  }

  loopAt(nowMicros: TimeMicros): void {
    const { lastMicros } = this;
    this.lastMicros = nowMicros;
    if (lastMicros === null || lastMicros === nowMicros) return;
    this.intervalMicros = Math.min(this.intervalMicros, nowMicros - lastMicros);
  }

  /** `unneeded`: how many there were in the loop before. */
  of(unneeded: number): number {
    const { maxScaleDownParallelism, scaleDownUnneededMicros } = this.options;
    const neededMicros = Math.max(scaleDownUnneededMicros, this.intervalMicros);
    const loops = Math.floor(neededMicros / this.intervalMicros);
    const growing = unneeded + 2 * maxScaleDownParallelism;
    return Math.min(growing, maxScaleDownParallelism * loops + maxScaleDownParallelism);
  }
}
