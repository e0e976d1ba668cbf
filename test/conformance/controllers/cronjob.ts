import { newMeta } from "../../../src/api/new-object.js";
import type { JobStatus } from "../../../src/api/schemas/types.js";
import { MICROS_PER_MILLI, MICROS_PER_SECOND } from "../../../src/base/time.js";
import { CronJobController } from "../../../src/control/cronjob/cron-job-controller.js";
import { startName } from "../../../src/control/cronjob/cron-job-decision.js";
import { CronSyntax } from "../../../src/api/cron/cron-fields.js";
import {
  type CronTimes,
  mostRecentStart,
  NEVER,
  untilNextStart,
} from "../../../src/control/cronjob/cron-times.js";
import { inOrderOfStart } from "../../../src/control/cronjob/job-history.js";
import { parseSchedule } from "../../../src/api/cron/schedule.js";
import { TimeZone } from "../../../src/api/cron/time-zone.js";
import { only, TestCluster } from "../../control/cluster.js";
import { meta, object } from "./objects.js";
import { type Area, suite } from "./suite.js";

interface Times {
  readonly schedule: string;
  readonly creationTimestamp: string;
  readonly lastScheduleTime: string | null;
  readonly startingDeadlineSeconds?: number | null;
  readonly timeZone?: string | null;
  readonly now: string;
}

interface SyncCase extends Times {
  readonly concurrencyPolicy: string;
  readonly suspend: boolean;
  readonly previousJob: null | "running" | "complete";
}

const epoch = (text: string) => Date.parse(text) * MICROS_PER_MILLI;
const textOf = (micros: number | null) =>
  micros === null ? null : `${new Date(micros / MICROS_PER_MILLI).toISOString().slice(0, 19)}Z`;

function timesOf(given: Times): CronTimes {
  return {
    created: epoch(given.creationTimestamp),
    lastScheduled: given.lastScheduleTime === null ? null : epoch(given.lastScheduleTime),
    startingDeadlineSeconds: given.startingDeadlineSeconds ?? null,
  };
}

function scheduleOf({ schedule, timeZone }: Times) {
  const parsed = parseSchedule(schedule, TimeZone.named(timeZone ?? "")!);
  if (parsed instanceof CronSyntax) throw new Error(parsed.message);
  return parsed;
}

const CRON_JOB_UID = "22222222-0000-4000-8000-000000000000";
const JOB_UID = "33333333-0000-4000-8000-000000000000";
const template = {
  spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } },
};

/** The controller alone, with the CronJob and the Job that it started before, for one sync. */
function syncOnce(given: SyncCase) {
  const cluster = new TestCluster();
  const startTimeMs = Date.parse(given.now);
  const { lastScheduleTime, startingDeadlineSeconds, previousJob, timeZone } = given;
  const spec = {
    schedule: given.schedule,
    concurrencyPolicy: given.concurrencyPolicy,
    suspend: given.suspend,
    jobTemplate: template,
    ...(startingDeadlineSeconds != null && { startingDeadlineSeconds }),
    ...(timeZone != null && { timeZone }),
  };
  const created = epoch(given.creationTimestamp) - epoch(given.now);
  const name = startName(
    { name: "tick" } as Parameters<typeof startName>[0],
    epoch(lastScheduleTime ?? given.creationTimestamp),
  );
  const reference = {
    apiVersion: "batch/v1",
    kind: "Job",
    name,
    namespace: "default",
    uid: JOB_UID,
  };
  cluster.server.load({
    kind: "CronJob",
    ...newMeta("default", "tick"),
    uid: CRON_JOB_UID,
    creationTimeMicros: created,
    spec,
    status: {
      ...(lastScheduleTime !== null && { lastScheduleTime }),
      ...(previousJob === "running" && { active: [reference] }),
    },
  });
  if (previousJob !== null) {
    const owner = { apiVersion: "batch/v1", kind: "CronJob", name: "tick", uid: CRON_JOB_UID };
    const status: JobStatus =
      previousJob === "complete" ? { conditions: [{ type: "Complete", status: "True" }] } : {};
    cluster.server.load({
      kind: "Job",
      ...newMeta("default", name),
      uid: JOB_UID,
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
      spec: template.spec,
      status,
    });
  }
  const options = cluster.controllerOptions(only("cronjob-controller")[0]!);
  new CronJobController({ ...options, startTimeMs }).start();
  cluster.advance(0.05);
  const count = (verb: string) => cluster.writes.filter((request) => request.verb === verb).length;
  return {
    create: count("create") > 0,
    deleteRunning: count("delete") > 0,
    activeAfter: (cluster.get("CronJob", "tick").status.active ?? []).length,
    warnings: cluster.events.filter(({ type }) => type === "Warning").length,
    // Nothing else is in this world that waits for anything.
    requeued: cluster.engine.eventsPending > 0,
  };
}

export const cronJobArea: Area = {
  sync: suite<SyncCase>(syncOnce),
  mostRecent: suite<Times & { applyDeadline: boolean }>((given) => {
    const schedule = scheduleOf(given);
    const recent = mostRecentStart(timesOf(given), epoch(given.now), schedule, given.applyDeadline);
    if (recent === NEVER) return { error: true, mostRecent: null, earliest: null, missed: null };
    const { earliest, time, missed } = recent;
    return { error: null, earliest: textOf(earliest), mostRecent: textOf(time), missed };
  }),
  nextSchedule: suite<Times>((given) => {
    const recent = mostRecentStart(timesOf(given), epoch(given.now), scheduleOf(given), true);
    if (recent === NEVER) return { error: true, scheduleTime: null, scheduled: false };
    const { time } = recent;
    return { error: null, scheduleTime: textOf(time), scheduled: time !== null };
  }),
  requeueAfter: suite<Times>((given) => {
    const micros = untilNextStart(timesOf(given), epoch(given.now), scheduleOf(given));
    const seconds = Math.floor(micros / MICROS_PER_SECOND);
    return {
      secondsUntilNext: seconds,
      addedDeltaMs: (micros - seconds * MICROS_PER_SECOND) / MICROS_PER_MILLI,
    };
  }),
  historyOrder: suite<{ jobs: { name: string; startTime: string | null }[] }>(
    ({ jobs }) => {
      const made = jobs.map(({ name, startTime }, row) =>
        object("Job", meta(row, name), template.spec, startTime === null ? {} : { startTime }),
      );
      return { names: inOrderOfStart(made).map(({ name }) => name) };
    },
    { ordered: ["names"] },
  ),
};
