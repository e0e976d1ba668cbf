import { assert } from "../../base/assert.js";
import type { AnswerId } from "../../store/client.js";
import type { Outcome, Refusal } from "../../store/outcome.js";
import type { Change, WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import { controllerReference, isNamespaceTerminating } from "../owner-references.js";
import { Selectors } from "../selectors.js";
import { Timestamps } from "../timestamps.js";
import { WorkQueue } from "../work-queue.js";
import { DeploymentIndex } from "./deployment-index.js";
import {
  deploymentStatus,
  newCondition,
  rolloutStatus,
  sameStatus,
  setCondition,
  type StatusClock,
} from "./deployment-status.js";
import { isRollingUpdate } from "./fenceposts.js";
import { setsToCleanUp } from "./history.js";
import { findNewReplicaSet, newReplicaSet } from "./new-replica-set.js";
import { pauseCondition, revisionChange } from "./revision-sync.js";
import {
  conditionOf,
  type DeploymentStatus,
  hasProgressDeadline,
  isComplete,
  Progress,
  progressCheckAfter,
} from "./progress.js";
import { isScalingEvent, scale } from "./proportional-scaling.js";
import { oldPodsRunning, scaleDownForRecreate } from "./recreate.js";
import {
  allSets,
  type Deployment,
  type ReplicaSet,
  type Rollout,
  type ScaleStep,
  sizeOf,
} from "./replica-sets.js";
import { maxRevision, revisionOf, withRevision, withSizeAnnotations } from "./revisions.js";
import { reconcileNewReplicaSet, reconcileOldReplicaSets } from "./rolling-update.js";
import { TemplateContents } from "./template-hash.js";
import { UnfinishedPods } from "./unfinished-pods.js";

const MAX_RETRIES = 15;
/** Writes that one sync may need: more is a bug of ours that would never end. */
const MAX_ROUNDS = 10_000;
const SECOND_MICROS = 1_000_000;

/** A sync that is under way. */
interface Sync {
  readonly row: number;
  readonly uid: string;
  /** Sizes that are still to be written, in this order. */
  steps: ScaleStep[];
  /** What comes once they are written; null while it is not decided. */
  goal: "rollout status" | "status" | null;
  cleanedUp: boolean;
  unanswered: number;
  rounds: number;
  failed: boolean;
}

/**
 * Moves a Deployment's pods from the ReplicaSets of its old templates to the one of its present
 * template. A sync makes one write after another and looks again after each answer, until nothing is
 * left to write; it scales once and then writes the status:
 *
 *     claim sets ─► pause, resume ─► find or create the new set ─► scale ─► clean up ─► status
 *
 * Source: Kubernetes, "Deployments"; upstream's pkg/controller/deployment.
 */
export class DeploymentController implements Controller {
  private readonly queue: WorkQueue;
  private readonly deployments: FreshView<"Deployment">;
  private readonly sets: FreshView<"ReplicaSet">;
  private readonly selectors = new Selectors();
  private readonly index: DeploymentIndex;
  private readonly unfinished: UnfinishedPods;
  private readonly templates = new TemplateContents();
  private readonly timestamps: Timestamps;
  private readonly syncs = new Map<number, Sync>();
  private readonly setWritten: AnswerId;
  private readonly setCreated: AnswerId;
  private readonly setDeleted: AnswerId;
  private readonly deploymentWritten: AnswerId;
  private readonly failureNoted: AnswerId;
  private readonly lastWritten: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.queue = new WorkQueue({ engine, name: "deployment", sync: (row) => this.sync(row) });
    this.deployments = new FreshView(informers.informer("Deployment"));
    this.sets = new FreshView(informers.informer("ReplicaSet"));
    this.index = new DeploymentIndex(this.deployments, this.sets, this.selectors);
    this.unfinished = new UnfinishedPods((setUid) => this.onPodLess(setUid));
    this.timestamps = new Timestamps(options.startTimeMs);
    this.setWritten = client.onAnswer((outcome, row) => this.onSetWritten(outcome, row));
    this.setCreated = client.onAnswer((outcome, row, _, request) =>
      this.onSetCreated(outcome, row, request),
    );
    this.setDeleted = client.onAnswer((outcome, row) => this.onSetDeleted(outcome, row));
    this.deploymentWritten = client.onAnswer((outcome, row) =>
      this.onDeploymentWritten(outcome, row),
    );
    this.failureNoted = client.onAnswer((_, row) => this.finish(this.syncOf(row), true));
    this.lastWritten = client.onAnswer((outcome, row) => this.onLastWritten(outcome, row));
  }

  start(): void {
    const { informers } = this.options;
    this.deployments.start();
    this.sets.start();
    this.deployments.informer.addHandler({
      added: (deployment) => this.onDeployment(deployment),
      updated: (_, deployment) => this.onDeployment(deployment),
      deleted: (deployment) => {
        this.index.removeDeployment(deployment);
        this.queue.add(deployment.row);
      },
    });
    this.sets.informer.addHandler({
      added: (set) => this.onSet(undefined, set),
      updated: (before, set) => this.onSet(before, set),
      deleted: (set) => {
        this.index.removeSet(set);
        this.enqueue(set);
      },
    });
    this.unfinished.follow(informers.informer("Pod"));
  }

  private onDeployment(deployment: Deployment): void {
    this.index.putDeployment(deployment);
    this.queue.add(deployment.row);
  }

  private onSet(before: ReplicaSet | undefined, set: ReplicaSet): void {
    this.index.putSet(before, set);
    if (before !== undefined && before.ownerReferences !== set.ownerReferences) {
      this.enqueue(before);
    }
    this.enqueue(set);
  }

  private enqueue(set: ReplicaSet): void {
    for (const row of this.index.concernedBy(set)) this.queue.add(row);
  }

  /** Recreate waits for the last pod of the old sets. */
  private onPodLess(setUid: string): void {
    const deployment = this.index.deploymentOf(setUid);
    if (deployment === undefined || isRollingUpdate(deployment.spec)) return;
    for (const set of this.index.setsOf(deployment)) {
      if (this.unfinished.of(set.uid) > 0) return;
    }
    this.queue.add(deployment.row);
  }

  private sync(row: number): void {
    const deployment = this.deployments.at(row);
    if (deployment === undefined) {
      this.queue.forget(row);
      this.queue.done(row);
      return;
    }
    const sync: Sync = {
      row,
      uid: deployment.uid,
      steps: [],
      goal: null,
      cleanedUp: false,
      unanswered: 0,
      rounds: 0,
      failed: false,
    };
    this.syncs.set(row, sync);
    this.proceed(sync);
  }

  /** Looks at the Deployment as it is known now and makes the next write, or ends the sync. */
  private proceed(sync: Sync): void {
    sync.rounds += 1;
    assert(sync.rounds < MAX_ROUNDS, "the sync of a Deployment does not end");
    const deployment = this.deployments.at(sync.row);
    if (sync.failed || deployment === undefined || deployment.uid !== sync.uid) {
      this.finish(sync, sync.failed);
      return;
    }
    if (this.scaleNext(sync, deployment)) return;
    const selector = this.selectors.of(deployment.spec.selector);
    if (selector.matchesEverything) {
      this.refuseSelector(sync, deployment);
      return;
    }
    if (sync.goal === null && this.claim(sync, deployment)) return;
    const rollout = this.rolloutOf(deployment);
    if (sync.goal === "rollout status") this.endRollout(sync, deployment, rollout);
    else if (sync.goal === "status") this.endScaling(sync, deployment, rollout);
    else this.decide(sync, deployment, rollout);
  }

  private decide(sync: Sync, deployment: Deployment, rollout: Rollout): void {
    if (deployment.deletionTimeMicros !== null) {
      if (this.syncRevision(sync, deployment, rollout)) return;
      this.writeStatus(sync, deployment, deploymentStatus(deployment, rollout, this.nowText()));
      return;
    }
    const pause = pauseCondition(deployment, this.nowText());
    if (pause !== null) {
      const conditions = setCondition(deployment.status.conditions ?? [], pause);
      this.writeDeployment(sync, deployment, { status: { ...deployment.status, conditions } });
      return;
    }
    if (this.syncRevision(sync, deployment, rollout)) return;
    if (deployment.spec.paused === true || isScalingEvent(deployment, rollout)) {
      this.begin(sync, scale(deployment, rollout), "status");
    } else if (isRollingUpdate(deployment.spec)) {
      if (rollout.newSet === null) this.createSet(sync, deployment, rollout);
      else this.begin(sync, rollingSteps(deployment, rollout), "rollout status");
    } else {
      this.recreate(sync, deployment, rollout);
    }
  }

  private recreate(sync: Sync, deployment: Deployment, rollout: Rollout): void {
    const steps = scaleDownForRecreate(rollout.oldSets);
    const unfinished = (setUid: string) => this.unfinished.of(setUid);
    if (steps.length > 0 || oldPodsRunning(rollout.oldSets, unfinished)) {
      this.begin(sync, steps, "rollout status");
    } else if (rollout.newSet === null) {
      this.createSet(sync, deployment, rollout);
    } else {
      const step = { set: rollout.newSet, replicas: deployment.spec.replicas ?? 1 };
      this.begin(sync, [step], "rollout status");
    }
  }

  private begin(sync: Sync, steps: ScaleStep[], goal: "rollout status" | "status"): void {
    sync.steps = steps;
    sync.goal = goal;
    this.proceed(sync);
  }

  /** Writes the next size that differs from what the set has; false when none is left. */
  private scaleNext(sync: Sync, deployment: Deployment): boolean {
    for (let step = sync.steps.shift(); step !== undefined; step = sync.steps.shift()) {
      const set = this.sets.at(step.set.row);
      if (set === undefined || set.uid !== step.set.uid) continue;
      const annotations = withSizeAnnotations(set.annotations, deployment);
      const resizes = sizeOf(set) !== step.replicas;
      if (!resizes && annotations === set.annotations) continue;
      const spec = resizes ? { ...set.spec, replicas: step.replicas } : set.spec;
      this.submit(sync, { verb: "update", base: set, change: { spec, annotations } });
      return true;
    }
    return false;
  }

  private onSetWritten(outcome: Outcome, row: number): void {
    const sync = this.syncOf(row);
    sync.unanswered -= 1;
    if (outcome.ok) this.takeSet(outcome.object as ReplicaSet);
    else sync.failed = true;
    if (sync.unanswered === 0) this.proceed(sync);
  }

  /** Takes the new version of a set, and tells of its new size if it has one. */
  private takeSet(set: ReplicaSet): void {
    const before = this.sets.at(set.row);
    this.sets.wrote(set);
    this.index.putSet(before, set);
    const deployment = this.index.deploymentOf(set.uid);
    if (before === undefined || deployment === undefined || sizeOf(before) === sizeOf(set)) return;
    this.scalingEvent(deployment, set.name, sizeOf(before), sizeOf(set));
  }

  /** Adopts sets that the selector matches, lets go of others; true when there is one to wait for. */
  private claim(sync: Sync, deployment: Deployment): boolean {
    if (deployment.deletionTimeMicros !== null) return false;
    const selector = this.selectors.of(deployment.spec.selector);
    for (const set of this.index.setsOf(deployment)) {
      if (selector.matches(set.labels) || set.deletionTimeMicros !== null) continue;
      const ownerReferences = set.ownerReferences.filter(({ uid }) => uid !== deployment.uid);
      this.submit(sync, { verb: "patch", target: set, change: { ownerReferences } });
    }
    for (const set of this.index.orphansFor(deployment)) {
      if (!selector.matches(set.labels) || set.deletionTimeMicros !== null) continue;
      const ownerReferences = [...set.ownerReferences, controllerReference(deployment)];
      this.submit(sync, { verb: "patch", target: set, change: { ownerReferences } });
    }
    return sync.unanswered > 0;
  }

  private rolloutOf(deployment: Deployment): Rollout {
    const sets = this.index.setsOf(deployment);
    const newSet = findNewReplicaSet(deployment, sets, this.templates);
    return { newSet, oldSets: sets.filter((set) => set.uid !== newSet?.uid) };
  }

  /** Brings annotations and revision of the current set and the Deployment in line. */
  private syncRevision(sync: Sync, deployment: Deployment, rollout: Rollout): boolean {
    const { newSet, oldSets } = rollout;
    if (newSet === null) return false;
    const annotations = withRevision(newSet.annotations, deployment, maxRevision(oldSets) + 1);
    const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
    const sameSeconds = (newSet.spec.minReadySeconds ?? 0) === minReadySeconds;
    if (annotations !== newSet.annotations || !sameSeconds) {
      const spec = sameSeconds ? newSet.spec : { ...newSet.spec, minReadySeconds };
      this.submit(sync, { verb: "update", base: newSet, change: { annotations, spec } });
      return true;
    }
    const found = newCondition(
      this.nowText(),
      "Progressing",
      "True",
      Progress.found,
      `Found new replica set "${newSet.name}"`,
    );
    const noted = conditionOf(deployment.status, "Progressing") !== undefined;
    const condition = hasProgressDeadline(deployment) && !noted ? found : null;
    const change = revisionChange(deployment, revisionOf(newSet) ?? 0, condition);
    if (change === null) return false;
    this.writeDeployment(sync, deployment, change);
    return true;
  }

  private createSet(sync: Sync, deployment: Deployment, rollout: Rollout): void {
    const sets = allSets(rollout);
    const revision = maxRevision(rollout.oldSets) + 1;
    const object = newReplicaSet(deployment, sets, revision, this.templates);
    sync.unanswered += 1;
    this.options.client.submit({ verb: "create", object }, this.setCreated, sync.row);
  }

  private onSetCreated(outcome: Outcome, row: number, request: WriteRequest): void {
    const sync = this.syncOf(row);
    const deployment = this.deployments.at(row);
    assert(request.verb === "create", "a set was created by another verb");
    sync.unanswered -= 1;
    if (deployment === undefined || deployment.uid !== sync.uid) {
      this.finish(sync, false);
    } else if (outcome.ok) {
      const set = outcome.object as ReplicaSet;
      this.sets.wrote(set);
      this.index.putSet(undefined, set);
      if (sizeOf(set) > 0) this.scalingEvent(deployment, set.name, 0, sizeOf(set));
      this.noteCreated(sync, deployment, set);
    } else if (outcome.reason === "AlreadyExists") {
      this.onNameTaken(sync, deployment, request.object.name);
    } else {
      this.noteCreateFailed(sync, deployment, request.object.name, outcome);
    }
  }

  private noteCreated(sync: Sync, deployment: Deployment, set: ReplicaSet): void {
    const message = `Created new replica set "${set.name}"`;
    const created = newCondition(this.nowText(), "Progressing", "True", Progress.created, message);
    const condition = hasProgressDeadline(deployment) ? created : null;
    const change = revisionChange(deployment, revisionOf(set) ?? 0, condition);
    if (change === null) this.proceed(sync);
    else this.writeDeployment(sync, deployment, change);
  }

  /** The name is taken: by a set of ours that was not seen yet, or by another template's. */
  private onNameTaken(sync: Sync, deployment: Deployment, name: string): void {
    const set = this.sets.informer.find(deployment.namespace, name);
    if (set === undefined) {
      this.finish(sync, true);
      return;
    }
    const ours = set.ownerReferences.some(
      ({ uid, controller }) => uid === deployment.uid && controller === true,
    );
    if (ours && this.templates.equal(set.spec.template, deployment.spec.template)) {
      this.proceed(sync);
      return;
    }
    const collisionCount = (deployment.status.collisionCount ?? 0) + 1;
    const status = { ...deployment.status, collisionCount };
    this.submitTo(this.failureNoted, sync, {
      verb: "update",
      base: deployment,
      change: { status },
    });
  }

  private noteCreateFailed(sync: Sync, deployment: Deployment, name: string, refusal: Refusal) {
    if (isNamespaceTerminating(refusal)) {
      this.finish(sync, false);
      return;
    }
    const message = `Failed to create new replica set "${name}": ${refusal.message}`;
    this.event(deployment, "Warning", Progress.createFailed, message);
    if (!hasProgressDeadline(deployment)) {
      this.finish(sync, true);
      return;
    }
    const now = this.nowText();
    const failed = newCondition(now, "Progressing", "False", Progress.createFailed, message);
    const conditions = setCondition(deployment.status.conditions ?? [], failed);
    const status = { ...deployment.status, conditions };
    this.submitTo(this.failureNoted, sync, {
      verb: "update",
      base: deployment,
      change: { status },
    });
  }

  private writeDeployment(sync: Sync, base: Deployment, change: Change): void {
    this.submitTo(this.deploymentWritten, sync, { verb: "update", base, change });
  }

  private onDeploymentWritten(outcome: Outcome, row: number): void {
    const sync = this.syncOf(row);
    sync.unanswered -= 1;
    if (outcome.ok) this.deployments.wrote(outcome.object as Deployment);
    else sync.failed = true;
    this.proceed(sync);
  }

  private endScaling(sync: Sync, deployment: Deployment, rollout: Rollout): void {
    if (deployment.spec.paused === true && this.cleanUp(sync, deployment, rollout)) return;
    this.writeStatus(sync, deployment, deploymentStatus(deployment, rollout, this.nowText()));
  }

  private endRollout(sync: Sync, deployment: Deployment, rollout: Rollout): void {
    if (isComplete(deployment, deployment.status) && this.cleanUp(sync, deployment, rollout))
      return;
    const clock = this.clock();
    const status = rolloutStatus(deployment, rollout, clock);
    if (sameStatus(deployment.status, status)) {
      const after = progressCheckAfter(deployment, status, clock);
      if (after !== null) this.queue.addAfter(sync.row, after + SECOND_MICROS);
    }
    this.writeStatus(sync, deployment, status);
  }

  /** Deletes old sets beyond the history's limit; true when there is one to wait for. */
  private cleanUp(sync: Sync, deployment: Deployment, { oldSets }: Rollout): boolean {
    if (sync.cleanedUp) return false;
    sync.cleanedUp = true;
    const surplus = setsToCleanUp(oldSets, deployment.spec.revisionHistoryLimit);
    for (const set of surplus) {
      this.submitTo(this.setDeleted, sync, { verb: "delete", target: set });
    }
    return surplus.length > 0;
  }

  private onSetDeleted(outcome: Outcome, row: number): void {
    const sync = this.syncOf(row);
    sync.unanswered -= 1;
    if (!outcome.ok && outcome.reason !== "NotFound") sync.failed = true;
    if (sync.unanswered === 0) this.proceed(sync);
  }

  private writeStatus(sync: Sync, base: Deployment, status: DeploymentStatus): void {
    if (sameStatus(base.status, status)) this.finish(sync, false);
    else this.submitTo(this.lastWritten, sync, { verb: "update", base, change: { status } });
  }

  private onLastWritten(outcome: Outcome, row: number): void {
    if (outcome.ok) this.deployments.wrote(outcome.object as Deployment);
    this.finish(this.syncOf(row), !outcome.ok && outcome.reason !== "NotFound");
  }

  /** A selector that matches everything is refused: the Deployment is only marked as seen. */
  private refuseSelector(sync: Sync, deployment: Deployment): void {
    const message = "This deployment is selecting all pods. A non-empty selector is required.";
    this.event(deployment, "Warning", "SelectingAll", message);
    const status = { ...deployment.status, observedGeneration: deployment.generation };
    this.writeStatus(sync, deployment, status);
  }

  private finish(sync: Sync, failed: boolean): void {
    const { row } = sync;
    this.syncs.delete(row);
    if (!failed) this.queue.forget(row);
    else if (this.queue.failuresOf(row) < MAX_RETRIES) this.queue.addRateLimited(row);
    else this.queue.forget(row);
    this.queue.done(row);
  }

  private submit(sync: Sync, request: WriteRequest): void {
    this.submitTo(this.setWritten, sync, request);
  }

  private submitTo(answer: AnswerId, sync: Sync, request: WriteRequest): void {
    sync.unanswered += 1;
    this.options.client.submit(request, answer, sync.row);
  }

  private syncOf(row: number): Sync {
    const sync = this.syncs.get(row);
    assert(sync !== undefined, "an answer came for a sync that is over");
    return sync;
  }

  private clock(): StatusClock {
    return {
      now: this.nowText(),
      nowMicros: this.options.engine.now,
      updatedAtMicros: (condition) => this.timestamps.microsOf(condition.lastUpdateTime),
    };
  }

  private nowText(): string {
    return this.timestamps.textOf(this.options.engine.now);
  }

  private scalingEvent(deployment: Deployment, set: string, from: number, to: number): void {
    const direction = to > from ? "up" : "down";
    const message = `Scaled ${direction} replica set ${set} from ${from} to ${to}`;
    this.event(deployment, "Normal", "ScalingReplicaSet", message);
  }

  private event(on: Deployment, type: "Normal" | "Warning", reason: string, message: string): void {
    this.options.observer.event(type, reason, on, message, this.options.engine.now);
  }
}

/** One step of a rolling update: the new set grows, or else the old ones shrink. */
function rollingSteps(deployment: Deployment, rollout: Rollout): ScaleStep[] {
  const up = reconcileNewReplicaSet(deployment.spec, rollout);
  return up === null ? reconcileOldReplicaSets(deployment.spec, rollout) : [up];
}
