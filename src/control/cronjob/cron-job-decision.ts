import { CronSyntax } from "../../api/cron/cron-fields.js";
import { parseSchedule, type Schedule } from "../../api/cron/schedule.js";
import { type EpochMicros, TimeZone } from "../../api/cron/time-zone.js";
import type { ObjectVersion } from "../../api/object-version.js";
import type { CronJobStatus } from "../../api/schemas/types.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import { finishedAs, type Job } from "../job/job-object.js";
import { type CronTimes, mostRecentStart, NEVER, untilNextStart } from "./cron-times.js";

export type CronJob = ObjectVersion<"CronJob">;
export type ActiveJob = NonNullable<CronJobStatus["active"]>[number];

/** Says something about the CronJob, as an Event. */
export type Say = (type: "Normal" | "Warning", reason: string, message: string) => void;

/** What follows for a CronJob now. */
export type CronDecision =
  /** Look again after that long; null: only when something changes. */
  | { readonly what: "wait"; readonly micros: number | null }
  | {
      readonly what: "start";
      readonly time: EpochMicros;
      readonly zone: TimeZone;
      readonly schedule: Schedule;
      /** Jobs that are deleted first. */
      readonly replaces: readonly ActiveJob[];
    };

const NOTHING: CronDecision = { what: "wait", micros: null };

export interface DecisionInput {
  readonly cronJob: CronJob;
  /** Jobs that run, as the status has them by now. */
  readonly active: readonly ActiveJob[];
  readonly times: CronTimes;
  readonly now: EpochMicros;
  readonly say: Say;
}

/** Whether a Job is to be started now. Source: Kubernetes, "CronJob"; upstream's syncCronJob. */
export function decide(input: DecisionInput): CronDecision {
  const { cronJob, times, now, say } = input;
  const { spec } = cronJob;
  if (cronJob.deletionTimeMicros !== null) return NOTHING;
  const zone = zoneOf(cronJob);
  if (zone === null) {
    const name = `${spec.timeZone}`;
    say("Warning", "UnknownTimeZone", `invalid timeZone: "${name}": unknown time zone ${name}`);
    return NOTHING;
  }
  if (spec.suspend === true) return NOTHING;
  if (spec.schedule.includes("TZ")) say("Warning", "UnsupportedSchedule", unsupported(cronJob));
  const schedule = parseSchedule(spec.schedule, zone);
  if (schedule instanceof CronSyntax) {
    const text = `unparseable schedule: "${spec.schedule}" : ${schedule.message}`;
    say("Warning", "UnparseableSchedule", text);
    return NOTHING;
  }
  const recent = mostRecentStart(times, now, schedule, true);
  if (recent === NEVER) {
    say("Warning", "InvalidSchedule", `invalid schedule: ${spec.schedule} : ${NEVER}`);
    return NOTHING;
  }
  const wait = { what: "wait", micros: untilNextStart(times, now, schedule) } as const;
  const { time, missed } = recent;
  if (time === null) return wait;
  if (missed === "many") say("Warning", "TooManyMissedTimes", TOO_MANY);
  return mayStart(input, time) ? start(input, time, zone, schedule) : wait;
}

const TOO_MANY =
  "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";

function unsupported({ spec }: CronJob): string {
  const where = "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/";
  return `CRON_TZ or TZ used in schedule "${spec.schedule}" is not officially supported, see ${where} for more details`;
}

/** Null for a zone that there is not. Without one, that of the controller manager: UTC. */
export function zoneOf({ spec }: CronJob): TimeZone | null {
  return spec.timeZone == null ? TimeZone.utc : TimeZone.named(spec.timeZone);
}

function mayStart({ cronJob, active, times, now, say }: DecisionInput, time: EpochMicros): boolean {
  const { startingDeadlineSeconds } = times;
  if (
    startingDeadlineSeconds !== null &&
    time + startingDeadlineSeconds * MICROS_PER_SECOND < now
  ) {
    const text = new Date(time / 1_000).toUTCString().replace("GMT", "+0000");
    say("Warning", "MissSchedule", `Missed scheduled time to start a job: ${text}`);
    return false;
  }
  const name = startName(cronJob, time);
  if (active.some((job) => job.name === name) || times.lastScheduled === time) return false;
  if (cronJob.spec.concurrencyPolicy === "Forbid" && active.length > 0) {
    const why = "prior execution is running and concurrency policy is Forbid";
    say("Normal", "JobAlreadyActive", `Not starting job because ${why}`);
    return false;
  }
  return true;
}

function start(
  { cronJob, active }: DecisionInput,
  time: EpochMicros,
  zone: TimeZone,
  schedule: Schedule,
): CronDecision {
  const replaces = cronJob.spec.concurrencyPolicy === "Replace" ? active : [];
  return { what: "start", time, zone, schedule, replaces };
}

/** The name of the Job of that start: the minutes since 1970 tell it from all others. */
export function startName({ name }: CronJob, time: EpochMicros): string {
  return `${name}-${Math.floor(time / (60 * MICROS_PER_SECOND))}`;
}

export interface ActiveList {
  readonly status: CronJobStatus;
  readonly changed: boolean;
}

/**
 * The status with those of the active Jobs that still run, and the time of the last success. `isGone` tells
 * of a Job that the watch does not show whether it is gone for good.
 */
export function lookAtJobs(
  cronJob: CronJob,
  jobs: readonly Job[],
  isGone: (job: ActiveJob) => boolean,
  say: Say,
): ActiveList {
  let status = cronJob.status;
  const ended = new Set<string>();
  const known = new Map(jobs.map((job) => [job.uid, job]));
  const listed = new Set((status.active ?? []).map(({ uid }) => uid));
  for (const job of jobs) {
    const finished = finishedAs(job.status);
    if (finished === undefined) {
      if (listed.has(job.uid)) continue;
      const text = `Saw a job that the controller did not create or forgot: ${job.name}`;
      say("Warning", "UnexpectedJob", text);
      continue;
    }
    if (listed.has(job.uid)) {
      ended.add(job.uid);
      say(
        "Normal",
        "SawCompletedJob",
        `Saw completed job: ${job.name}, condition: ${finished.type}`,
      );
    }
    const { completionTime } = job.status;
    if (finished.type !== "Complete" || completionTime === undefined) continue;
    const { lastSuccessfulTime } = status;
    if (lastSuccessfulTime === undefined || completionTime > lastSuccessfulTime) {
      status = { ...status, lastSuccessfulTime: completionTime };
    }
  }
  for (const job of status.active ?? []) {
    if (known.has(job.uid ?? "") || !isGone(job)) continue;
    ended.add(job.uid ?? "");
    say("Normal", "MissingJob", `Active job went missing: ${job.name}`);
  }
  if (ended.size > 0) status = withoutActive(status, ended);
  return { status, changed: status !== cronJob.status };
}

export function withoutActive(status: CronJobStatus, uids: ReadonlySet<string>): CronJobStatus {
  const { active = [], ...rest } = status;
  const left = active.filter(({ uid }) => !uids.has(uid ?? ""));
  return left.length > 0 ? { ...rest, active: left } : rest;
}
