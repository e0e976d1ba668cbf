import type { OwnerReference } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import type { NewPod } from "../../api/new-object.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import { type Controller, type ControllerOptions, featuresFor } from "../controller.js";
import { Expectations } from "../expectations.js";
import { FreshView } from "../fresh-view.js";
import { controllerReference } from "../owner-references.js";
import { Selectors } from "../selectors.js";
import { SlowStart } from "../slow-start.js";
import { StatusWrites } from "../status-writes.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { templatePod } from "../template-pod.js";
import { Timestamps } from "../timestamps.js";
import type { PodCounts } from "./pod-tally.js";
import { podsToDelete } from "./pods-to-delete.js";
import {
  type Membership,
  type ReplicaSet,
  ReplicaSetPods,
  type ReplicatedKind,
} from "./replica-set-pods.js";
import { replicaSetStatus, type StatusTelling } from "./replica-set-status.js";

const NO_PODS: PodCounts = Object.freeze({
  replicas: 0,
  fullyLabeledReplicas: 0,
  readyReplicas: 0,
  availableReplicas: 0,
  terminatingReplicas: 0,
});

/** Most pods that one sync creates or deletes. */
const BURST_REPLICAS = 500;

/** What differs between the kinds whose pods this controller keeps. */
export interface Replicated {
  readonly kind: ReplicatedKind;
  /** Of its queue and its random streams; unique in the run. */
  readonly name: string;
  /** Whether its status can tell how many pods are on their way out. */
  readonly tellsTerminating: boolean;
  selectorOf(set: ReplicaSet): Selector;
}

/** A sync that is under way. */
interface Sync {
  readonly set: ReplicaSet;
  readonly membership: Membership;
  /** What comes next. */
  stage: "claim" | "manage" | "create" | "status" | "end";
  /** The pods as they were when they were counted. */
  counts: PodCounts;
  /** The creations under way. */
  creation: SlowStart | null;
  /** What went wrong with the pods. */
  manageError: string | null;
  statusRefused: boolean;
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
  private readonly syncs: Syncs<Sync>;
  private readonly sets: FreshView<ReplicatedKind>;
  private readonly podInformer: Informer<"Pod">;
  private readonly pods: ReplicaSetPods;
  private readonly expectations = new Expectations();
  private readonly timestamps: Timestamps;
  private readonly telling: StatusTelling;
  private readonly podRequests = new WeakMap<ReplicaSet["spec"], NewPod>();
  private readonly claimed: AnswerId;
  private readonly created: AnswerId;
  private readonly deleted: AnswerId;
  private readonly statuses: StatusWrites<Sync>;

  constructor(
    private readonly options: ControllerOptions,
    private readonly replicated: Replicated = replicaSets(),
  ) {
    const { engine, informers, client, workers } = options;
    this.syncs = new Syncs<Sync>({
      engine,
      client,
      name: replicated.name,
      workers,
      begin: (row) => this.begin(row),
      step: (sync) => this.step(sync),
    });
    this.sets = new FreshView(informers.informer<ReplicatedKind>(replicated.kind));
    this.podInformer = informers.informer("Pod");
    this.timestamps = new Timestamps(options.startTimeMs);
    const features = featuresFor(options);
    this.telling = {
      tellsTerminating:
        replicated.tellsTerminating && features.DeploymentReplicaSetTerminatingReplicas,
      now: () => this.timestamps.textOf(options.engine.now),
    };
    this.pods = new ReplicaSetPods(
      replicated.kind,
      (set) => replicated.selectorOf(set),
      (row) => this.syncs.add(row),
    );
    this.claimed = this.syncs.onAnswer((sync, outcome) => this.onClaimed(sync, outcome));
    this.created = this.syncs.onAnswer((sync, outcome) => this.onCreated(sync, outcome));
    this.deleted = this.syncs.onAnswer((sync, outcome, _request, _row, podRow) =>
      this.onDeleted(sync, outcome, podRow),
    );
    this.statuses = new StatusWrites(this.syncs, {
      wrote: (_sync, object) => this.sets.wrote(object as ReplicaSet),
      refused: (sync, { reason }) => {
        if (reason === "NotFound") sync.manageError = null;
        else sync.statusRefused = true;
      },
    });
  }

