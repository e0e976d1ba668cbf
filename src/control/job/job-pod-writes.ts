import { isPodReady, type PodVersion } from "../../api/pod-version.js";
import type { AnswerId } from "../../store/client.js";
import type { Outcome } from "../../store/outcome.js";
import type { Syncs } from "../syncs.js";
import { JobEvents } from "./job-events.js";
import { countsTerminating } from "./job-features.js";
import { TRACKING_FINALIZER, isTracked } from "./job-object.js";
import { JobPodMaker } from "./job-pod.js";
import type { JobSync } from "./job-sync.js";
import type { JobSyncsOptions } from "./job-syncs.js";

type ReceivePod = (sync: JobSync, outcome: Outcome, pod: PodVersion) => void;

/** Makes and deletes the pods of Jobs within their syncs, and keeps their numbers right meanwhile. */
export class JobPodWrites {
  private readonly maker: JobPodMaker;
  private readonly created: AnswerId;
  private readonly unpinned: AnswerId;
  private readonly deleted: AnswerId;
  private readonly events: JobEvents;

  constructor(
    private readonly syncs: Syncs<JobSync>,
    private readonly options: JobSyncsOptions,
  ) {
    this.events = new JobEvents(options);
    this.maker = new JobPodMaker(options.features);
    this.created = this.onAnswer((sync, outcome) => this.onCreated(sync, outcome));
    this.unpinned = this.onAnswer((sync, outcome, pod) => this.onUnpinned(sync, outcome, pod));
    this.deleted = this.onAnswer((sync, outcome, pod) => this.onDeleted(sync, outcome, pod));
  }

  /** Names a receiver of what becomes of writes to pods. */
  readonly onAnswer = (receive: ReceivePod): AnswerId =>
    this.syncs.onAnswer((sync, outcome, request) => {
      const { target } = request as { readonly target: PodVersion };
      if (outcome.ok) this.options.memory.wrotePod(sync.job.row, outcome.object as PodVersion);
      receive(sync, outcome, target);
    });

  /** The next pods that are missing; a batch of them, and when all are made the sync goes on. */
  createBatch(sync: JobSync): void {
    const { job, creation, counted } = sync;
    const count = creation?.nextBatch() ?? 0;
    for (let i = 0; i < count; i++) {
      const index = sync.indexes.shift();
      const awaiting = counted?.count.indexes?.awaitingSuccessors;
      const object =
        index === undefined
          ? this.maker.podOf(job)
          : this.maker.podOfIndex(job, index, awaiting?.get(index));
      this.syncs.send(job.row, this.created, { verb: "create", object });
    }
    if (count > 0) return;
    // What was never asked for will never be seen; a failed creation was taken off already.
    const skipped = creation?.remaining ?? 0;
    sync.active -= skipped;
    this.options.memory.creationObserved(job.row, skipped);
    sync.stage = "conclude";
  }

  private onCreated(sync: JobSync, outcome: Outcome): void {
    const isGood = outcome.ok || outcome.cause === "NamespaceTerminating";
    sync.creation?.answered(isGood);
    if (outcome.ok) {
      this.events.tell(sync, "Normal", "SuccessfulCreate", `Created pod: ${outcome.object.name}`);
    } else if (!isGood) {
      sync.active -= 1;
      this.options.memory.creationObserved(sync.job.row);
      sync.error ??= outcome.message;
      this.events.tell(sync, "Warning", "FailedCreate", `Error creating: ${outcome.message}`);
    }
  }

  /** Deletes a pod that is too many: it is to count for nothing, so its finalizer goes first. */
  unpinAndDelete(sync: JobSync, target: PodVersion): void {
    if (!isTracked(target)) {
      this.delete(sync, target);
      return;
    }
    const finalizers = target.finalizers.filter((name) => name !== TRACKING_FINALIZER);
    const request = { verb: "patch", target, change: { finalizers } } as const;
    this.syncs.send(sync.job.row, this.unpinned, request);
  }

  private onUnpinned(sync: JobSync, outcome: Outcome, pod: PodVersion): void {
    if (outcome.ok) {
      this.delete(sync, pod);
      return;
    }
    this.options.memory.deletionObserved(sync.job.row, pod.row);
    this.leaves(sync, pod, outcome.reason === "NotFound" ? null : outcome.message);
  }

  delete(sync: JobSync, target: PodVersion): void {
    this.syncs.send(sync.job.row, this.deleted, { verb: "delete", target });
  }

  private onDeleted(sync: JobSync, outcome: Outcome, pod: PodVersion): void {
    if (outcome.ok) {
      this.events.tell(sync, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.name}`);
      this.leaves(sync, pod, null);
      return;
    }
    this.options.memory.deletionObserved(sync.job.row, pod.row);
    if (outcome.reason === "NotFound") {
      this.leaves(sync, pod, null);
      return;
    }
    this.leaves(sync, pod, outcome.message);
    this.events.tell(sync, "Warning", "FailedDelete", `Error deleting: ${outcome.message}`);
  }

  /** Takes a pod off the active ones; `error`: why it could not be deleted. */
  private leaves(sync: JobSync, pod: PodVersion, error: string | null): void {
    if (isPodReady(pod)) sync.ready -= 1;
    if (error !== null) {
      sync.error ??= error;
      return;
    }
    sync.active -= 1;
    sync.deletedCount += 1;
    const hasPolicy = sync.job.spec.podFailurePolicy != null;
    if (countsTerminating(this.options.features, hasPolicy)) sync.terminating += 1;
  }
}
