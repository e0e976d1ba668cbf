import type { TimeMicros } from "../../base/time.js";

/**
 * When the node monitor looks: each period after its last look has ended. Looks that find nothing
 * take no time, and need not take place for this to be known.
 */
export class MonitorClock {
  private lastMicros = Number.NEGATIVE_INFINITY;

  constructor(
    /** Of some look. */
    private originMicros: TimeMicros,
    private readonly periodMicros: TimeMicros,
  ) {}

  /** The first look at or after a time that has not taken place yet. */
  lookAfter(timeMicros: TimeMicros): TimeMicros {
    return this.lookThatSees(Math.max(timeMicros, this.lastMicros + 1, this.originMicros));
  }

  /** The first look at or after a time, which may be past. */
  lookThatSees(timeMicros: TimeMicros): TimeMicros {
    const looks = Math.ceil((timeMicros - this.originMicros) / this.periodMicros);
    return this.originMicros + looks * this.periodMicros;
  }

  begin(nowMicros: TimeMicros): void {
    this.lastMicros = nowMicros;
  }

  end(nowMicros: TimeMicros): void {
    this.originMicros = nowMicros;
    this.lastMicros = nowMicros;
  }
}
