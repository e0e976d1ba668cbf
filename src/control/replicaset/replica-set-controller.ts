import { assert } from "../../base/assert.js";
import type { OwnerReference } from "../../api/kubernetes.js";
import type { NewPod } from "../../api/new-object.js";
import { EMPTY_POD_STATUS, type PodVersion } from "../../api/pod-version.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { Expectations } from "../expectations.js";
import { FreshView } from "../fresh-view.js";
import { controllerReference } from "../owner-references.js";
import { Selectors } from "../selectors.js";
import { Timestamps } from "../timestamps.js";
import { WorkQueue } from "../work-queue.js";
import type { PodCounts } from "./pod-tally.js";
import { podsToDelete } from "./pods-to-delete.js";
import { type Membership, type ReplicaSet, ReplicaSetPods } from "./replica-set-pods.js";
import { replicaSetStatus, type ReplicaSetStatus } from "./replica-set-status.js";
import { SlowStart } from "./slow-start.js";

/** Most pods that one sync creates or deletes. */
const BURST_REPLICAS = 500;

/** A set whose name has this length leaves no room for the dash that its pods' names begin with. */
const MAX_NAME_LENGTH = 253;

/** A sync that waits for answers. */
interface Sync {
  readonly set: ReplicaSet;
  readonly membership: Membership;
  /** The pods as they were when it began. */
  counts: PodCounts;
  creation: SlowStart | null;
  unanswered: number;
  manageError: string | null;
  status: ReplicaSetStatus | null;
}

/**
 * Keeps as many pods as `spec.replicas` asks for.
 *
 *     claim pods ──► create or delete (in batches) ──► write status ──► done
 *
 * Each step begins when every write of the one before it was answered.
 * Source: Kubernetes, "ReplicaSet"; upstream's pkg/controller/replicaset.
 */
