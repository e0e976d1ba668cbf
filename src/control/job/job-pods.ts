import type { Selector } from "../../api/label-selector.js";
import { controllerOf } from "../../api/object-version.js";
import { isPodActive, type PodVersion } from "../../api/pod-version.js";
import { Controllees } from "../controllees.js";
import { isTracked, type Job } from "./job-object.js";

/** Which pods belong to which Job, by controller reference, and which a Job may adopt. */
export class JobPods {
  private readonly pods = new Controllees<"Pod">();
  private readonly jobsByUid = new Map<string, Job>();
  private readonly jobsIn = new Map<string, Map<number, Job>>();
  /** By row of the Job: pods without a controller that its selector matches. */
  private readonly adoptable = new Map<number, Map<number, PodVersion>>();

  constructor(private readonly selectorOf: (job: Job) => Selector) {}

  of(job: Job): readonly PodVersion[] {
    return [...this.pods.of(job.uid)];
  }

  adoptableBy(job: Job): readonly PodVersion[] {
    return [...(this.adoptable.get(job.row)?.values() ?? [])];
  }

  /** The Job that controls the pod; undefined where there is none any more. */
  ownerOf(pod: PodVersion): Job | undefined {
    const owner = controllerOf(pod);
    return owner?.kind === "Job" ? this.jobsByUid.get(owner.uid) : undefined;
  }

  putJob(before: Job | undefined, job: Job): void {
    this.jobsByUid.set(job.uid, job);
    let jobs = this.jobsIn.get(job.namespace);
    if (jobs === undefined) {
      jobs = new Map();
      this.jobsIn.set(job.namespace, jobs);
    }
    jobs.set(job.row, job);
    if (before !== undefined && before.spec.selector === job.spec.selector) return;
    this.adoptable.delete(job.row);
    for (const pod of this.pods.orphansIn(job.namespace)) this.offer(job, pod);
  }

  removeJob(last: Job): void {
    this.jobsByUid.delete(last.uid);
    this.jobsIn.get(last.namespace)?.delete(last.row);
    this.adoptable.delete(last.row);
  }

  /** Takes a new version of a pod; answers the Jobs that might adopt it. */
  putPod(before: PodVersion | undefined, pod: PodVersion): readonly Job[] {
    this.pods.put(pod);
    const jobs = this.jobsIn.get(pod.namespace);
    if (jobs === undefined || jobs.size === 0) return [];
    if (controllerOf(pod) !== undefined) {
      if (before !== undefined && controllerOf(before) === undefined) this.withdraw(pod);
      return [];
    }
    const isNews = before === undefined || before.labels !== pod.labels;
    const wasOwned = before !== undefined && controllerOf(before) !== undefined;
    if (!isNews && !wasOwned && isPodActive(before) === isPodActive(pod)) return [];
    return [...jobs.values()].filter((job) => this.offer(job, pod));
  }

  removePod(last: PodVersion): void {
    this.pods.remove(last);
    if (controllerOf(last) === undefined) this.withdraw(last);
  }

  /** Pods of a Job that is gone or finished which have its finalizer still. */
  *leftBehindBy(job: Job): IterableIterator<PodVersion> {
    for (const pod of this.pods.of(job.uid)) if (isTracked(pod)) yield pod;
    const selector = this.selectorOf(job);
    for (const pod of this.pods.orphansIn(job.namespace)) {
      if (isTracked(pod) && selector.matches(pod.labels)) yield pod;
    }
  }

  private offer(job: Job, pod: PodVersion): boolean {
    const matches = isPodActive(pod) && this.selectorOf(job).matches(pod.labels);
    const pods = this.adoptable.get(job.row);
    if (!matches) {
      pods?.delete(pod.row);
      return false;
    }
    if (pods === undefined) this.adoptable.set(job.row, new Map([[pod.row, pod]]));
    else pods.set(pod.row, pod);
    return true;
  }

  private withdraw(pod: PodVersion): void {
    for (const job of this.jobsIn.get(pod.namespace)?.values() ?? []) {
      this.adoptable.get(job.row)?.delete(pod.row);
    }
  }
}
