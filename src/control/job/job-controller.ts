import type { Features } from "../../api/features.js";
import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";
import { type Controller, type ControllerOptions, featuresFor } from "../controller.js";
import { Selectors } from "../selectors.js";
import { WriteQueue } from "../write-queue.js";
import { JobMemory } from "./job-memory.js";
import {
  finishedAs,
  isKeptElsewhere,
  isTracked,
  type Job,
  TRACKING_FINALIZER,
} from "./job-object.js";
import { JobPods } from "./job-pods.js";
import { JOB_BACKOFF, JobSyncs } from "./job-syncs.js";

/** Changes of pods and statuses are gathered for this long, so that one sync takes in many. */
const BATCH_MICROS = MICROS_PER_SECOND;

/**
 * Runs the pods of Jobs until they have their completions or fail for good. It wakes the Job's sync: at
 * once for a new or changed spec, a second later for what happens to its pods.
 * Source: Kubernetes, "Jobs"; upstream's pkg/controller/job.
 */
export class JobController implements Controller {
  private readonly features: Features;
  private readonly jobInformer: Informer<"Job">;
  private readonly podInformer: Informer<"Pod">;
  private readonly pods: JobPods;
  /** What it goes by between syncs: for whoever begins in the middle. */
  readonly memory = new JobMemory();
  private readonly syncs: JobSyncs;
  /** Pods, by row, that no Job will count and that have its finalizer. */
  private readonly leftBehind: WriteQueue;

  constructor(options: ControllerOptions) {
    const { engine, informers, client, workers } = options;
    this.features = featuresFor(options);
    this.jobInformer = informers.informer("Job");
    this.podInformer = informers.informer("Pod");
    const selectors = new Selectors();
    const selectorOf = (job: Job) => selectors.of(job.spec.selector);
    this.pods = new JobPods(selectorOf);
    this.syncs = new JobSyncs({
      ...options,
      features: this.features,
      pods: this.pods,
      memory: this.memory,
      jobAt: (row) => this.jobInformer.at(row),
      selectorOf,
    });
    this.leftBehind = new WriteQueue({
      engine,
      client,
      name: "job-orphan-pods",
      workers,
      ...JOB_BACKOFF,
      plan: (row) => this.release(row),
      refused: (_row, refusal) => refusal.reason !== "NotFound",
    });
  }

  start(): void {
    this.jobInformer.addHandler({
      added: (job) => {
        this.pods.putJob(undefined, job);
        this.syncs.add(job.row);
      },
      updated: (before, job) => this.onJobUpdated(before, job),
      deleted: (job) => {
        this.pods.removeJob(job);
        this.memory.forgetJob(job);
        this.syncs.add(job.row);
        this.releaseAllOf(job);
      },
    });
    this.podInformer.addHandler(
      {
        added: (pod) => this.onPodAdded(pod),
        updated: (before, pod) => this.onPodUpdated(before, pod),
        deleted: (pod) => {
          this.pods.removePod(pod);
          this.onPodLeaves(pod, true);
        },
      },
      "Job",
    );
  }

  private onJobUpdated(before: Job, job: Job): void {
    this.pods.putJob(before, job);
    if (finishedAs(job.status) !== undefined) {
      this.releaseAllOf(job);
      return;
    }
    if (job.generation === before.generation) this.syncs.addAfter(job.row, BATCH_MICROS);
    else this.syncs.add(job.row);
  }

  private onPodAdded(pod: PodVersion): void {
    const adopters = this.pods.putPod(undefined, pod);
    this.memory.podSeen(pod);
    if (pod.deletionTimeMicros !== null) {
      this.onPodLeaves(pod, false);
      return;
    }
    if (controllerOf(pod) === undefined) {
      this.onOrphan(pod, adopters);
      return;
    }
    const job = this.pods.ownerOf(pod);
    if (job === undefined) return;
    this.memory.creationObserved(job.row);
    this.syncs.addAfter(job.row, BATCH_MICROS);
  }

  private onPodUpdated(before: PodVersion, pod: PodVersion): void {
    const adopters = this.pods.putPod(before, pod);
    this.memory.podSeen(pod);
    if (pod.deletionTimeMicros !== null) {
      this.onPodLeaves(pod, false);
      return;
    }
    const former = controllerOf(before) === undefined ? undefined : this.pods.ownerOf(before);
    const job = this.pods.ownerOf(pod);
    if (former !== undefined && former !== job) this.changed(former, pod);
    if (controllerOf(pod) === undefined) this.onOrphan(pod, adopters);
    else if (job !== undefined) this.changed(job, pod);
  }

  private changed(job: Job, pod: PodVersion): void {
    if (!isTracked(pod)) this.memory.releaseObserved(job.row, pod.uid);
    this.syncs.addAfter(job.row, BATCH_MICROS);
  }

  private onOrphan(pod: PodVersion, adopters: readonly Job[]): void {
    if (isTracked(pod)) this.leftBehind.add(pod.row);
    for (const job of adopters) this.syncs.addAfter(job.row, BATCH_MICROS);
  }

  /** A pod is being deleted, or is gone. */
  private onPodLeaves(pod: PodVersion, isGone: boolean): void {
    const job = this.pods.ownerOf(pod);
    if (job === undefined || finishedAs(job.status) !== undefined) {
      if (isTracked(pod)) this.leftBehind.add(pod.row);
      return;
    }
    this.memory.deletionObserved(job.row, pod.row);
    if (isGone || !isTracked(pod)) this.memory.releaseObserved(job.row, pod.uid);
    this.syncs.addAfter(job.row, BATCH_MICROS);
  }

  private releaseAllOf(job: Job): void {
    for (const pod of this.pods.leftBehindBy(job)) this.leftBehind.add(pod.row);
  }

  /** Takes the finalizer away from a pod that no Job will count any more. */
  private release(row: number): readonly WriteRequest[] {
    const target = this.podInformer.at(row);
    if (target === undefined || !isTracked(target)) return [];
    const owner = controllerOf(target);
    if (owner !== undefined) {
      if (owner.kind !== "Job") return [];
      const job = this.pods.ownerOf(target);
      if (job !== undefined) {
        if (isKeptElsewhere(job, this.features)) return [];
        if (finishedAs(job.status) === undefined) return [];
      }
    }
    const finalizers = target.finalizers.filter((name) => name !== TRACKING_FINALIZER);
    return [{ verb: "patch", target, change: { finalizers } }];
  }
}
