import type { Features } from "../../api/features.js";
import type { OwnerReference } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { AnswerId } from "../../store/client.js";
import type { Outcome } from "../../store/outcome.js";
import type { ControllerOptions } from "../controller.js";
import { controllerReference } from "../owner-references.js";
import { SlowStart } from "../slow-start.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { Timestamps } from "../timestamps.js";
import { accountPods } from "./job-accounting.js";
import { settleUncounted, storedStatus } from "./uncounted-pods.js";
import { countJob } from "./job-count.js";
import { deadlineLeft, reasonToEnd } from "./job-end.js";
import {
  finishedAs,
  isKeptElsewhere,
  isTracked,
  type Job,
  TRACKING_FINALIZER,
} from "./job-object.js";
import { JobEvents } from "./job-events.js";
import type { JobMemory } from "./job-memory.js";
import { JobPodWrites } from "./job-pod-writes.js";
import type { JobPods } from "./job-pods.js";
import { conclude, finishedStatus } from "./job-status.js";
import { beginSync, type JobSync } from "./job-sync.js";
import { planPods } from "./pod-plan.js";

/** How long to wait before a sync that failed is tried again. */
export const JOB_BACKOFF = {
  baseBackoffMicros: MICROS_PER_SECOND,
  maxBackoffMicros: MICROS_PER_MINUTE,
};

/** A wait for the back-off of pods is never shorter than the batches of changes. */
const LEAST_WAIT_MICROS = MICROS_PER_SECOND;

export interface JobSyncsOptions extends ControllerOptions {
  readonly features: Features;
  readonly pods: JobPods;
  readonly memory: JobMemory;
  readonly jobAt: (row: number) => Job | undefined;
  readonly selectorOf: (job: Job) => Selector;
}

/**
 * The syncs of Jobs.
 *
 *     claim ──► count ──► create in batches, or delete ──► conclude ──► release ──► finish ──► done
 *                                                    (write status)  (finalizers)  (write status)
 *
 * Each step begins when every write of the one before it was answered. A status that could not be written
 * ends the sync, which is tried again after a growing delay.
 */
export class JobSyncs {
  private readonly syncs: Syncs<JobSync>;
  private readonly timestamps: Timestamps;
  private readonly podWrites: JobPodWrites;
  private readonly claimed: AnswerId;
  private readonly released: AnswerId;
  private readonly written: AnswerId;
  private readonly events: JobEvents;

  constructor(private readonly options: JobSyncsOptions) {
    const { engine, client, workers } = options;
    this.syncs = new Syncs<JobSync>({
      engine,
      client,
      name: "job",
      workers,
      ...JOB_BACKOFF,
      begin: (row) => this.begin(row),
      step: (sync) => this.step(sync),
    });
    this.events = new JobEvents(options);
    this.timestamps = new Timestamps(options.startTimeMs);
    this.podWrites = new JobPodWrites(this.syncs, options);
    const podAnswer = this.podWrites.onAnswer;
    this.claimed = podAnswer((sync, outcome, pod) => this.onClaimed(sync, outcome, pod));
    this.released = podAnswer((sync, outcome, pod) => this.onReleased(sync, outcome, pod));
    this.written = this.syncs.onAnswer((sync, outcome) => this.onWritten(sync, outcome));
  }

  add(row: number): void {
    this.syncs.add(row);
  }

  addAfter(row: number, delayMicros: TimeMicros): void {
    this.syncs.addAfter(row, delayMicros);
  }

  private begin(row: number): JobSync | null {
    const { memory, features, engine } = this.options;
    const job = this.options.jobAt(row);
    if (job === undefined) {
      memory.forget(row);
      return null;
    }
    const isStale = features.StaleControllerConsistencyJob && !memory.isConsistent(job);
    if (!isStale) {
      if (isKeptElsewhere(job, features)) return null;
      if (finishedAs(job.status) !== undefined) {
        memory.isOver(job);
        return null;
      }
      if (memory.isSaidFinished(job)) return null;
    }
    return beginSync(job, isStale, memory.satisfied(row, engine.now));
  }

