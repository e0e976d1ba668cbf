import type { TimeMicros } from "../../../base/time.js";
import type { AutoscalerOptions } from "../options.js";

type Delays = Pick<
  AutoscalerOptions,
  | "scaleDownDelayAfterAddMicros"
  | "scaleDownDelayAfterDeleteMicros"
  | "scaleDownDelayAfterFailureMicros"
>;

/** For how long nothing of a group is removed after it grew, shrank or failed to shrink. */
export class ScaleDownDelays {
  private readonly grown = new Map<string, TimeMicros>();
  private readonly shrunk = new Map<string, TimeMicros>();
  private readonly failures = new Map<string, TimeMicros>();

  constructor(private readonly delays: Delays) {}

  grew(groupId: string, nowMicros: TimeMicros): void {
    this.grown.set(groupId, nowMicros);
  }

  shrank(groupId: string, nowMicros: TimeMicros): void {
    this.shrunk.set(groupId, nowMicros);
  }

  failed(groupId: string, nowMicros: TimeMicros): void {
    this.failures.set(groupId, nowMicros);
  }

  hold(groupId: string, nowMicros: TimeMicros): boolean {
    const { delays } = this;
    const isRecent = (times: ReadonlyMap<string, TimeMicros>, delayMicros: TimeMicros): boolean => {
      const at = times.get(groupId);
      return at !== undefined && at + delayMicros > nowMicros;
    };
    return (
      isRecent(this.grown, delays.scaleDownDelayAfterAddMicros) ||
      isRecent(this.shrunk, delays.scaleDownDelayAfterDeleteMicros) ||
      isRecent(this.failures, delays.scaleDownDelayAfterFailureMicros)
    );
  }
}
