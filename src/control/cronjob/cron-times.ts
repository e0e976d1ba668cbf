import type { Schedule } from "../../api/cron/schedule.js";
import type { EpochMicros } from "../../api/cron/time-zone.js";
import { MICROS_PER_MILLI, MICROS_PER_SECOND } from "../../base/time.js";

/** From here on a CronJob has missed "many" starts. */
const MANY = 100;
/** How much later than its time a start is looked for: clocks differ a little. */
const NEXT_SCHEDULE_DELTA_MICROS = 100 * MICROS_PER_MILLI;

/** What of a CronJob its times follow from. */
export interface CronTimes {
  readonly created: EpochMicros;
  readonly lastScheduled: EpochMicros | null;
  readonly startingDeadlineSeconds: number | null;
}

export interface MostRecent {
  /** From when on starts count. */
  readonly earliest: EpochMicros;
  /** The latest start that is due; null where none is. */
  readonly time: EpochMicros | null;
  readonly missed: "none" | "few" | "many";
}

/** A schedule that can be read and never comes, such as the 31st of February. */
export const NEVER = "time difference between two schedules is less than 1 second";

/**
 * The latest start that is due by now. How many were missed is estimated by the distance between the first two.
 * Source: upstream's cronjob utils, mostRecentScheduleTime.
 */
export function mostRecentStart(
  times: CronTimes,
  now: EpochMicros,
  schedule: Schedule,
  appliesDeadline: boolean,
): MostRecent | typeof NEVER {
  let earliest = times.lastScheduled ?? times.created;
  if (appliesDeadline && times.startingDeadlineSeconds !== null) {
    earliest = Math.max(earliest, now - times.startingDeadlineSeconds * MICROS_PER_SECOND);
  }
  const first = schedule.next(earliest);
  if (first === null) return NEVER;
  if (now < first) return { earliest, time: null, missed: "none" };
  const second = schedule.next(first);
  if (second === null) return NEVER;
  if (now < second) return { earliest, time: first, missed: "none" };
  const period = Math.round((second - first) / MICROS_PER_SECOND);
  if (period < 1) return NEVER;
  const count = Math.floor(Math.trunc((now - first) / MICROS_PER_SECOND) / period) + 1;
  let time: EpochMicros | null = null;
  let next = schedule.next(first + (count - 2) * period * MICROS_PER_SECOND);
  while (next !== null && next <= now) {
    time = next;
    next = schedule.next(next);
  }
  return { earliest, time, missed: count > MANY ? "many" : "few" };
}

/** How long from now until the CronJob is to be looked at for its next start. */
export function untilNextStart(times: CronTimes, now: EpochMicros, schedule: Schedule): number {
  const recent = mostRecentStart(times, now, schedule, false);
  let from = now;
  if (recent !== NEVER) {
    if (recent.time !== null) from = recent.time;
    else if (recent.missed === "none") from = recent.earliest;
  }
  const next = schedule.next(from);
  return next === null ? 0 : next + NEXT_SCHEDULE_DELTA_MICROS - now;
}