  private step(sync: JobSync): StepEnd {
    switch (sync.stage) {
      case "stale":
        return "retry";
      case "claim":
        sync.stage = "count";
        this.claim(sync);
        return "go on";
      case "count":
        if (sync.error !== null) return "retry";
        sync.stage = "conclude";
        this.manage(sync);
        return "go on";
      case "create":
        this.podWrites.createBatch(sync);
        return "go on";
      case "conclude":
        sync.stage = "release";
        this.conclude(sync);
        return "go on";
      case "release":
        if (sync.isRefused) return "retry";
        sync.stage = "finish";
        this.release(sync);
        return "go on";
      case "finish":
        sync.stage = "end";
        this.finish(sync);
        return "go on";
      case "end":
        return sync.isRefused || sync.error !== null ? "retry" : "done";
    }
  }

  /** Adopts pods that match and have no controller; lets go of those that match no longer. */
  private claim(sync: JobSync): void {
    const { job } = sync;
    if (job.deletionTimeMicros !== null) return;
    const selector = this.options.selectorOf(job);
    for (const pod of this.options.pods.of(job)) {
      if (selector.matches(pod.labels)) continue;
      const others = pod.ownerReferences.filter(({ uid }) => uid !== job.uid);
      const finalizers = pod.finalizers.filter((name) => name !== TRACKING_FINALIZER);
      this.patchOwners(sync, pod, others, finalizers);
    }
    for (const pod of this.options.pods.adoptableBy(job)) {
      const owners = [...pod.ownerReferences, controllerReference(job)];
      const finalizers = isTracked(pod) ? pod.finalizers : [...pod.finalizers, TRACKING_FINALIZER];
      this.patchOwners(sync, pod, owners, finalizers);
    }
  }

  private patchOwners(
    sync: JobSync,
    target: PodVersion,
    ownerReferences: readonly OwnerReference[],
    finalizers: readonly string[],
  ): void {
    const request = { verb: "patch", target, change: { ownerReferences, finalizers } } as const;
    this.syncs.send(sync.job.row, this.claimed, request);
  }

  private onClaimed(sync: JobSync, outcome: Outcome, before: PodVersion): void {
    if (outcome.ok) this.options.pods.putPod(before, outcome.object as PodVersion);
    else if (outcome.reason !== "NotFound") sync.error = outcome.message;
  }

  /** Counts the pods, decides whether the Job ends, and creates or deletes pods accordingly. */
  private manage(sync: JobSync): void {
    const { job } = sync;
    const { engine, memory, features, pods } = this.options;
    const now = engine.now;
    const view = {
      spec: job.spec,
      status: job.status,
      pods: pods.of(job),
      features,
      finalizerBeingRemoved: memory.beingReleased(job.row),
      backoff: memory.backoffOf(job.row),
      wholeSecondOf: (time: TimeMicros) => this.timestamps.wholeSecondOf(time),
    };
    const count = countJob(view);
    sync.counted = { view, count };
    sync.active = count.active.length;
    sync.ready = count.ready;
    sync.terminating = count.terminating;
    if (job.status.startTime === undefined && job.spec.suspend !== true) {
      sync.status = { ...sync.status, startTime: this.timestamps.textOf(now) };
    }
    const since = this.timestamps.microsOf(job.status.startTime) ?? now;
    sync.ending = reasonToEnd(view, count, since, now);
    if (sync.ending !== null) {
      for (const pod of count.active) this.podWrites.delete(sync, pod);
      return;
    }
    const left = deadlineLeft(job.spec, since, now);
    if (left !== null) this.syncs.addAfter(job.row, left);
    if (!sync.satisfied || job.deletionTimeMicros !== null) return;
    sync.isManaged = true;
    this.carryOut(sync, planPods(view, count, now));
  }

  private carryOut(sync: JobSync, plan: ReturnType<typeof planPods>): void {
    const { row } = sync.job;
    const { engine, memory } = this.options;
    if (plan.what === "delete") {
      memory.expectDeletions(row, plan.pods, engine.now);
      for (const pod of plan.pods) this.podWrites.unpinAndDelete(sync, pod);
    } else if (plan.what === "create") {
      memory.expectCreations(row, plan.count, engine.now);
      sync.creation = new SlowStart(plan.count);
      sync.indexes = [...(plan.indexes ?? [])];
      sync.active += plan.count;
      sync.stage = "create";
    } else if (plan.what === "wait") {
      this.syncs.addAfter(row, Math.max(plan.micros, LEAST_WAIT_MICROS));
      if (!this.options.features.JobActiveWhileBackingOff) sync.active = 0;
    }
  }

