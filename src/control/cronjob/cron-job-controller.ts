import { CronSyntax } from "../../api/cron/cron-fields.js";
import { parseSchedule } from "../../api/cron/schedule.js";
import type { EpochMicros, TimeZone } from "../../api/cron/time-zone.js";
import { newMeta } from "../../api/new-object.js";
import { controllerOf } from "../../api/object-version.js";
import type { CronJobStatus } from "../../api/schemas/types.js";
import { formatTimestamp } from "../../api/timestamp.js";
import { MICROS_PER_MILLI, MICROS_PER_SECOND } from "../../base/time.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import { Controllees } from "../controllees.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import type { Job } from "../job/job-object.js";
import { controllerReference } from "../owner-references.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { Timestamps } from "../timestamps.js";
import {
  type ActiveJob,
  type CronDecision,
  type CronJob,
  decide,
  lookAtJobs,
  type Say,
  startName,
  withoutActive,
  zoneOf,
} from "./cron-job-decision.js";
import { type CronTimes, untilNextStart } from "./cron-times.js";
import { jobsToCleanUp } from "./job-history.js";

const SCHEDULED_TIME = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/** A sync that is under way. */
interface Sync {
  readonly cronJob: CronJob;
  stage: "clean up" | "decide" | "create" | "status" | "end";
  status: CronJobStatus;
  decision: CronDecision | null;
  requeueMicros: number | null;
  failed: boolean;
}

/**
 * Starts Jobs at the times of a schedule, and deletes those that ended long ago.
 *
 *     clean up ──► decide, delete what is replaced ──► create ──► write status ──► done, until the next start
 *
 * Source: Kubernetes, "CronJob"; upstream's pkg/controller/cronjob.
 */
