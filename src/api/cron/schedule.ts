import { Cron } from "croner";
import { MICROS_PER_HOUR, MICROS_PER_MILLI, MICROS_PER_SECOND } from "../../base/time.js";
import { type CronField, CronSyntax, parseCronLine } from "./cron-fields.js";
import { type EpochMicros, TimeZone } from "./time-zone.js";

/** The times at which a CronJob starts Jobs. */
export interface Schedule {
  /** The first one after that instant; null where there is none within five years. */
  next(after: EpochMicros): EpochMicros | null;
}

const YEARS_AHEAD = 5;

/**
 * Reads a cron line by the rules of robfig/cron, which upstream uses. `zone` is that of the CronJob; one in
 * the line itself (`TZ=`, `CRON_TZ=`) comes first.
 */
export function parseSchedule(line: string, zone: TimeZone): Schedule | CronSyntax {
  if (line === "") return new CronSyntax("empty spec string");
  const match = /^(?:TZ|CRON_TZ)=(\S*)(\s.*)?$/.exec(line);
  if (match !== null) {
    const [, name = "", rest = ""] = match;
    const own = TimeZone.named(name);
    if (own === null) return new CronSyntax(`provided bad location ${name}: unknown time zone`);
    return parseUnzoned(rest.trim(), own);
  }
  return parseUnzoned(line, zone);
}

function parseUnzoned(line: string, zone: TimeZone): Schedule | CronSyntax {
  const parsed = parseCronLine(line);
  if (parsed instanceof CronSyntax) return parsed;
  return "everyMicros" in parsed
    ? new ConstantDelay(parsed.everyMicros)
    : new FieldSchedule(parsed.fields, zone);
}

/** Whole seconds, one at least, from the last time on. */
class ConstantDelay implements Schedule {
  private readonly delay: number;

  constructor(micros: number) {
    const seconds = Math.floor(micros / MICROS_PER_SECOND);
    this.delay = Math.max(1, seconds) * MICROS_PER_SECOND;
  }

  next(after: EpochMicros): EpochMicros {
    return Math.floor(after / MICROS_PER_SECOND) * MICROS_PER_SECOND + this.delay;
  }
}

/**
 * Times that the fields match on the clock of a zone. croner finds them on a clock without changes of time;
 * what such a change means is robfig/cron's: a time that is left out is no time, and one that comes twice counts twice.
 */
class FieldSchedule implements Schedule {
  private readonly cron: Cron | null;

  constructor(
    fields: readonly CronField[],
    private readonly zone: TimeZone,
  ) {
    const [, , dayOfMonth, , dayOfWeek] = fields as Required<readonly CronField[]>;
    // A star in one of the two fields of days leaves the other alone to decide; else either is enough.
    const domAndDow = dayOfMonth!.isStar || dayOfWeek!.isStar;
    const pattern = fields.map(({ values }) => values.join(",")).join(" ");
    const isPossible = fields.every(({ values }) => values.length > 0);
    this.cron = isPossible ? new Cron(pattern, { timezone: "UTC", domAndDow }) : null;
  }

  next(after: EpochMicros): EpochMicros | null {
    const offsets = this.offsetsAround(after);
    const limit = yearOf(after + offsets[0]!) + YEARS_AHEAD;
    const [least, most] = [Math.min(...offsets), Math.max(...offsets)];
    let wall = after + least;
    let found: EpochMicros | null = null;
    for (;;) {
      const candidate = this.nextOnWall(wall);
      if (candidate === null || yearOf(candidate) > limit) return found;
      wall = candidate;
      if (found !== null && wall - most >= found) return found;
      for (const instant of this.instantsOf(wall)) {
        if (instant > after && (found === null || instant < found)) found = instant;
      }
      // Where no clock is changed nearby the first is the next.
      if (found !== null && least === most) return found;
    }
  }

  private nextOnWall(wall: EpochMicros): EpochMicros | null {
    const after = Math.floor(wall / MICROS_PER_SECOND) * (MICROS_PER_SECOND / MICROS_PER_MILLI);
    const next = this.cron?.nextRun(new Date(after)) ?? null;
    return next === null ? null : next.getTime() * MICROS_PER_MILLI;
  }

  /** No instant for a time that is left out when clocks go forward, two for one that comes twice. */
  private instantsOf(wall: EpochMicros): readonly EpochMicros[] {
    const offsets = new Set(this.offsetsAround(wall - this.zone.offsetMicros(wall)));
    return [...offsets]
      .map((offset) => wall - offset)
      .filter((instant) => instant + this.zone.offsetMicros(instant) === wall);
  }

  /** How far local time is ahead of UTC at an instant, and some hours before and after it. */
  private offsetsAround(at: EpochMicros): readonly number[] {
    return [0, -6, 6].map((hours) => this.zone.offsetMicros(at + hours * MICROS_PER_HOUR));
  }
}

function yearOf(wall: EpochMicros): number {
  return new Date(wall / MICROS_PER_MILLI).getUTCFullYear();
}
