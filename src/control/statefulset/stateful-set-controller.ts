import type { AnyVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { AnswerId } from "../../store/client.js";
import type { Outcome } from "../../store/outcome.js";
import type { WriteRequest } from "../../store/request.js";
import { type Controller, type ControllerOptions, featuresFor } from "../controller.js";
import { ClaimWrites } from "../controller-revisions/claim-writes.js";
import type { ControllerRevision } from "../controller-revisions/template-revision.js";
import { availableAt } from "../pod-availability.js";
import { StatusWrites } from "../status-writes.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { microsOfSeconds } from "../timestamps.js";
import { revisionOf, type StatefulSet } from "./identity.js";
import { IdleSyncs } from "./idle-syncs.js";
import { type Places, placesOf, talliedPlaces } from "./places.js";
import type { PodTask, PodWrite } from "./pod-tasks.js";
import type { SetTally } from "./set-tally.js";
import { StatefulEvents } from "./stateful-events.js";
import { type Phase, statefulPlan } from "./stateful-plan.js";
import { StatefulPods } from "./stateful-pods.js";
import { KnownRevisions, type Revisions, revisionWrite } from "./stateful-revisions.js";
import { StatefulSetCache } from "./stateful-set-cache.js";
import {
  type Moved,
  mayHaveSurplus,
  type StatefulSetStatus,
  statefulSetStatus,
  surplusRevisions,
} from "./stateful-set-status.js";
import type { StatefulSetFeatures, StatefulView } from "./stateful-view.js";
import { TaskRun } from "./task-run.js";

/** A sync that is under way. */
interface Sync {
  readonly set: StatefulSet;
  stage: "claim" | "revisions" | "plan" | "phases" | "status" | "history" | "end";
  revisions: Revisions | null;
  view: StatefulView | null;
  /** Where the figures that are kept tell all, nothing is looked up here. */
  pods: readonly PodVersion[];
  /** Those figures, where the sync has gone by them. */
  tally: SetTally | null;
  /** Whether it has written anything, or told. */
  acted: boolean;
  places: Places | null;
  phases: readonly Phase[];
  run: TaskRun | null;
  readonly moved: Moved;
  status: StatefulSetStatus | null;
  /** Something went wrong: what can still be done is done, and the sync is tried again. */
  failed: boolean;
}

/**
 * Keeps the pods of a StatefulSet, each with its own name and claims.
 *
 *     claim pods ─► find or make the revision ─► pods, phase by phase ─► status ─► history
 *
 * Source: Kubernetes, "StatefulSets"; upstream's pkg/controller/statefulset.
 */
export class StatefulSetController implements Controller {
  private readonly syncs: Syncs<Sync>;
  private readonly cache: StatefulSetCache;
  private readonly idle = new IdleSyncs();
  private readonly revisions: KnownRevisions;
  private readonly features: StatefulSetFeatures;
  private readonly events: StatefulEvents;
  private readonly newPods: StatefulPods;
  private readonly claims: ClaimWrites<Sync, "StatefulSet">;
  private readonly revisionWritten: AnswerId;
  private readonly taskWritten: AnswerId;
  private readonly statuses: StatusWrites<Sync>;
  private readonly revisionDeleted: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, client, workers } = options;
    this.features = featuresFor(options);
    this.events = new StatefulEvents(options, this.features.StatefulSetEventsCapitalised);
    this.newPods = new StatefulPods(this.features.PodIndexLabel);
    this.syncs = new Syncs<Sync>({
      engine,
      client,
      name: "statefulset",
      workers,
      begin: (row) => this.begin(row),
      step: (sync) => this.step(sync),
    });
    this.cache = new StatefulSetCache(options, {
      enqueue: (row) => this.syncs.add(row),
      becameReady: (set) => this.lookWhenAvailable(set),
      gone: ({ uid }) => this.newPods.forget(uid),
    });
    this.revisions = new KnownRevisions(this.cache.history);
    const { syncs } = this;
    this.revisionWritten = syncs.onAnswer((sync, outcome, request) =>
      this.onRevisionWritten(sync, outcome, request),
    );
    this.taskWritten = syncs.onAnswer((sync, outcome, _request, _row, index) =>
      sync.run!.answered(index, outcome),
    );
    const answers = {
      wrote: (sync: Sync, object: AnyVersion) => this.noteWrite(sync, object),
      failed: fail,
      refused: fail,
    };
    const { pods, history } = this.cache;
    const { revisionWritten } = this;
    this.claims = new ClaimWrites({ syncs, pods, history, revisionWritten, ...answers });
    this.statuses = new StatusWrites(syncs, answers);
    this.revisionDeleted = syncs.onAnswer((sync, outcome) => {
      if (!outcome.ok && outcome.reason !== "NotFound") sync.failed = true;
    });
  }

  start(): void {
    this.cache.start();
  }

  private begin(row: number): Sync | null | "retry" {
    const set = this.cache.sets.at(row);
    if (set === undefined) return null;
    if (!this.knowsOwnWrites(set)) return "retry";
    if (this.isIdle(set)) return null;
    return {
      set,
      stage: "claim",
      revisions: null,
      view: null,
      pods: NO_PODS,
      tally: null,
      acted: false,
      places: null,
      phases: [],
      run: null,
      moved: {
        created: 0,
        createdCurrent: 0,
        createdUpdate: 0,
        deletedForUpdate: 0,
        collisionCount: set.status.collisionCount ?? 0,
      },
      status: null,
      failed: false,
    };
  }

  private step(sync: Sync): StepEnd {
    switch (sync.stage) {
      case "claim":
        sync.stage = "revisions";
        return this.claim(sync);
      case "revisions":
        return this.findRevisions(sync);
      case "plan":
        sync.stage = "phases";
        return this.plan(sync);
      case "phases":
        return this.proceed(sync);
      case "status":
        sync.stage = "history";
        return this.writeStatus(sync);
      case "history":
        sync.stage = "end";
        return this.truncateHistory(sync);
      case "end":
        return this.end(sync);
    }
  }

  private knowsOwnWrites(set: StatefulSet): boolean {
    if (!this.features.StaleControllerConsistencyStatefulSet) return true;
    return this.cache.ownWrites.allSeen(set.row);
  }

  /** Whether the last sync found nothing to do, and this one would not either. */
  private isIdle(set: StatefulSet): boolean {
    const { pods, tallies, history } = this.cache;
    if (pods.mayClaim(set)) return false;
    return this.idle.isAsLast(set, tallies.of(set.uid), history.version);
  }

  /** Adopts revisions and pods that are the set's by label and name, and lets go of those that are not. */
  private claim(sync: Sync): StepEnd {
    const { set } = sync;
    if (this.claims.send(set, this.cache.selectors.of(set.spec.selector))) sync.acted = true;
    return "go on";
  }

  private findRevisions(sync: Sync): StepEnd {
    if (sync.failed) return "retry";
    const { set, moved } = sync;
    sync.revisions = this.revisions.of(set);
    if (sync.revisions !== null) {
      sync.stage = "plan";
      return "go on";
    }
    const request = revisionWrite(set, this.cache.history, moved.collisionCount);
    if (request === null) return "retry";
    sync.acted = true;
    this.syncs.send(set.row, this.revisionWritten, request);
    return "go on";
  }

  private onRevisionWritten(sync: Sync, outcome: Outcome, request: WriteRequest): void {
    if (outcome.ok) {
      this.cache.history.wrote(outcome.object as ControllerRevision);
    } else if (outcome.reason === "AlreadyExists" && request.verb === "create") {
      this.onNameTaken(sync, request.object.name);
    } else if (outcome.reason !== "NotFound" || request.verb !== "patch") {
      sync.failed = true;
    }
  }

  /** The name is taken: by a revision of ours that was not seen yet, or by another template's. */
  private onNameTaken(sync: Sync, name: string): void {
    const { set, moved } = sync;
    const taken = this.cache.history.find(set.namespace, name);
    if (taken === undefined || this.cache.history.holds(taken, set.spec.template)) {
      sync.failed = true;
    } else {
      moved.collisionCount += 1;
    }
  }

  private plan(sync: Sync): StepEnd {
    const { set, revisions } = sync;
    const view: StatefulView = {
      set,
      current: revisions!.current,
      update: revisions!.update,
      claim: (name) => this.cache.claim(set.namespace, name),
      newPod: (ordinal, revision) => this.newPods.of(set, ordinal, revision),
      features: this.features,
      nowMicros: this.options.engine.now,
    };
    sync.view = view;
    sync.places = this.places(sync, view);
    sync.phases = statefulPlan(view, sync.places);
    if (sync.phases.length > 0) sync.acted = true;
    return "go on";
  }

  private places(sync: Sync, view: StatefulView): Places {
    const { set, revisions } = sync;
    const isEnough = !this.cache.pods.hasStrangers(set) && !mayHaveSurplus(set, revisions!.all);
    const tally = this.cache.tallies.of(set.uid);
    const tallied = isEnough ? talliedPlaces(view, tally) : null;
    if (tallied !== null) {
      sync.tally = tally;
      return tallied;
    }
    sync.pods = this.cache.pods.of(set);
    return placesOf(view, sync.pods);
  }

  private proceed(sync: Sync): StepEnd {
    if (sync.run?.proceed() === true) return "go on";
    if (sync.run !== null && sync.run.failure !== null) {
      sync.failed = true;
      sync.phases = [];
    }
    const [next, ...later] = sync.phases;
    if (next === undefined) {
      sync.stage = "status";
      return "go on";
    }
    sync.phases = later;
    sync.run = new TaskRun(next, {
      send: (request, index) => this.syncs.send(sync.set.row, this.taskWritten, request, index),
      onAnswer: (task, write, outcome) => this.onTaskAnswer(sync, task, write, outcome),
      onEnd: (task) => this.events.ended(sync.set, task),
    });
    return "go on";
  }

  private onTaskAnswer(
    sync: Sync,
    task: PodTask,
    { purpose, request }: PodWrite,
    outcome: Outcome,
  ): string | null {
    const { set } = sync;
    if (outcome.ok) this.noteWrite(sync, outcome.object);
    const failure = this.events.answered(set, task, purpose, request, outcome);
    if (failure === null) this.count(sync, purpose, request);
    return failure;
  }

  /** Takes note of what the sync's own writes change in the status. */
  private count(
    { moved, run, revisions }: Sync,
    purpose: PodWrite["purpose"],
    request: WriteRequest,
  ) {
    if (purpose === "delete" && run?.phase.name === "update") moved.deletedForUpdate += 1;
    const countsOwnPods = !this.features.StatefulSetBatches;
    if (!countsOwnPods || purpose !== "pod" || request.verb !== "create") return;
    const revision = revisionOf(request.object);
    moved.created += 1;
    if (revision === revisions!.current.name) moved.createdCurrent += 1;
    if (revision === revisions!.update.name) moved.createdUpdate += 1;
  }

  private noteWrite({ set }: Sync, object: AnyVersion): void {
    if (object.deletionTimeMicros === null) this.cache.ownWrites.wrote(set.row, object);
  }

  private writeStatus(sync: Sync): StepEnd {
    const { set, view, places, moved } = sync;
    const status = statefulSetStatus(view!, places!, moved);
    sync.status = status;
    this.statuses.send(set, status);
    return "go on";
  }

  private truncateHistory({ set, revisions, pods }: Sync): StepEnd {
    if (!mayHaveSurplus(set, revisions!.all)) return "go on";
    const inUse = new Set(pods.map(revisionOf));
    inUse.add(revisions!.current.name).add(revisions!.update.name);
    for (const target of surplusRevisions(set, revisions!.all, inUse)) {
      this.syncs.send(set.row, this.revisionDeleted, { verb: "delete", target });
    }
    return "go on";
  }

  private end(sync: Sync): StepEnd {
    if (sync.failed) return "retry";
    const { set, status, tally } = sync;
    const isIdle = !sync.acted && status === set.status;
    if (isIdle && tally !== null) this.idle.found(set, tally, this.cache.history.version);
    const { minReadySeconds = 0 } = set.spec;
    if (minReadySeconds > 0 && status?.readyReplicas !== status?.availableReplicas) {
      this.syncs.addAfter(set.row, this.untilNextAvailable(sync, minReadySeconds));
    }
    return "done";
  }

  private untilNextAvailable({ view, pods }: Sync, minReadySeconds: number): number {
    const whole = microsOfSeconds(minReadySeconds);
    if (!this.features.StatefulSetChecksAvailabilityInTime) return whole;
    const { now } = this.options.engine;
    const times = pods
      .map((pod) => availableAt(pod, minReadySeconds))
      .filter((at) => at !== null && at > view!.nowMicros) as number[];
    return times.length === 0 ? whole : Math.max(0, Math.min(...times) - now);
  }

  private lookWhenAvailable({ row, spec }: StatefulSet): void {
    const { minReadySeconds = 0 } = spec;
    if (minReadySeconds === 0) return;
    const late = this.features.StatefulSetChecksAvailabilityInTime ? 0 : MICROS_PER_SECOND;
    this.syncs.addAfter(row, microsOfSeconds(minReadySeconds) + late);
  }
}

const NO_PODS: readonly PodVersion[] = [];

function fail(sync: Sync): void {
  sync.failed = true;
}
