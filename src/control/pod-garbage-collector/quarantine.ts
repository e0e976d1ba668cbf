import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";

const QUARANTINE_MICROS = 40 * MICROS_PER_SECOND;

/**
 * Names of nodes that pods are bound to and that were not there: since their absence was first
 * noticed they have 40 s to come back.
 */
export class Quarantine {
  private readonly untilMicros = new Map<string, TimeMicros>();

  get isEmpty(): boolean {
    return this.untilMicros.size === 0;
  }

  /** Begins the quarantine of a name, unless it runs already. */
  begin(nodeName: string, nowMicros: TimeMicros): void {
    if (this.untilMicros.has(nodeName)) return;
    this.untilMicros.set(nodeName, nowMicros + QUARANTINE_MICROS);
  }

  /** Ends the quarantines that are over; those names, in the order in which they began. */
  release(nowMicros: TimeMicros): readonly string[] {
    const over: string[] = [];
    for (const [name, until] of this.untilMicros) {
      if (until <= nowMicros) over.push(name);
    }
    for (const name of over) this.untilMicros.delete(name);
    return over;
  }
}