  private conclude(sync: JobSync): void {
    const { job, counted } = sync;
    if (counted === null) return;
    const now = this.timestamps.textOf(this.options.engine.now);
    const { status, ending, suspension, changed } = conclude(sync, now);
    if (suspension === true) this.events.tell(sync, "Normal", "Suspended", "Job suspended");
    if (suspension === false) this.events.tell(sync, "Normal", "Resumed", "Job resumed");
    const isDeleting = job.deletionTimeMicros !== null;
    const accounting = accountPods({ ...counted, status, isDeleting, ending, now });
    sync.accounting = accounting;
    sync.status = accounting.status;
    if (accounting.changed || changed) this.write(sync);
  }

  private release(sync: JobSync): void {
    const { job, accounting } = sync;
    for (const target of accounting?.release ?? []) {
      this.options.memory.expectRelease(job.row, target.uid);
      const finalizers = target.finalizers.filter((name) => name !== TRACKING_FINALIZER);
      const request = { verb: "patch", target, change: { finalizers } } as const;
      this.syncs.send(job.row, this.released, request);
    }
  }

  private onReleased(sync: JobSync, outcome: Outcome, pod: PodVersion): void {
    if (outcome.ok || outcome.reason === "NotFound") sync.released.add(pod.uid);
    if (outcome.ok) return;
    this.options.memory.releaseObserved(sync.job.row, pod.uid);
    if (outcome.reason !== "NotFound") sync.isRefused = true;
  }

  /** Counts the pods whose finalizer is gone, and says that the Job is finished if nothing is left. */
  private finish(sync: JobSync): void {
    const { accounting, released } = sync;
    if (accounting === null) return;
    const tracked = new Set([...accounting.tracked].filter((uid) => !released.has(uid)));
    const settled = settleUncounted(sync.status, tracked);
    sync.status = settled.status;
    const now = this.timestamps.textOf(this.options.engine.now);
    const finished = sync.isRefused ? null : finishedStatus(sync, now);
    if (finished !== null) {
      sync.status = finished;
      sync.isFinishing = true;
    }
    if (settled.changed || finished !== null) this.write(sync);
  }

  /** What the API server refuses of a Job: more ready pods than active ones. */
  private write(sync: JobSync): void {
    const { features } = this.options;
    const { active = 0, ready = 0 } = sync.status;
    if (features.JobManagedBy && ready > active) {
      sync.isRefused = true;
      return;
    }
    const status = storedStatus(sync.status);
    const request = { verb: "update", base: sync.job, change: { status } } as const;
    this.syncs.send(sync.job.row, this.written, request);
  }

  private onWritten(sync: JobSync, outcome: Outcome): void {
    if (!outcome.ok) {
      sync.isRefused = true;
      return;
    }
    const { memory } = this.options;
    sync.job = outcome.object as Job;
    memory.wroteJob(sync.job);
    if (sync.stage === "release" && sync.counted !== null) {
      memory.setBackoff(sync.job.row, sync.counted.count.backoff);
    }
    if (sync.isFinishing) this.sayFinished(sync);
  }

  private sayFinished(sync: JobSync): void {
    const { job, accounting } = sync;
    this.options.memory.saidFinished(job);
    const { type = "", reason = "", message = "" } = accounting?.terminal ?? {};
    if (type !== "Complete") {
      this.events.tell(sync, "Warning", reason, message);
      return;
    }
    const { completions } = job.spec;
    if (completions != null && (job.status.succeeded ?? 0) > completions) {
      const text = "Too many succeeded pods running after completion count reached";
      this.events.tell(sync, "Warning", "TooManySucceededPods", text);
    }
    this.events.tell(sync, "Normal", "Completed", "Job completed");
  }
}