export class CronJobController implements Controller {
  private readonly syncs: Syncs<Sync>;
  private readonly cronJobs: FreshView<"CronJob">;
  private readonly jobs: Informer<"Job">;
  private readonly jobsOf = new Controllees<"Job">();
  private readonly timestamps: Timestamps;
  /** UIDs of Jobs that were created and that the watch has not shown yet. */
  private readonly unseen = new Set<string>();
  private readonly cleaned: AnswerId;
  private readonly created: AnswerId;
  private readonly written: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client, workers } = options;
    this.cronJobs = new FreshView(informers.informer("CronJob"));
    this.jobs = informers.informer("Job");
    this.timestamps = new Timestamps(options.startTimeMs);
    this.syncs = new Syncs<Sync>({
      engine,
      client,
      name: "cronjob",
      workers,
      begin: (row) => this.begin(row),
      step: (sync) => this.step(sync),
    });
    this.cleaned = this.syncs.onAnswer((sync, outcome, request) => {
      const { target } = request as {
        readonly target: { readonly name: string; readonly uid: string };
      };
      this.onDeleted(sync, outcome, target);
    });
    this.created = this.syncs.onAnswer((sync, outcome) => this.onCreated(sync, outcome));
    this.written = this.syncs.onAnswer((sync, outcome) => this.onWritten(sync, outcome));
  }

  start(): void {
    this.cronJobs.start();
    this.cronJobs.informer.addHandler({
      added: (cronJob) => this.syncs.add(cronJob.row),
      updated: (before, cronJob) => this.onUpdated(before, cronJob),
      deleted: (cronJob) => this.syncs.add(cronJob.row),
    });
    this.jobs.addHandler({
      added: (job) => {
        this.unseen.delete(job.uid);
        this.jobsOf.put(job);
        this.wakeOwner(job);
      },
      updated: (before, job) => {
        this.jobsOf.put(job);
        if (before.ownerReferences !== job.ownerReferences) this.wakeOwner(before);
        this.wakeOwner(job);
      },
      deleted: (job) => {
        this.jobsOf.remove(job);
        this.wakeOwner(job);
      },
    });
  }

  private wakeOwner(job: Job): void {
    const owner = controllerOf(job);
    if (owner?.kind !== "CronJob") return;
    const cronJob = this.cronJobs.informer.find(job.namespace, owner.name);
    if (cronJob?.uid === owner.uid) this.syncs.add(cronJob.row);
  }

  /** A new schedule is looked at when it comes due; anything else at once. */
  private onUpdated(before: CronJob, cronJob: CronJob): void {
    const { spec } = cronJob;
    if (before.spec.schedule === spec.schedule && before.spec.timeZone === spec.timeZone) {
      this.syncs.add(cronJob.row);
      return;
    }
    const zone = zoneOf(cronJob);
    const schedule = zone === null ? null : parseSchedule(spec.schedule, zone);
    if (schedule === null || schedule instanceof CronSyntax) {
      const text = `unparseable schedule for cronjob: ${spec.schedule}`;
      this.say(cronJob)("Warning", "UnParseableCronJobSchedule", text);
      return;
    }
    const micros = untilNextStart(this.timesOf(cronJob), this.epochNow(), schedule);
    this.syncs.addAfter(cronJob.row, micros);
  }

  private begin(row: number): Sync | null {
    const cronJob = this.cronJobs.at(row);
    if (cronJob === undefined) return null;
    return {
      cronJob,
      stage: "clean up",
      status: cronJob.status,
      decision: null,
      requeueMicros: null,
      failed: false,
    };
  }

  private step(sync: Sync): StepEnd {
    switch (sync.stage) {
      case "clean up":
        sync.stage = "decide";
        for (const job of jobsToCleanUp(sync.cronJob.spec, this.jobsFor(sync))) {
          this.delete(sync, job);
        }
        return "go on";
      case "decide":
        sync.failed = false;
        sync.stage = "create";
        this.decide(sync);
        return "go on";
      case "create":
        sync.stage = "status";
        this.create(sync);
        return "go on";
      case "status":
        sync.stage = "end";
        this.writeStatus(sync);
        return "go on";
      case "end":
        if (sync.failed) return "retry";
        if (sync.requeueMicros !== null) {
          this.syncs.addAfter(sync.cronJob.row, sync.requeueMicros);
        }
        return "done";
    }
  }

  private jobsFor({ cronJob }: Sync): readonly Job[] {
    return [...this.jobsOf.of(cronJob.uid)].filter((job) => job.deletionTimeMicros === null);
  }

  private delete(sync: Sync, { name, namespace, uid }: Pick<Job, "name" | "namespace" | "uid">) {
    const target = { kind: "Job", namespace, name, uid } as const;
    this.syncs.send(sync.cronJob.row, this.cleaned, { verb: "delete", target });
  }

  private onDeleted(
    sync: Sync,
    outcome: Outcome,
    { name, uid }: { readonly name: string; readonly uid: string },
  ): void {
    const say = this.say(sync.cronJob);
    if (!outcome.ok) {
      say("Warning", "FailedDelete", `Deleted job: ${outcome.message}`);
      sync.failed = true;
      return;
    }
    sync.status = withoutActive(sync.status, new Set([uid]));
    say("Normal", "SuccessfulDelete", `Deleted job ${name}`);
  }

  private decide(sync: Sync): void {
    const { cronJob } = sync;
    const say = this.say(cronJob);
    const jobs = [...this.jobsOf.of(cronJob.uid)];
    const seen = { ...cronJob, status: sync.status };
    const isGone = ({ uid = "", namespace = "", name = "" }: ActiveJob): boolean =>
      !this.unseen.has(uid) && this.jobs.find(namespace, name)?.uid !== uid;
    sync.status = lookAtJobs(seen, jobs, isGone, say).status;
    const decision = decide({
      cronJob,
      active: sync.status.active ?? [],
      times: this.timesOf(cronJob),
      now: this.epochNow(),
      say,
    });
    sync.decision = decision;
    if (decision.what === "wait") {
      sync.requeueMicros = decision.micros;
      return;
    }
    for (const { name = "", namespace = cronJob.namespace, uid = "" } of decision.replaces) {
      this.delete(sync, { name, namespace, uid });
    }
  }

  private create(sync: Sync): void {
    const { cronJob, decision } = sync;
    if (decision?.what !== "start" || sync.failed) return;
    const { metadata, spec } = cronJob.spec.jobTemplate;
    const object = {
      kind: "Job",
      ...newMeta(cronJob.namespace, startName(cronJob, decision.time)),
      labels: metadata?.labels ?? {},
      annotations: {
        ...metadata?.annotations,
        [SCHEDULED_TIME]: zonedText(decision.time, decision.zone),
      },
      ownerReferences: [controllerReference(cronJob)],
      spec: spec ?? { template: {} },
      status: {},
    } as const;
    this.syncs.send(cronJob.row, this.created, { verb: "create", object });
  }

  private onCreated(sync: Sync, outcome: Outcome): void {
    const { cronJob, decision } = sync;
    if (decision?.what !== "start") return;
    const say = this.say(cronJob);
    let job: Job;
    if (outcome.ok) {
      job = outcome.object as Job;
      this.unseen.add(job.uid);
      say("Normal", "SuccessfulCreate", `Created job ${job.name}`);
    } else if (outcome.reason === "AlreadyExists") {
      const found = this.jobs.find(cronJob.namespace, startName(cronJob, decision.time));
      if (found === undefined || controllerOf(found)?.uid !== cronJob.uid) return;
      job = found;
    } else {
      sync.failed = true;
      if (outcome.cause === "NamespaceTerminating") return;
      say("Warning", "FailedCreate", `Error creating job: ${outcome.message}`);
      return;
    }
    const lastScheduleTime = this.timestamps.textOf(this.virtualOf(decision.time));
    const active = [...(sync.status.active ?? []), referenceTo(job)];
    sync.status = { ...sync.status, active, lastScheduleTime };
    const times = { ...this.timesOf(cronJob), lastScheduled: decision.time };
    sync.requeueMicros = untilNextStart(times, this.epochNow(), decision.schedule);
  }

  private writeStatus(sync: Sync): void {
    const { cronJob, status } = sync;
    if (status === cronJob.status) return;
    const request = { verb: "update", base: cronJob, change: { status } } as const;
    this.syncs.send(cronJob.row, this.written, request);
  }

  private onWritten(sync: Sync, outcome: Outcome): void {
    if (outcome.ok) this.cronJobs.wrote(outcome.object as CronJob);
    else sync.failed = true;
  }

  private timesOf({ spec, status, creationTimeMicros }: CronJob): CronTimes {
    const last = this.timestamps.microsOf(status.lastScheduleTime);
    return {
      created: this.epochOf(this.timestamps.wholeSecondOf(creationTimeMicros)),
      lastScheduled: last === null ? null : this.epochOf(last),
      startingDeadlineSeconds: spec.startingDeadlineSeconds ?? null,
    };
  }

  private epochNow(): EpochMicros {
    return this.epochOf(this.options.engine.now);
  }

  private epochOf(timeMicros: number): EpochMicros {
    return this.options.startTimeMs * MICROS_PER_MILLI + timeMicros;
  }

  private virtualOf(epochMicros: EpochMicros): number {
    return epochMicros - this.options.startTimeMs * MICROS_PER_MILLI;
  }

  private say(cronJob: CronJob): Say {
    const { observer, engine } = this.options;
    return (type, reason, message) => observer.event(type, reason, cronJob, message, engine.now);
  }
}

function referenceTo({ name, namespace, uid, resourceVersion }: Job): ActiveJob {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    name,
    namespace,
    uid,
    resourceVersion: `${resourceVersion}`,
  };
}

/** RFC 3339, as the clock of that zone shows it. */
function zonedText(time: EpochMicros, zone: TimeZone): string {
  const offset = zone.offsetMicros(time);
  const text = formatTimestamp(time + offset, 0);
  if (offset === 0) return text;
  const minutes = Math.round(Math.abs(offset) / (60 * MICROS_PER_SECOND));
  const two = (value: number): string => `${value}`.padStart(2, "0");
  const sign = offset < 0 ? "-" : "+";
  return text.replace("Z", `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`);
}
