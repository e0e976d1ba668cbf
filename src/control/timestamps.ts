import { formatTimestamp, parseTimestamp } from "../api/timestamp.js";
import { MICROS_PER_MILLI, MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";

/** So many timestamps are read once. */
const REMEMBERED = 4_096;

/** Virtual time as status conditions have it: timestamps of whole seconds. */
export class Timestamps {
  private lastSecond = Number.NaN;
  private lastText = "";
  /** Statuses say the same times again and again. */
  private readonly read = new Map<string, TimeMicros | null>();

  /** `startTimeMs`: virtual zero as milliseconds since 1970. */
  constructor(private readonly startTimeMs: number) {}

  /** As in `2026-11-21T09:30:00Z`, rounded down to the second. */
  textOf(timeMicros: TimeMicros): string {
    const offset = this.startTimeMs * MICROS_PER_MILLI;
    const second = Math.floor((offset + timeMicros) / MICROS_PER_SECOND);
    if (second !== this.lastSecond) {
      this.lastSecond = second;
      this.lastText = formatTimestamp(second * MICROS_PER_SECOND - offset, this.startTimeMs);
    }
    return this.lastText;
  }

  /** An instant as timestamps have it: the beginning of its second of the wall clock. */
  wholeSecondOf(timeMicros: TimeMicros): TimeMicros {
    const offset = this.startTimeMs * MICROS_PER_MILLI;
    return Math.floor((offset + timeMicros) / MICROS_PER_SECOND) * MICROS_PER_SECOND - offset;
  }

  /** The virtual time of a timestamp; null for one that is absent or cannot be read. */
  microsOf(text: string | undefined): TimeMicros | null {
    if (text === undefined) return null;
    let known = this.read.get(text);
    if (known === undefined) {
      known = parseTimestamp(text, this.startTimeMs);
      if (this.read.size >= REMEMBERED) this.read.clear();
      this.read.set(text, known);
    }
    return known;
  }
}

/** What the status of an object is worked out with. */
export interface ApiClock {
  readonly nowMicros: TimeMicros;
  /** The same as a timestamp of the API; worked out where it is written. */
  readonly now: string;
  /** As {@link Timestamps.microsOf}. */
  readonly microsOf: (text: string | undefined) => TimeMicros | null;
}

/** The clock of a run, as controllers read it. */
export function apiClock(engine: { readonly now: TimeMicros }, startTimeMs: number): ApiClock {
  const timestamps = new Timestamps(startTimeMs);
  return {
    get nowMicros() {
      return engine.now;
    },
    get now() {
      return timestamps.textOf(engine.now);
    },
    microsOf: (text) => timestamps.microsOf(text),
  };
}

/** Seconds of the API as microseconds. */
export function microsOfSeconds(seconds: number): TimeMicros {
  return seconds * MICROS_PER_SECOND;
}