  start(): void {
    this.sets.start();
    this.sets.informer.addHandler({
      added: (set) => this.onSet(undefined, set),
      updated: (before, set) => this.onSet(before, set),
      deleted: (set) => {
        this.pods.removeSet(set);
        this.expectations.forget(set.row);
        this.syncs.add(set.row);
      },
    });
    this.podInformer.addHandler(
      {
        added: (pod) => this.onPodAdded(pod),
        updated: (before, pod) => this.onPodUpdated(before, pod),
        deleted: (pod) => this.onPodGone(this.pods.removePod(pod), pod.row),
      },
      this.replicated.kind,
    );
  }

  private onSet(before: ReplicaSet | undefined, set: ReplicaSet): void {
    this.pods.putSet(before, set);
    this.syncs.add(set.row);
  }

  private onPodAdded(pod: PodVersion): void {
    const membership = this.pods.putPod(pod);
    if (membership === undefined || membership.row < 0) return;
    if (pod.deletionTimeMicros === null) this.expectations.creationObserved(membership.row);
    else this.expectations.deletionObserved(membership.row, pod.row);
    this.syncs.add(membership.row);
  }

  private onPodUpdated(before: PodVersion, pod: PodVersion): void {
    const deletionBegins = before.deletionTimeMicros === null && pod.deletionTimeMicros !== null;
    if (before.ownerReferences !== pod.ownerReferences) {
      const former = this.pods.removePod(before);
      if (former !== undefined && former.row >= 0) this.syncs.add(former.row);
    }
    const membership = this.pods.putPod(pod);
    if (membership === undefined || membership.row < 0) return;
    if (deletionBegins) this.expectations.deletionObserved(membership.row, pod.row);
    this.syncs.add(membership.row);
  }

  private onPodGone(membership: Membership | undefined, podRow: number): void {
    if (membership === undefined || membership.row < 0) return;
    this.expectations.deletionObserved(membership.row, podRow);
    this.syncs.add(membership.row);
  }

  private begin(row: number): Sync | null {
    const set = this.sets.at(row);
    if (set === undefined) {
      this.expectations.forget(row);
      return null;
    }
    return {
      set,
      membership: this.pods.of(set.uid),
      stage: "claim",
      counts: NO_PODS,
      creation: null,
      manageError: null,
      statusRefused: false,
    };
  }

  private step(sync: Sync): StepEnd {
    switch (sync.stage) {
      case "claim":
        sync.stage = "manage";
        this.claim(sync);
        return "go on";
      case "manage":
        if (sync.manageError !== null) return "retry";
        sync.stage = "status";
        this.manage(sync);
        return "go on";
      case "create":
        this.createBatch(sync);
        return "go on";
      case "status":
        sync.stage = "end";
        this.writeStatus(sync);
        return "go on";
      case "end":
        return this.end(sync);
    }
  }

  /** Adopts pods that match and have no controller; lets go of those that match no longer. */
  private claim(sync: Sync): void {
    const { set, membership } = sync;
    if (set.deletionTimeMicros !== null) return;
    if (membership.tally.mismatched > 0) this.letGo(sync);
    if (membership.adoptable.size === 0) return;
    for (const pod of membership.adoptable.values()) {
      const owner = controllerReference(set);
      this.patchOwners(sync, pod, [...pod.ownerReferences, owner]);
    }
    membership.adoptable.clear();
  }

  private letGo(sync: Sync): void {
    const { set, membership } = sync;
    for (const pod of membership.tally.mismatchedList()) {
      const others = pod.ownerReferences.filter((owner) => owner.uid !== set.uid);
      this.patchOwners(sync, pod, others);
    }
  }