export class ReplicaSetController implements Controller {
  private readonly queue: WorkQueue;
  private readonly sets: FreshView<"ReplicaSet">;
  private readonly podInformer: Informer<"Pod">;
  private readonly pods: ReplicaSetPods;
  private readonly expectations = new Expectations();
  private readonly selectors = new Selectors();
  private readonly timestamps: Timestamps;
  private readonly syncs = new Map<number, Sync>();
  private readonly podRequests = new WeakMap<ReplicaSet["spec"], NewPod>();
  private readonly claimed: AnswerId;
  private readonly created: AnswerId;
  private readonly deleted: AnswerId;
  private readonly statusWritten: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.queue = new WorkQueue({
      engine,
      name: "replicaset",
      workers: options.workers,
      sync: (row) => this.sync(row),
    });
    this.sets = new FreshView(informers.informer("ReplicaSet"));
    this.podInformer = informers.informer("Pod");
    this.timestamps = new Timestamps(options.startTimeMs);
    this.pods = new ReplicaSetPods(
      (set) => this.selectors.of(set.spec.selector),
      (row) => this.queue.add(row),
    );
    this.claimed = client.onAnswer((outcome, row) => this.onClaimed(outcome, row));
    this.created = client.onAnswer((outcome, row) => this.onCreated(outcome, row));
    this.deleted = client.onAnswer((outcome, row, podRow) => this.onDeleted(outcome, row, podRow));
    this.statusWritten = client.onAnswer((outcome, row, attempt) =>
      this.onStatusWritten(outcome, row, attempt),
    );
  }

  start(): void {
    this.sets.start();
    this.sets.informer.addHandler({
      added: (set) => this.onSet(undefined, set),
      updated: (before, set) => this.onSet(before, set),
      deleted: (set) => {
        this.pods.removeSet(set);
        this.expectations.forget(set.row);
        this.queue.add(set.row);
      },
    });
    this.podInformer.addHandler({
      added: (pod) => this.onPodAdded(pod),
      updated: (before, pod) => this.onPodUpdated(before, pod),
      deleted: (pod) => this.onPodGone(this.pods.removePod(pod), pod.row),
    });
  }

  private onSet(before: ReplicaSet | undefined, set: ReplicaSet): void {
    this.pods.putSet(before, set);
    this.queue.add(set.row);
  }

  private onPodAdded(pod: PodVersion): void {
    const membership = this.pods.putPod(pod);
    if (membership === undefined || membership.row < 0) return;
    if (pod.deletionTimeMicros === null) this.expectations.creationObserved(membership.row);
    else this.expectations.deletionObserved(membership.row, pod.row);
    this.queue.add(membership.row);
  }

  private onPodUpdated(before: PodVersion, pod: PodVersion): void {
    const deletionBegins = before.deletionTimeMicros === null && pod.deletionTimeMicros !== null;
    if (before.ownerReferences !== pod.ownerReferences) {
      const former = this.pods.removePod(before);
      if (former !== undefined && former.row >= 0) this.queue.add(former.row);
    }
    const membership = this.pods.putPod(pod);
    if (membership === undefined || membership.row < 0) return;
    if (deletionBegins) this.expectations.deletionObserved(membership.row, pod.row);
    this.queue.add(membership.row);
  }

  private onPodGone(membership: Membership | undefined, podRow: number): void {
    if (membership === undefined || membership.row < 0) return;
    this.expectations.deletionObserved(membership.row, podRow);
    this.queue.add(membership.row);
  }

  private sync(row: number): void {
    const set = this.sets.at(row);
    if (set === undefined) {
      this.expectations.forget(row);
      this.queue.forget(row);
      this.queue.done(row);
      return;
    }
    const membership = this.pods.of(set.uid);
    const sync: Sync = {
      set,
      membership,
      counts: { replicas: 0, fullyLabeledReplicas: 0, readyReplicas: 0, availableReplicas: 0 },
      creation: null,
      unanswered: 0,
      manageError: null,
      status: null,
    };
    this.syncs.set(row, sync);
    this.claim(sync);
    if (sync.unanswered === 0) this.manage(sync);
  }

  /** Adopts pods that match and have no controller; lets go of those that match no longer. */
  private claim(sync: Sync): void {
    const { set, membership } = sync;
    if (set.deletionTimeMicros !== null) return;
    if (membership.tally.mismatched > 0) {
      for (const pod of membership.tally.mismatchedList()) {
        const others = pod.ownerReferences.filter((owner) => owner.uid !== set.uid);
        this.patchOwners(sync, pod, others);
      }
    }
    if (membership.adoptable.size === 0) return;
    for (const pod of membership.adoptable.values()) {
      const owner = controllerReference(set);
      this.patchOwners(sync, pod, [...pod.ownerReferences, owner]);
    }
    membership.adoptable.clear();
  }

  private patchOwners(
    sync: Sync,
    target: PodVersion,
    ownerReferences: readonly OwnerReference[],
  ): void {
    sync.unanswered += 1;
    const request = { verb: "patch", target, change: { ownerReferences } } as const;
    this.options.client.submit(request, this.claimed, sync.set.row);
  }

  private onClaimed(outcome: Outcome, row: number): void {
    const sync = this.syncOf(row);
    sync.unanswered -= 1;
    if (outcome.ok) this.pods.putPod(outcome.object as PodVersion);
    else if (outcome.reason !== "NotFound") sync.manageError = outcome.message;
    if (sync.unanswered > 0) return;
    if (sync.manageError === null) this.manage(sync);
    else this.finish(sync, true);
  }

  private manage(sync: Sync): void {
    const { set, membership } = sync;
    const now = this.options.engine.now;
    sync.counts = membership.tally.counts(set.spec.minReadySeconds ?? 0, now);
    if (set.deletionTimeMicros === null && this.expectations.satisfied(set.row, now)) {
      const missing = (set.spec.replicas ?? 1) - sync.counts.replicas;
      if (missing > 0) this.createPods(sync, Math.min(missing, BURST_REPLICAS));
      if (missing < 0) this.deletePods(sync, Math.min(-missing, BURST_REPLICAS));
    }
    if (sync.unanswered === 0 && sync.creation === null) this.writeStatus(sync);
  }

  private createPods(sync: Sync, count: number): void {
    this.expectations.expectCreations(sync.set.row, count, this.options.engine.now);
    sync.creation = new SlowStart(count);
    sync.unanswered = count;
    this.createBatch(sync, sync.creation);
  }

  private createBatch(sync: Sync, creation: SlowStart): void {
    const count = creation.nextBatch();
    if (count === 0) {
      // What was never asked for will never be seen; a failed creation was taken off already.
      this.expectations.creationObserved(sync.set.row, sync.unanswered);
      sync.unanswered = 0;
      this.writeStatus(sync);
      return;
    }
    const request = { verb: "create", object: this.podOf(sync.set) } as const;
    for (let i = 0; i < count; i++) {
      this.options.client.submit(request, this.created, sync.set.row);
    }
  }

  private onCreated(outcome: Outcome, row: number): void {
    const sync = this.syncOf(row);
    const creation = sync.creation;
    assert(creation !== null, "a pod was created for a sync that creates none");
    sync.unanswered -= 1;
    if (outcome.ok) {
      this.event(sync.set, "Normal", "SuccessfulCreate", `Created pod: ${outcome.object.name}`);
    } else if (outcome.cause !== "NamespaceTerminating") {
      this.expectations.creationObserved(row);
      sync.manageError ??= outcome.message;
      this.event(sync.set, "Warning", "FailedCreate", `Error creating: ${outcome.message}`);
    }
    const good = outcome.ok || outcome.cause === "NamespaceTerminating";
    if (creation.answered(good)) this.createBatch(sync, creation);
  }

  private deletePods(sync: Sync, count: number): void {
    const { set, membership } = sync;
    const { engine, client } = this.options;
    const ties = engine.streams.stream("control/replicaset/ties");
    const related: PodVersion[] = [];
    for (const tally of this.pods.relatedTo(set)) related.push(...tally.activePods());
    const chosen = podsToDelete(
      membership.tally.activePods(),
      related,
      count,
      { podDeletionCost: true, logarithmicScaleDown: true, nowMicros: engine.now },
      () => ties.next(),
    );
    const rows = chosen.map((pod) => pod.row);
    this.expectations.expectDeletions(set.row, rows, engine.now);
    sync.unanswered = chosen.length;
    for (const pod of chosen) {
      client.submit({ verb: "delete", target: pod }, this.deleted, set.row, pod.row);
    }
  }

  private onDeleted(outcome: Outcome, row: number, podRow: number): void {
    const sync = this.syncOf(row);
    sync.unanswered -= 1;
    if (outcome.ok) {
      this.event(sync.set, "Normal", "SuccessfulDelete", `Deleted pod: ${outcome.object.name}`);
    } else {
      this.expectations.deletionObserved(row, podRow);
      if (outcome.reason !== "NotFound") {
        sync.manageError ??= outcome.message;
        this.event(sync.set, "Warning", "FailedDelete", `Error deleting: ${outcome.message}`);
      }
    }
    if (sync.unanswered === 0) this.writeStatus(sync);
  }

  private writeStatus(sync: Sync): void {
    const { set } = sync;
    const status = replicaSetStatus({
      current: set.status,
      counts: sync.counts,
      generation: set.generation,
      desired: set.spec.replicas ?? 1,
      manageError: sync.manageError,
      now: this.timestamps.textOf(this.options.engine.now),
    });
    if (status === set.status) {
      this.finish(sync, sync.manageError !== null);
      return;
    }
    sync.status = status;
    const request = { verb: "update", base: set, change: { status } } as const;
    this.options.client.submit(request, this.statusWritten, set.row, 0);
  }

  private onStatusWritten(outcome: Outcome, row: number, attempt: number): void {
    const sync = this.syncOf(row);
    if (outcome.ok) {
      this.sets.wrote(outcome.object as ReplicaSet);
    } else if (outcome.reason === "Conflict" && attempt === 0) {
      // Once more, over whatever version is newest now.
      const request = {
        verb: "patch",
        target: sync.set,
        change: { status: sync.status },
      } as const;
      this.options.client.submit(request, this.statusWritten, row, attempt + 1);
      return;
    }
    const gone = !outcome.ok && outcome.reason === "NotFound";
    this.finish(sync, !gone && (!outcome.ok || sync.manageError !== null));
  }

  private finish(sync: Sync, failed: boolean): void {
    const { row, spec } = sync.set;
    const minReadySeconds = spec.minReadySeconds ?? 0;
    this.syncs.delete(row);
    if (failed) {
      this.queue.addRateLimited(row);
    } else {
      this.queue.forget(row);
      if (minReadySeconds > 0 && sync.counts.readyReplicas > sync.counts.availableReplicas) {
        const now = this.options.engine.now;
        const next = sync.membership.tally.nextAvailability(minReadySeconds, now);
        this.queue.addAfter(row, next === null ? 0 : next - now);
      }
    }
    this.queue.done(row);
  }

  /** The pod that the set's template makes: one request for all, so that pods share what it holds. */
  private podOf(set: ReplicaSet): NewPod {
    let pod = this.podRequests.get(set.spec);
    if (pod === undefined) {
      const { metadata, spec = { containers: [] } } = set.spec.template ?? {};
      pod = {
        kind: "Pod",
        namespace: set.namespace,
        name: "",
        generateName: set.name.length < MAX_NAME_LENGTH ? `${set.name}-` : set.name,
        deletionTimeMicros: null,
        deletionGracePeriodSeconds: null,
        labels: metadata?.labels ?? {},
        annotations: metadata?.annotations ?? {},
        ownerReferences: [controllerReference(set)],
        finalizers: metadata?.finalizers ?? [],
        spec,
        nodeName: spec.nodeName ?? "",
        nominatedNodeName: "",
        phase: "Pending",
        status: EMPTY_POD_STATUS,
      };
      this.podRequests.set(set.spec, pod);
    }
    return pod;
  }

  private syncOf(row: number): Sync {
    const sync = this.syncs.get(row);
    assert(sync !== undefined, "an answer came for a sync that is over");
    return sync;
  }

  private event(set: ReplicaSet, type: "Normal" | "Warning", reason: string, message: string) {
    this.options.observer.event(type, reason, set, message, this.options.engine.now);
  }
}
