import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { Expectations } from "../expectations.js";
import type { Job } from "./job-object.js";
import { type BackoffRecord, NO_FAILURES } from "./pod-backoff.js";

const NONE: ReadonlySet<string> = new Set();

/**
 * What the controller remembers of Jobs between their syncs, by row: what it has asked for and its watches
 * have not shown, and how often pods failed.
 */
export class JobMemory {
  private readonly expectations = new Expectations();
  /** UIDs of pods whose finalizer was taken away. */
  private readonly released = new Map<number, Set<string>>();
  private readonly backoffs = new Map<number, BackoffRecord>();
  /** UIDs of Jobs that were said to be finished. */
  private readonly finished = new Set<string>();
  /** The newest revisions that were answered to writes of a Job and of its pods. */
  private readonly written = new Map<number, { job: number; pods: number }>();
  private podsSeen = 0;

  satisfied(row: number, nowMicros: TimeMicros): boolean {
    return this.expectations.satisfied(row, nowMicros);
  }

  expectCreations(row: number, count: number, nowMicros: TimeMicros): void {
    this.expectations.expectCreations(row, count, nowMicros);
  }

  expectDeletions(row: number, pods: readonly PodVersion[], nowMicros: TimeMicros): void {
    const rows = pods.map((pod) => pod.row);
    this.expectations.expectDeletions(row, rows, nowMicros);
  }

  /** A created pod was seen, or `count` of them never will be. */
  creationObserved(row: number, count = 1): void {
    this.expectations.creationObserved(row, count);
  }

  deletionObserved(row: number, podRow: number): void {
    this.expectations.deletionObserved(row, podRow);
  }

  expectRelease(row: number, uid: string): void {
    const uids = this.released.get(row);
    if (uids === undefined) this.released.set(row, new Set([uid]));
    else uids.add(uid);
  }

  releaseObserved(row: number, uid: string): void {
    const uids = this.released.get(row);
    if (uids?.delete(uid) === true && uids.size === 0) this.released.delete(row);
  }

  beingReleased(row: number): ReadonlySet<string> {
    const uids = this.released.get(row);
    return uids === undefined ? NONE : new Set(uids);
  }

  backoffOf(row: number): BackoffRecord {
    return this.backoffs.get(row) ?? NO_FAILURES;
  }

  setBackoff(row: number, record: BackoffRecord): void {
    if (record === NO_FAILURES) this.backoffs.delete(row);
    else this.backoffs.set(row, record);
  }

  saidFinished(job: Job): void {
    this.finished.add(job.uid);
  }

  /** Whether the Job was said to be finished, which the watch has not shown yet. */
  isSaidFinished(job: Job): boolean {
    return this.finished.has(job.uid);
  }

  /** The Job is finished, as the watch shows. */
  isOver(job: Job): void {
    this.backoffs.delete(job.row);
    this.finished.delete(job.uid);
    this.written.delete(job.row);
  }

  wroteJob(job: Job): void {
    this.writtenOf(job.row).job = job.resourceVersion;
  }

  wrotePod(row: number, pod: PodVersion): void {
    const written = this.writtenOf(row);
    written.pods = Math.max(written.pods, pod.resourceVersion);
  }

  podSeen(pod: PodVersion): void {
    this.podsSeen = Math.max(this.podsSeen, pod.resourceVersion);
  }

  /** Whether the watches have shown all that was written. */
  isConsistent(seen: Job): boolean {
    const written = this.written.get(seen.row);
    if (written === undefined) return true;
    return seen.resourceVersion >= written.job && this.podsSeen >= written.pods;
  }

  forget(row: number): void {
    this.expectations.forget(row);
    this.released.delete(row);
    this.backoffs.delete(row);
    this.written.delete(row);
  }

  forgetJob(last: Job): void {
    this.finished.delete(last.uid);
    this.forget(last.row);
  }

  private writtenOf(row: number): { job: number; pods: number } {
    let written = this.written.get(row);
    if (written === undefined) {
      written = { job: 0, pods: 0 };
      this.written.set(row, written);
    }
    return written;
  }
}
