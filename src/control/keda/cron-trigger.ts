import { CronSyntax } from "../../api/cron/cron-fields.js";
import { parseSchedule, type Schedule } from "../../api/cron/schedule.js";
import { type EpochMicros, TimeZone } from "../../api/cron/time-zone.js";
import { own } from "../../base/own.js";

/** A time of day, or of the week, in which so many replicas are wanted. */
export interface CronWindow {
  readonly start: Schedule;
  readonly end: Schedule;
  readonly desiredReplicas: number;
}

interface CronTrigger {
  readonly metricName: string;
  /** Null: its zone is unknown, and it fails whenever it is asked. */
  readonly window: CronWindow | null;
  readonly timezone: string;
}

/** Reads a trigger of type `cron`. Source: KEDA, "Cron"; cron_scaler.go (2.21). */
export function readCronTrigger(
  metadata: Readonly<Record<string, string>>,
): CronTrigger | { readonly problem: string } {
  const of = (key: string): string => own(metadata, key) ?? "";
  for (const key of ["start", "end", "timezone", "desiredReplicas"]) {
    if (of(key) === "")
      return { problem: `missing required parameter "${key}" in [triggerMetadata]` };
  }
  const [start, end, timezone, replicas] = [
    of("start"),
    of("end"),
    of("timezone"),
    of("desiredReplicas"),
  ];
  const zone = TimeZone.named(timezone);
  const starts = schedule(start, zone);
  if ("problem" in starts) return { problem: `error parsing start schedule: ${starts.problem}` };
  const ends = schedule(end, zone);
  if ("problem" in ends) return { problem: `error parsing end schedule: ${ends.problem}` };
  if (start === end) return { problem: "start and end can not have exactly same time input" };
  if (!/^[+-]?\d+$/.test(replicas)) {
    return { problem: `desiredReplicas is ${JSON.stringify(replicas)}: expected a whole number` };
  }
  const desiredReplicas = Number(replicas);
  if (desiredReplicas === 0) return { problem: "no desiredReplicas specified" };
  const metricName = `cron-${timezone}-${inName(start)}-${inName(end)}`;
  const window = zone === null ? null : { start: starts, end: ends, desiredReplicas };
  return { metricName, window, timezone };
}

/** The replicas wanted at an instant: within the window if it ends next, before it begins anew. */
export function cronReplicas(window: CronWindow, at: EpochMicros): number {
  const starts = window.start.next(at);
  const ends = window.end.next(at);
  if (ends === null) return 0;
  return starts === null || ends <= starts ? window.desiredReplicas : 0;
}

/** As robfig/cron reads a line of five fields; names such as `@daily` are none. */
function schedule(line: string, zone: TimeZone | null): Schedule | { readonly problem: string } {
  if (line.startsWith("@")) return { problem: `parser does not accept descriptors: ${line}` };
  const parsed = parseSchedule(line, zone ?? TimeZone.utc);
  return parsed instanceof CronSyntax ? { problem: parsed.message } : parsed;
}

function inName(line: string): string {
  const words = { " ": "", "*": "x", "/": "Sl", "?": "Qm", ",": "Cm" } as const;
  return line.replace(/[ */?,]/g, (sign) => words[sign as keyof typeof words]);
}
