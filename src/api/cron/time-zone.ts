import { MICROS_PER_MILLI, MICROS_PER_SECOND } from "../../base/time.js";

/** Microseconds since 1970. */
export type EpochMicros = number;

/** A zone of the time-zone database: what the clock on its walls shows. */
export class TimeZone {
  static readonly utc = new TimeZone("UTC", null);

  private constructor(
    readonly name: string,
    private readonly format: Intl.DateTimeFormat | null,
  ) {}

  /** Null for a name that is none: those of the database are written exactly so. */
  static named(name: string): TimeZone | null {
    if (name === "" || name === "UTC") return TimeZone.utc;
    if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return null;
    try {
      const format = new Intl.DateTimeFormat("en-US", {
        timeZone: name,
        hourCycle: "h23",
        era: "short",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
      return new TimeZone(name, format);
    } catch {
      return null;
    }
  }

  /** What local time is ahead of UTC, at an instant. */
  offsetMicros(at: EpochMicros): number {
    if (this.format === null) return 0;
    const second = Math.floor(at / MICROS_PER_SECOND) * MICROS_PER_SECOND;
    const part: Record<string, number> = {};
    for (const { type, value } of this.format.formatToParts(second / MICROS_PER_MILLI)) {
      part[type] = Number(value);
    }
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part;
    const local = Date.UTC(year, month - 1, day, hour, minute, part["second"] ?? 0);
    return local * MICROS_PER_MILLI - second;
  }
}
