import type { AnyVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { AnswerId } from "../../store/client.js";
import type { Outcome } from "../../store/outcome.js";
import type { WriteRequest } from "../../store/request.js";
import { type Controller, type ControllerOptions, featuresFor } from "../controller.js";
import { ClaimWrites } from "../controller-revisions/claim-writes.js";
import type { ControllerRevision } from "../controller-revisions/template-revision.js";
import { SlowStart } from "../slow-start.js";
import { StatusWrites } from "../status-writes.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { microsOfSeconds } from "../timestamps.js";
import {
  type DaemonRevisions,
  revisionsOf,
  revisionWrites,
  surplusRevisions,
} from "./daemon-history.js";
import { DaemonPods, type DaemonSet } from "./daemon-pods.js";
import { DaemonSetCache } from "./daemon-set-cache.js";
import { daemonSetStatus, type DaemonSetStatus } from "./daemon-set-status.js";
import {
  type DaemonSetFeatures,
  type DaemonView,
  isRollingUpdate,
  podsByNode,
} from "./daemon-view.js";
import { FailedPodsBackoff } from "./failed-pods-backoff.js";
import { manage, type PodChanges } from "./manage.js";
import { rollingUpdate } from "./rolling-update.js";

/** Most pods that one step of a sync makes, and most that it deletes. */
const BURST = 250;

type Stage = "fresh" | "revision" | "manage" | "create" | "delete" | "roll" | "history" | "status";

/** A sync that is under way. */
interface Sync {
  readonly set: DaemonSet;
  stage: Stage | "end";
  /** What comes once pods are made and deleted. */
  next: Stage;
  revisions: DaemonRevisions | null;
  /** Nodes that are still to get a pod. */
  nodesInNeed: readonly string[];
  surplus: readonly PodVersion[];
  creation: SlowStart | null;
  /** Everything that was asked for earlier had been seen when the sync began. */
  acts: boolean;
  failed: boolean;
  status: DaemonSetStatus | null;
}

/**
 * Keeps a pod of a DaemonSet on every node that is for it.
 *
 *     claim pods ─► find or make the revision ─► manage ─► rolling update ─► history ─► status
 *                                                  └── make pods, delete pods ──┘
 *
 * Source: Kubernetes, "DaemonSet"; upstream's pkg/controller/daemon.
 */
export class DaemonSetController implements Controller {
  private readonly syncs: Syncs<Sync>;
  private readonly cache: DaemonSetCache;
  private readonly features: DaemonSetFeatures;
  private readonly backoff = new FailedPodsBackoff();
  private readonly podRequests = new DaemonPods();
  private readonly claims: ClaimWrites<Sync, "DaemonSet">;
  private readonly revisionWritten: AnswerId;
  private readonly created: AnswerId;
  private readonly deleted: AnswerId;
  /** Receives what is of no further interest unless it fails. */
  private readonly alsoWritten: AnswerId;
  private readonly statuses: StatusWrites<Sync>;

  constructor(private readonly options: ControllerOptions) {
    const { engine, client, workers } = options;
    this.features = featuresFor(options);
    this.syncs = new Syncs<Sync>({
      engine,
      client,
      name: "daemonset",
      workers,
      begin: (row) => this.begin(row),
      step: (sync) => this.step(sync),
    });
    this.cache = new DaemonSetCache(options, this.features, {
      enqueue: (row) => this.syncs.add(row),
      becameReady: (set) => this.lookWhenAvailable(set),
      removed: (set) => this.backoff.forget(set.row),
    });
    const { syncs } = this;
    this.revisionWritten = syncs.onAnswer((sync, outcome, request) =>
      this.onRevisionWritten(sync, outcome, request),
    );
    this.created = syncs.onAnswer((sync, outcome) => this.onCreated(sync, outcome));
    this.deleted = syncs.onAnswer((sync, outcome, _request, _row, podRow) =>
      this.onDeleted(sync, outcome, podRow),
    );
    this.alsoWritten = syncs.onAnswer((sync, outcome) => {
      if (!outcome.ok && outcome.reason !== "NotFound") sync.failed = true;
    });
    const answers = {
      wrote: (sync: Sync, object: AnyVersion) => this.cache.ownWrites.wrote(sync.set.row, object),
      failed: fail,
      refused: fail,
    };
    const { pods, history } = this.cache;
    const { revisionWritten } = this;
    this.claims = new ClaimWrites({ syncs, pods, history, revisionWritten, ...answers });
    this.statuses = new StatusWrites(syncs, answers);
  }

  start(): void {
    this.cache.start();
  }

  private begin(row: number): Sync | null {
    const set = this.cache.sets.at(row);
    if (set === undefined) return null;
    return {
      set,
      stage: "fresh",
      next: "status",
      revisions: null,
      nodesInNeed: [],
      surplus: [],
      creation: null,
      acts: true,
      failed: false,
      status: null,
    };
  }

  private step(sync: Sync): StepEnd {
    switch (sync.stage) {
      case "fresh":
        return this.claim(sync);
      case "revision":
        return this.findRevision(sync);
      case "manage":
        return this.manage(sync);
      case "create":
        return this.createBatch(sync);
      case "delete":
        return this.deletePods(sync);
      case "roll":
        return this.roll(sync);
      case "history":
        return this.cleanUpHistory(sync);
      case "status":
        return this.writeStatus(sync);
      case "end":
        return this.end(sync);
    }
  }

  /** Adopts revisions and pods that the selector matches, and lets go of pods that it does not. */
  private claim(sync: Sync): StepEnd {
    const { set } = sync;
    const waits = this.features.StaleControllerConsistencyDaemonSet;
    if (waits && !this.cache.ownWrites.allSeen(set.row)) return "retry";
    const selector = this.cache.selectors.of(set.spec.selector);
    if (selector.matchesEverything) {
      const message = "This daemon set is selecting all pods. A non-empty selector is required.";
      this.event(set, "Warning", "SelectingAll", message);
      return "done";
    }
    if (set.deletionTimeMicros !== null) return "done";
    sync.stage = "revision";
    this.claims.send(set, selector);
    return "go on";
  }

  private findRevision(sync: Sync): StepEnd {
    if (sync.failed) return "retry";
    const { set } = sync;
    const requests = revisionWrites(set, this.cache.history, this.cache.pods.of(set));
    if (requests.length > 0) {
      for (const request of requests) this.syncs.send(set.row, this.revisionWritten, request);
      return "go on";
    }
    sync.revisions = revisionsOf(set, this.cache.history);
    sync.acts = this.cache.expectations.satisfied(set.row, this.options.engine.now);
    sync.stage = sync.acts ? "manage" : "status";
    return "go on";
  }

  private onRevisionWritten(sync: Sync, outcome: Outcome, request: WriteRequest): void {
    const { set } = sync;
    if (outcome.ok) {
      if (outcome.object.kind === "Pod") this.cache.ownWrites.wrote(set.row, outcome.object);
      else if (request.verb !== "delete") {
        this.cache.history.wrote(outcome.object as ControllerRevision);
      }
      // Duplicates are gone once the watch says so.
      if (request.verb === "delete") sync.failed = true;
      return;
    }
    sync.failed = true;
    if (outcome.reason === "AlreadyExists" && request.verb === "create") {
      this.onNameTaken(sync, request.object.name);
    }
  }

  /** Another template's revision has the name: the count of collisions goes up, and the hash changes. */
  private onNameTaken({ set }: Sync, name: string): void {
    const taken = this.cache.history.find(set.namespace, name);
    if (taken === undefined || this.cache.history.holds(taken, set.spec.template)) return;
    const collisionCount = (set.status.collisionCount ?? 0) + 1;
    const change = { status: { ...set.status, collisionCount } };
    this.syncs.send(set.row, this.alsoWritten, { verb: "update", base: set, change });
  }

  private viewOf({ set, revisions }: Sync): DaemonView {
    const nodes = [...this.cache.nodes.values()];
    return {
      set,
      hash: revisions!.hash,
      nodes,
      podsOn: podsByNode(nodes, this.cache.pods.of(set), this.features),
      fitness: (node) => this.cache.fitness.of(set, node),
      features: this.features,
      nowMicros: this.options.engine.now,
    };
  }

  private manage(sync: Sync): StepEnd {
    const plan = manage(this.viewOf(sync), this.backoff);
    for (const { type, reason, message } of plan.told) this.event(sync.set, type, reason, message);
    if (plan.againAfterMicros !== null) this.syncs.addAfter(sync.set.row, plan.againAfterMicros);
    return this.change(sync, plan, "roll");
  }

  /** Makes and deletes pods, and goes on with `next`. */
  private change(sync: Sync, { nodesInNeed, surplus }: PodChanges, next: Stage): StepEnd {
    sync.nodesInNeed = nodesInNeed.slice(0, BURST);
    sync.surplus = surplus.slice(0, BURST);
    sync.creation = new SlowStart(sync.nodesInNeed.length);
    sync.next = next;
    sync.stage = "create";
    const expected = {
      creations: sync.nodesInNeed.length,
      podRows: sync.surplus.map(({ row }) => row),
    };
    this.cache.expectations.expect(sync.set.row, expected, this.options.engine.now);
    return "go on";
  }

  private createBatch(sync: Sync): StepEnd {
    const { set, creation, revisions } = sync;
    const count = creation!.nextBatch();
    for (const nodeName of sync.nodesInNeed.slice(0, count)) {
      const object = this.podRequests.of(set, revisions!.hash, nodeName);
      this.syncs.send(set.row, this.created, { verb: "create", object });
    }
    sync.nodesInNeed = sync.nodesInNeed.slice(count);
    if (count > 0) return "go on";
    // What was never asked for will never be seen.
    this.cache.expectations.creationObserved(set.row, creation!.remaining);
    sync.stage = "delete";
    return "go on";
  }

  private onCreated(sync: Sync, outcome: Outcome): void {
    const { set } = sync;
    const good = outcome.ok || outcome.cause === "NamespaceTerminating";
    sync.creation!.answered(good);
    if (outcome.ok) {
      this.cache.ownWrites.wrote(set.row, outcome.object);
      this.event(set, "Normal", "SuccessfulCreate", `Created pod: ${outcome.object.name}`);
    } else if (!good) {
      this.cache.expectations.creationObserved(set.row);
      sync.failed = true;
      this.event(set, "Warning", "FailedCreate", `Error creating: ${outcome.message}`);
    }
  }

  private deletePods(sync: Sync): StepEnd {
    for (const pod of sync.surplus) {
      this.syncs.send(sync.set.row, this.deleted, { verb: "delete", target: pod }, pod.row);
    }
    sync.surplus = [];
    sync.stage = sync.next;
    return "go on";
  }

  private onDeleted(sync: Sync, outcome: Outcome, podRow: number): void {
    const { set } = sync;
    if (outcome.ok) {
      this.event(set, "Normal", "SuccessfulDelete", `Deleted pod: ${outcome.object.name}`);
      return;
    }
    this.cache.expectations.deletionObserved(set.row, podRow);
    if (outcome.reason === "NotFound") return;
    sync.failed = true;
    this.event(set, "Warning", "FailedDelete", `Error deleting: ${outcome.message}`);
  }

  /** Rolls on only when nothing is outstanding. */
  private roll(sync: Sync): StepEnd {
    const { set } = sync;
    sync.stage = sync.failed ? "status" : "history";
    if (sync.failed || !isRollingUpdate(set)) return "go on";
    if (!this.cache.expectations.satisfied(set.row, this.options.engine.now)) return "go on";
    return this.change(sync, rollingUpdate(this.viewOf(sync)), "history");
  }

  private cleanUpHistory(sync: Sync): StepEnd {
    const { set, revisions, failed } = sync;
    sync.stage = "status";
    if (failed) return "go on";
    const pods = this.cache.pods.of(set);
    for (const target of surplusRevisions(set, revisions!.old, pods)) {
      this.syncs.send(set.row, this.alsoWritten, { verb: "delete", target });
    }
    return "go on";
  }

  private writeStatus(sync: Sync): StepEnd {
    const { set, acts } = sync;
    sync.stage = "end";
    const status = daemonSetStatus(this.viewOf(sync), acts);
    sync.status = status;
    this.statuses.send(set, status);
    return "go on";
  }

  private end({ set, status, failed }: Sync): StepEnd {
    const { minReadySeconds = 0 } = set.spec;
    if (minReadySeconds > 0 && (status?.numberReady ?? 0) !== (status?.numberAvailable ?? 0)) {
      this.syncs.addAfter(set.row, microsOfSeconds(minReadySeconds));
    }
    return failed ? "retry" : "done";
  }

  private lookWhenAvailable({ row, spec }: DaemonSet): void {
    const { minReadySeconds = 0 } = spec;
    if (minReadySeconds === 0) return;
    this.syncs.addAfter(row, microsOfSeconds(minReadySeconds) + MICROS_PER_SECOND);
  }

  private event(set: DaemonSet, type: "Normal" | "Warning", reason: string, message: string) {
    this.options.observer.event(type, reason, set, message, this.options.engine.now);
  }
}

function fail(sync: Sync): void {
  sync.failed = true;
}
