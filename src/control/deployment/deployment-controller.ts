import { assert } from "../../base/assert.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import { controllerOf } from "../../api/object-version.js";
import type { AnswerId } from "../../store/client.js";
import type { Outcome, Refusal } from "../../store/outcome.js";
import type { Change, WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { Timestamps } from "../timestamps.js";
import { WorkQueue } from "../work-queue.js";
import { DeploymentCache } from "./deployment-cache.js";
import {
  deploymentStatus,
  rolloutStatus,
  sameStatus,
  type StatusClock,
} from "./deployment-status.js";
import { desiredReplicas, isRollingUpdate } from "./fenceposts.js";
import { setsToCleanUp } from "./history.js";
import { newReplicaSet } from "./new-replica-set.js";
import { type DeploymentStatus, isComplete, Progress, progressCheckAfter } from "./progress.js";
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
import {
  createdChange,
  createFailedChange,
  pauseChange,
  revisionRequest,
} from "./revision-sync.js";
import { maxRevision, withSizeAnnotations } from "./revisions.js";
import { rollingUpdate } from "./rolling-update.js";

const MAX_RETRIES = 15;
/** Writes that one sync may need: more is a bug of ours that would never end. */
const MAX_ROUNDS = 10_000;

/** How a sync ends; a rollout that took a step does not clean up. */
type Goal = "status" | "rollout status" | "clean up, rollout status";

/** A sync that is under way. */
interface Sync {
  readonly row: number;
  readonly uid: string;
  /** Sizes that are still to be written, in this order. */
  steps: readonly ScaleStep[];
  /** What comes once they are written; null while it is not decided. */
  goal: Goal | null;
  /** What comes instead once one of them is refused; null: the sync has failed. */
  goalIfRefused: Goal | null;
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
  private readonly cache: DeploymentCache;
  private readonly timestamps: Timestamps;
  private readonly syncs = new Map<number, Sync>();
  private readonly setScaled: AnswerId;
  private readonly setWritten: AnswerId;
  private readonly setCreated: AnswerId;
  private readonly deploymentWritten: AnswerId;
  private readonly failureNoted: AnswerId;
  private readonly lastWritten: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.queue = new WorkQueue({
      engine,
      name: "deployment",
      workers: options.workers,
      sync: (row) => this.sync(row),
    });
    this.cache = new DeploymentCache(informers, (row) => this.queue.add(row));
    this.timestamps = new Timestamps(options.startTimeMs);
    this.setScaled = client.onAnswer((outcome, row) => this.onSetScaled(outcome, row));
    this.setWritten = client.onAnswer((outcome, row, _, request) =>
      this.onSetWritten(outcome, row, request),
    );
    this.setCreated = client.onAnswer((outcome, row, _, request) =>
      this.onSetCreated(outcome, row, request),
    );
    this.deploymentWritten = client.onAnswer((outcome, row) =>
      this.onDeploymentWritten(outcome, row),
    );
    this.failureNoted = client.onAnswer((_, row) => this.finish(this.syncOf(row), true));
    this.lastWritten = client.onAnswer((outcome, row) => this.onLastWritten(outcome, row));
  }

  start(): void {
    this.cache.start();
  }

  private sync(row: number): void {
    const deployment = this.cache.deployments.at(row);
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
      goalIfRefused: null,
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
    const deployment = this.cache.deployments.at(sync.row);
    if (sync.failed || deployment === undefined || deployment.uid !== sync.uid) {
      this.finish(sync, sync.failed);
      return;
    }
    if (this.scaleNext(sync, deployment)) return;
    const selector = this.cache.selectors.of(deployment.spec.selector);
    if (selector.matchesEverything) {
      this.refuseSelector(sync, deployment);
      return;
    }
    if (sync.goal === null && this.claim(sync, deployment)) return;
    const rollout = this.cache.rolloutOf(deployment);
    if (sync.goal === null) this.decide(sync, deployment, rollout);
    else if (sync.goal === "status") this.endScaling(sync, deployment, rollout);
    else this.endRollout(sync, deployment, rollout);
  }

  private decide(sync: Sync, deployment: Deployment, rollout: Rollout): void {
    if (deployment.deletionTimeMicros !== null) {
      if (this.syncRevision(sync, deployment, rollout)) return;
      this.writeStatus(sync, deployment, deploymentStatus(deployment, rollout, this.nowText()));
      return;
    }
    const pause = pauseChange(deployment, this.nowText());
    if (pause !== null) {
      this.writeDeployment(sync, deployment, pause);
      return;
    }
    if (this.syncRevision(sync, deployment, rollout)) return;
    if (deployment.spec.paused === true || isScalingEvent(deployment, rollout)) {
      this.begin(sync, scale(deployment, rollout), "status");
    } else if (isRollingUpdate(deployment.spec)) {
      if (rollout.newSet === null) this.createSet(sync, deployment, rollout);
      else this.roll(sync, deployment, rollout);
    } else {
      this.recreate(sync, deployment, rollout);
    }
  }

  /** As upstream, a refused size of an old set ends the steps and not the sync: nothing is retried. */
  private roll(sync: Sync, deployment: Deployment, rollout: Rollout): void {
    const { steps, of } = rollingUpdate(deployment.spec, rollout);
    if (of === "old sets") sync.goalIfRefused = "clean up, rollout status";
    this.begin(sync, steps, steps.length > 0 ? "rollout status" : "clean up, rollout status");
  }

  private recreate(sync: Sync, deployment: Deployment, rollout: Rollout): void {
    const { newSet, oldSets } = rollout;
    const steps = scaleDownForRecreate(oldSets);
    const unfinished = (setUid: string) => this.cache.unfinished.of(setUid);
    if (steps.length > 0 || oldPodsRunning(oldSets, unfinished)) {
      this.begin(sync, steps, "rollout status");
    } else if (newSet === null) {
      this.createSet(sync, deployment, rollout);
    } else {
      const replicas = desiredReplicas(deployment.spec);
      const grows = sizeOf(newSet) === replicas ? [] : [{ set: newSet, replicas }];
      this.begin(sync, grows, "clean up, rollout status");
    }
  }

  private begin(sync: Sync, steps: readonly ScaleStep[], goal: Goal): void {
    sync.steps = steps;
    sync.goal = goal;
    this.proceed(sync);
  }

  /** Writes the next size, over the version that it was worked out for; false when none is left. */
  private scaleNext(sync: Sync, deployment: Deployment): boolean {
    while (sync.steps.length > 0) {
      const [{ set, replicas }, ...later] = sync.steps as [ScaleStep, ...ScaleStep[]];
      sync.steps = later;
      const annotations = withSizeAnnotations(set.annotations, deployment);
      const resizes = sizeOf(set) !== replicas;
      if (!resizes && annotations === set.annotations) continue;
      const spec = resizes ? { ...set.spec, replicas } : set.spec;
      const change = { spec, annotations };
      this.submit(this.setScaled, sync, { verb: "update", base: set, change });
      return true;
    }
    return false;
  }

  private onSetScaled(outcome: Outcome, row: number): void {
    const sync = this.syncOf(row);
    sync.unanswered -= 1;
    if (outcome.ok) {
      const set = outcome.object as ReplicaSet;
      this.takeSet(set);
      sync.steps = sync.steps.map((step) => (step.set.uid === set.uid ? { ...step, set } : step));
    } else {
      sync.steps = [];
      sync.goal = sync.goalIfRefused;
      sync.failed = sync.goalIfRefused === null;
    }
    this.proceed(sync);
  }

  /** A set that is gone needs neither to be claimed nor to be deleted. */
  private onSetWritten(outcome: Outcome, row: number, { verb }: WriteRequest): void {
    const sync = this.syncOf(row);
    sync.unanswered -= 1;
    if (!outcome.ok) sync.failed ||= verb === "update" || outcome.reason !== "NotFound";
    else if (verb !== "delete") this.takeSet(outcome.object as ReplicaSet);
    if (sync.unanswered === 0) this.proceed(sync);
  }

  /** Takes the new version of a set, and tells of its new size if it has one. */
  private takeSet(set: ReplicaSet): void {
    const before = this.cache.wroteSet(set);
    const deployment = this.cache.index.deploymentOf(set.uid);
    if (before === undefined || deployment === undefined || sizeOf(before) === sizeOf(set)) return;
    this.scalingEvent(deployment, set.name, sizeOf(before), sizeOf(set));
  }

  private claim(sync: Sync, deployment: Deployment): boolean {
    const requests = this.cache.claims(deployment);
    for (const request of requests) this.submit(this.setWritten, sync, request);
    return requests.length > 0;
  }

  private syncRevision(sync: Sync, deployment: Deployment, rollout: Rollout): boolean {
    const request = revisionRequest(deployment, rollout, this.nowText());
    if (request === null) return false;
    const ofSet = request.verb === "update" && request.base.kind === "ReplicaSet";
    this.submit(ofSet ? this.setWritten : this.deploymentWritten, sync, request);
    return true;
  }

  private createSet(sync: Sync, deployment: Deployment, rollout: Rollout): void {
    const revision = maxRevision(rollout.oldSets) + 1;
    const { templates } = this.cache;
    const { kubernetesMinor } = this.options;
    const object = newReplicaSet(deployment, allSets(rollout), {
      revision,
      templates,
      kubernetesMinor,
    });
    this.submit(this.setCreated, sync, { verb: "create", object });
  }

  private onSetCreated(outcome: Outcome, row: number, request: WriteRequest): void {
    const sync = this.syncOf(row);
    const deployment = this.cache.deployments.at(row);
    assert(request.verb === "create", "a set was created by another verb");
    sync.unanswered -= 1;
    if (deployment === undefined || deployment.uid !== sync.uid) {
      this.finish(sync, false);
    } else if (outcome.ok) {
      const set = outcome.object as ReplicaSet;
      this.cache.wroteSet(set);
      if (sizeOf(set) > 0) this.scalingEvent(deployment, set.name, 0, sizeOf(set));
      const change = createdChange(deployment, set, this.nowText());
      if (change === null) this.proceed(sync);
      else this.writeDeployment(sync, deployment, change);
    } else if (outcome.reason === "AlreadyExists") {
      this.onNameTaken(sync, deployment, request.object.name);
    } else {
      this.onCreateFailed(sync, deployment, request.object.name, outcome);
    }
  }

  /** The name is taken: by a set of ours that was not seen yet, or by another template's. */
  private onNameTaken(sync: Sync, deployment: Deployment, name: string): void {
    const set = this.cache.sets.informer.find(deployment.namespace, name);
    if (set === undefined) {
      this.finish(sync, true);
      return;
    }
    const ours = controllerOf(set)?.uid === deployment.uid;
    if (ours && this.cache.templates.equal(set.spec.template, deployment.spec.template)) {
      this.proceed(sync);
      return;
    }
    const collisionCount = (deployment.status.collisionCount ?? 0) + 1;
    this.writeFailure(sync, deployment, { status: { ...deployment.status, collisionCount } });
  }

  private onCreateFailed(sync: Sync, deployment: Deployment, name: string, refusal: Refusal): void {
    if (refusal.cause === "NamespaceTerminating") {
      this.finish(sync, false);
      return;
    }
    const message = `Failed to create new replica set "${name}": ${refusal.message}`;
    this.event(deployment, "Warning", Progress.createFailed, message);
    const change = createFailedChange(deployment, message, this.nowText());
    if (change === null) this.finish(sync, true);
    else this.writeFailure(sync, deployment, change);
  }

  /** Writes what went wrong; the sync is tried again after that. */
  private writeFailure(sync: Sync, base: Deployment, change: Change): void {
    this.submit(this.failureNoted, sync, { verb: "update", base, change });
  }

  private writeDeployment(sync: Sync, base: Deployment, change: Change): void {
    this.submit(this.deploymentWritten, sync, { verb: "update", base, change });
  }

  private onDeploymentWritten(outcome: Outcome, row: number): void {
    const sync = this.syncOf(row);
    sync.unanswered -= 1;
    if (outcome.ok) this.cache.deployments.wrote(outcome.object as Deployment);
    else sync.failed = true;
    this.proceed(sync);
  }

  private endScaling(sync: Sync, deployment: Deployment, rollout: Rollout): void {
    if (deployment.spec.paused === true && this.cleanUp(sync, deployment, rollout)) return;
    this.writeStatus(sync, deployment, deploymentStatus(deployment, rollout, this.nowText()));
  }

  private endRollout(sync: Sync, deployment: Deployment, rollout: Rollout): void {
    const cleansUp = sync.goal === "clean up, rollout status";
    if (cleansUp && isComplete(deployment, deployment.status)) {
      if (this.cleanUp(sync, deployment, rollout)) return;
    }
    const clock = this.clock();
    const status = rolloutStatus(deployment, rollout, clock);
    if (sameStatus(deployment.status, status)) {
      const after = progressCheckAfter(deployment, status, clock);
      if (after !== null) this.queue.addAfter(sync.row, after + MICROS_PER_SECOND);
    }
    this.writeStatus(sync, deployment, status);
  }

  /** Deletes old sets beyond the history's limit; true when there is one to wait for. */
  private cleanUp(sync: Sync, deployment: Deployment, { oldSets }: Rollout): boolean {
    if (sync.cleanedUp) return false;
    sync.cleanedUp = true;
    const surplus = setsToCleanUp(oldSets, deployment.spec.revisionHistoryLimit);
    for (const set of surplus) {
      this.submit(this.setWritten, sync, { verb: "delete", target: set });
    }
    return surplus.length > 0;
  }

  private writeStatus(sync: Sync, base: Deployment, status: DeploymentStatus): void {
    if (sameStatus(base.status, status)) this.finish(sync, false);
    else this.submit(this.lastWritten, sync, { verb: "update", base, change: { status } });
  }

  private onLastWritten(outcome: Outcome, row: number): void {
    if (outcome.ok) this.cache.deployments.wrote(outcome.object as Deployment);
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

  private submit(answer: AnswerId, sync: Sync, request: WriteRequest): void {
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
