import type { TimeMicros } from "../../base/time.js";

export interface BackoffOptions {
  /** Length of the first. */
  readonly initialMicros: TimeMicros;
  /** They double up to this. */
  readonly maxMicros: TimeMicros;
  /** A group that has not failed for longer is forgotten. */
  readonly resetMicros: TimeMicros;
}

interface Entry {
  readonly lengthMicros: TimeMicros;
  readonly untilMicros: TimeMicros;
  readonly lastFailureMicros: TimeMicros;
}

/**
 * Node groups that failed to grow and are left alone for a while, twice as long each time. Source:
 * cluster-autoscaler, `exponential_backoff.go`.
 */
export class Backoff {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly options: BackoffOptions) {}

  /** The group failed. Until when it is left alone, that instant included. */
  fail(group: string, now: TimeMicros): TimeMicros {
    const entry = this.entries.get(group);
    let lengthMicros = this.options.initialMicros;
    if (entry !== undefined) {
      lengthMicros =
        entry.untilMicros < now
          ? Math.min(entry.lengthMicros * 2, this.options.maxMicros)
          : entry.lengthMicros;
    }
    const untilMicros = now + lengthMicros;
    this.entries.set(group, { lengthMicros, untilMicros, lastFailureMicros: now });
    return untilMicros;
  }

  isBackedOff(group: string, now: TimeMicros): boolean {
    const entry = this.entries.get(group);
    return entry !== undefined && entry.untilMicros >= now;
  }

  /** The group grew as it was asked to. */
  clear(group: string): void {
    this.entries.delete(group);
  }

  /** Forgets groups whose last failure lies too far back. */
  forgetStale(now: TimeMicros): void {
    for (const [group, { lastFailureMicros }] of this.entries) {
      if (now - lastFailureMicros > this.options.resetMicros) this.entries.delete(group);
    }
  }
}