  private patchOwners(
    sync: Sync,
    target: PodVersion,
    ownerReferences: readonly OwnerReference[],
  ): void {
    const request = { verb: "patch", target, change: { ownerReferences } } as const;
    this.syncs.send(sync.set.row, this.claimed, request);
  }

  private onClaimed(sync: Sync, outcome: Outcome): void {
    if (outcome.ok) this.pods.putPod(outcome.object as PodVersion);
    else if (outcome.reason !== "NotFound") sync.manageError = outcome.message;
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
  }

  private createPods(sync: Sync, count: number): void {
    this.expectations.expectCreations(sync.set.row, count, this.options.engine.now);
    sync.creation = new SlowStart(count);
    sync.stage = "create";
  }

  private createBatch(sync: Sync): void {
    const { set, creation } = sync;
    const count = creation?.nextBatch() ?? 0;
    const request = { verb: "create", object: this.podOf(set) } as const;
    for (let i = 0; i < count; i++) this.syncs.send(set.row, this.created, request);
    if (count > 0) return;
    // What was never asked for will never be seen; a failed creation was taken off already.
    this.expectations.creationObserved(set.row, creation?.remaining ?? 0);
    sync.stage = "status";
  }

  private onCreated(sync: Sync, outcome: Outcome): void {
    const good = outcome.ok || outcome.cause === "NamespaceTerminating";
    sync.creation?.answered(good);
    if (outcome.ok) {
      this.event(sync.set, "Normal", "SuccessfulCreate", `Created pod: ${outcome.object.name}`);
    } else if (!good) {
      this.expectations.creationObserved(sync.set.row);
      sync.manageError ??= outcome.message;
      this.event(sync.set, "Warning", "FailedCreate", `Error creating: ${outcome.message}`);
    }
  }

  private deletePods(sync: Sync, count: number): void {
    const { set, membership } = sync;
    const { engine } = this.options;
    const ties = engine.streams.stream(`control/${this.replicated.name}/ties`);
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
    for (const pod of chosen) {
      this.syncs.send(set.row, this.deleted, { verb: "delete", target: pod }, pod.row);
    }
  }

  private onDeleted(sync: Sync, outcome: Outcome, podRow: number): void {
    if (outcome.ok) {
      this.event(sync.set, "Normal", "SuccessfulDelete", `Deleted pod: ${outcome.object.name}`);
      return;
    }
    this.expectations.deletionObserved(sync.set.row, podRow);
    if (outcome.reason === "NotFound") return;
    sync.manageError ??= outcome.message;
    this.event(sync.set, "Warning", "FailedDelete", `Error deleting: ${outcome.message}`);
  }

  private writeStatus(sync: Sync): void {
    this.statuses.send(sync.set, replicaSetStatus(sync.set, sync, this.telling));
  }

  private end({ set, counts, membership, statusRefused, manageError }: Sync): StepEnd {
    if (statusRefused || manageError !== null) return "retry";
    const minReadySeconds = set.spec.minReadySeconds ?? 0;
    if (minReadySeconds > 0 && counts.readyReplicas > counts.availableReplicas) {
      const { now } = this.options.engine;
      const next = membership.tally.nextAvailability(minReadySeconds, now);
      this.syncs.addAfter(set.row, next === null ? 0 : next - now);
    }
    return "done";
  }

  /** The pod that the set's template makes: one request for all, so that pods share what it holds. */
  private podOf(set: ReplicaSet): NewPod {
    let pod = this.podRequests.get(set.spec);
    if (pod === undefined) {
      pod = templatePod(set, set.spec.template);
      this.podRequests.set(set.spec, pod);
    }
    return pod;
  }

  private event(set: ReplicaSet, type: "Normal" | "Warning", reason: string, message: string) {
    this.options.observer.event(type, reason, set, message, this.options.engine.now);
  }
}

function replicaSets(): Replicated {
  const selectors = new Selectors();
  return {
    kind: "ReplicaSet",
    name: "replicaset",
    tellsTerminating: true,
    selectorOf: ({ spec }) => selectors.of(spec.selector),
  };
}
