import { controllerOf } from "../../api/object-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { AnswerId } from "../../store/client.js";
import type { Outcome, Refusal } from "../../store/outcome.js";
import type { Change, WriteRequest } from "../../store/request.js";
import { type Controller, type ControllerOptions, featuresFor } from "../controller.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { type ApiClock, apiClock } from "../timestamps.js";
import { DeploymentCache } from "./deployment-cache.js";
import { deploymentStatus, rolloutStatus, sameStatus } from "./deployment-status.js";
import { desiredReplicas, isRollingUpdate } from "./fenceposts.js";
import { setsToCleanUp } from "./history.js";
import { newReplicaSet } from "./new-replica-set.js";
import {
  type DeploymentStatus,
  deadlineAt,
  isComplete,
  Progress,
  progressCheckAfter,
  timesOutAt,
} from "./progress.js";
import { isScalingEvent, scale } from "./proportional-scaling.js";
import { QuietSyncs } from "./quiet-syncs.js";
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

/** What a sync ends with; a rollout that took a step does not clean up. */
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
  /** Whether it has sent anything. */
  wrote: boolean;
  /** How it ended; null while it goes on. */
  end: "done" | "retry" | null;
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
  private readonly syncs: Syncs<Sync>;
  private readonly cache: DeploymentCache;
  private readonly clock: ApiClock;
  private readonly tellsTerminating: boolean;
  private readonly quiet = new QuietSyncs();
  private readonly setScaled: AnswerId;
  private readonly setWritten: AnswerId;
  private readonly setCreated: AnswerId;
  private readonly deploymentWritten: AnswerId;
  private readonly failureNoted: AnswerId;
  private readonly lastWritten: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, client, informers, workers } = options;
    this.syncs = new Syncs<Sync>({
      engine,
      client,
      name: "deployment",
      workers,
      maxRetries: MAX_RETRIES,
      begin: (row) => this.begin(row),
      step: (sync) => this.step(sync),
    });
    this.cache = new DeploymentCache(informers, (row) => this.syncs.add(row));
    this.clock = apiClock(engine, options.startTimeMs);
    const features = featuresFor(options);
    this.tellsTerminating = features.DeploymentReplicaSetTerminatingReplicas;
    const { syncs } = this;
    this.setScaled = syncs.onAnswer((sync, outcome) => this.onSetScaled(sync, outcome));
    this.setWritten = syncs.onAnswer((sync, outcome, request) =>
      this.onSetWritten(sync, outcome, request),
    );
    this.setCreated = syncs.onAnswer((sync, outcome, request) =>
      this.onSetCreated(sync, outcome, request),
    );
    this.deploymentWritten = syncs.onAnswer((sync, outcome) => {
      if (outcome.ok) this.cache.deployments.wrote(outcome.object as Deployment);
      else sync.end = "retry";
    });
    this.failureNoted = syncs.onAnswer((sync) => {
      sync.end = "retry";
    });
    this.lastWritten = syncs.onAnswer((sync, outcome) => {
      if (outcome.ok) this.cache.deployments.wrote(outcome.object as Deployment);
      sync.end = outcome.ok || outcome.reason === "NotFound" ? "done" : "retry";
    });
  }

  start(): void {
    this.cache.start();
  }

  private begin(row: number): Sync | null {
    const deployment = this.cache.deployments.at(row);
    if (deployment === undefined || this.isQuiet(deployment)) return null;
    const { uid } = deployment;
    return {
      row,
      uid,
      steps: [],
      goal: null,
      goalIfRefused: null,
      cleanedUp: false,
      wrote: false,
      end: null,
    };
  }

  /** Whether a sync would find nothing to write, as the last one of these versions; it looks again when that one would. */
  private isQuiet(deployment: Deployment): boolean {
    const { now } = this.options.engine;
    const { index } = this.cache;
    const same = this.quiet.same(deployment, (sets) => index.hasSets(deployment, sets), now);
    if (same === null || index.hasOrphans(deployment)) return false;
    if (same.deadlineMicros !== null) this.lookAgain(deployment.row, same.deadlineMicros - now);
    return true;
  }

  /** The end of a sync that leaves the status as it is: notes it if it has written nothing at all, and when to look again. */
  private endQuietly(sync: Sync, deployment: Deployment, clock: ApiClock): void {
    const { index } = this.cache;
    const after = progressCheckAfter(deployment, deployment.status, clock);
    const untilMicros = timesOutAt(deployment, clock);
    const readsPods = !isRollingUpdate(deployment.spec);
    const isQuiet = !sync.wrote && !readsPods && !index.hasOrphans(deployment);
    // A finished rollout whose pods are not back is looked at every second upstream, and nothing is found by it.
    const isForever = isQuiet && untilMicros === Number.POSITIVE_INFINITY;
    const waits = after !== null && !isForever;
    if (waits) this.lookAgain(sync.row, after);
    if (!isQuiet) return;
    this.quiet.found({
      deployment,
      sets: index.setsOf(deployment),
      untilMicros,
      deadlineMicros: waits ? deadlineAt(deployment, clock) : null,
    });
  }

  /** Looks at the Deployment a second after its deadline, or after now. */
  private lookAgain(row: number, untilDeadlineMicros: TimeMicros): void {
    const wait = untilDeadlineMicros < MICROS_PER_SECOND ? 0 : untilDeadlineMicros;
    this.syncs.addAfter(row, wait + MICROS_PER_SECOND);
  }

  /** Looks at the Deployment as it is known now and makes the next write, or ends the sync. */
  private step(sync: Sync): StepEnd {
    if (sync.end !== null) return sync.end;
    const deployment = this.deploymentOf(sync);
    if (deployment === undefined) return "done";
    if (this.scaleNext(sync, deployment)) return "go on";
    const selector = this.cache.selectors.of(deployment.spec.selector);
    if (selector.matchesEverything) return this.refuseSelector(sync, deployment);
    const sets = this.cache.index.setsOf(deployment);
    if (sync.goal === null && this.claim(sync, deployment, sets)) return "go on";
    const rollout = this.cache.rolloutOf(deployment, sets);
    if (sync.goal === null) {
      const end = this.decide(sync, deployment, rollout);
      // Where no size is to be written nothing has changed since: the rest is worked out at once.
      if (sync.goal === null || sync.steps.length > 0) return end;
    }
    if (sync.goal === "status") return this.endScaling(sync, deployment, rollout);
    return this.endRollout(sync, deployment, rollout);
  }

  private deploymentOf({ row, uid }: Sync): Deployment | undefined {
    const deployment = this.cache.deployments.at(row);
    return deployment?.uid === uid ? deployment : undefined;
  }

  private decide(sync: Sync, deployment: Deployment, rollout: Rollout): StepEnd {
    if (deployment.deletionTimeMicros !== null) {
      if (this.syncRevision(sync, deployment, rollout)) return "go on";
      const status = deploymentStatus(deployment, rollout, this.clock, this.tellsTerminating);
      return this.writeStatus(sync, deployment, status);
    }
    const pause = pauseChange(deployment, this.clock);
    if (pause !== null) return this.writeDeployment(sync, deployment, pause);
    if (this.syncRevision(sync, deployment, rollout)) return "go on";
    if (deployment.spec.paused === true || isScalingEvent(deployment, rollout)) {
      return resize(sync, scale(deployment, rollout), "status");
    }
    if (!isRollingUpdate(deployment.spec)) return this.recreate(sync, deployment, rollout);
    if (rollout.newSet === null) return this.createSet(sync, deployment, rollout);
    return roll(sync, deployment, rollout);
  }

  private recreate(sync: Sync, deployment: Deployment, rollout: Rollout): StepEnd {
    const { newSet, oldSets } = rollout;
    const steps = scaleDownForRecreate(oldSets);
    const unfinished = (setUid: string) => this.cache.unfinished.of(setUid);
    if (steps.length > 0 || oldPodsRunning(oldSets, unfinished)) {
      return resize(sync, steps, "rollout status");
    }
    if (newSet === null) return this.createSet(sync, deployment, rollout);
    const replicas = desiredReplicas(deployment.spec);
    const grows = sizeOf(newSet) === replicas ? [] : [{ set: newSet, replicas }];
    return resize(sync, grows, "clean up, rollout status");
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
      this.send(sync, this.setScaled, { verb: "update", base: set, change });
      return true;
    }
    return false;
  }

  private onSetScaled(sync: Sync, outcome: Outcome): void {
    if (outcome.ok) {
      const set = outcome.object as ReplicaSet;
      this.takeSet(set);
      sync.steps = sync.steps.map((step) => (step.set.uid === set.uid ? { ...step, set } : step));
      return;
    }
    sync.steps = [];
    sync.goal = sync.goalIfRefused;
    if (sync.goalIfRefused === null) sync.end = "retry";
  }

  /** A set that is gone needs neither to be claimed nor to be deleted. */
  private onSetWritten(sync: Sync, outcome: Outcome, { verb }: WriteRequest): void {
    if (!outcome.ok) {
      if (verb === "update" || outcome.reason !== "NotFound") sync.end = "retry";
    } else if (verb !== "delete") {
      this.takeSet(outcome.object as ReplicaSet);
    }
  }

  /** Takes the new version of a set, and tells of its new size if it has one. */
  private takeSet(set: ReplicaSet): void {
    const before = this.cache.wroteSet(set);
    const deployment = this.cache.index.deploymentOf(set.uid);
    if (before === undefined || deployment === undefined || sizeOf(before) === sizeOf(set)) return;
    this.scalingEvent(deployment, set.name, sizeOf(before), sizeOf(set));
  }

  private claim(sync: Sync, deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
    const requests = this.cache.claims(deployment, sets);
    for (const request of requests) this.send(sync, this.setWritten, request);
    return requests.length > 0;
  }

  private syncRevision(sync: Sync, deployment: Deployment, rollout: Rollout): boolean {
    const request = revisionRequest(deployment, rollout, this.clock);
    if (request === null) return false;
    const ofSet = request.verb === "update" && request.base.kind === "ReplicaSet";
    this.send(sync, ofSet ? this.setWritten : this.deploymentWritten, request);
    return true;
  }

  private createSet(sync: Sync, deployment: Deployment, rollout: Rollout): StepEnd {
    const revision = maxRevision(rollout.oldSets) + 1;
    const { templates } = this.cache;
    const { kubernetesMinor } = this.options;
    const options = { revision, templates, kubernetesMinor };
    const object = newReplicaSet(deployment, allSets(rollout), options);
    return this.send(sync, this.setCreated, { verb: "create", object });
  }

  private onSetCreated(sync: Sync, outcome: Outcome, request: WriteRequest): void {
    const deployment = this.deploymentOf(sync);
    if (deployment === undefined || request.verb !== "create") return;
    const { name } = request.object;
    if (outcome.ok) this.onCreated(sync, deployment, outcome.object as ReplicaSet);
    else if (outcome.reason === "AlreadyExists") this.onNameTaken(sync, deployment, name);
    else this.onCreateFailed(sync, deployment, name, outcome);
  }

  private onCreated(sync: Sync, deployment: Deployment, set: ReplicaSet): void {
    this.cache.wroteSet(set);
    if (sizeOf(set) > 0) this.scalingEvent(deployment, set.name, 0, sizeOf(set));
    const change = createdChange(deployment, set, this.clock);
    if (change !== null) this.writeDeployment(sync, deployment, change);
  }

  /** The name is taken: by a set of ours that was not seen yet, or by another template's. */
  private onNameTaken(sync: Sync, deployment: Deployment, name: string): void {
    const set = this.cache.sets.informer.find(deployment.namespace, name);
    if (set === undefined) {
      sync.end = "retry";
      return;
    }
    const ours = controllerOf(set)?.uid === deployment.uid;
    if (ours && this.cache.templates.equal(set.spec.template, deployment.spec.template)) return;
    const collisionCount = (deployment.status.collisionCount ?? 0) + 1;
    this.writeFailure(sync, deployment, { status: { ...deployment.status, collisionCount } });
  }

  private onCreateFailed(sync: Sync, deployment: Deployment, name: string, refusal: Refusal): void {
    if (refusal.cause === "NamespaceTerminating") {
      sync.end = "done";
      return;
    }
    const message = `Failed to create new replica set "${name}": ${refusal.message}`;
    this.event(deployment, "Warning", Progress.createFailed, message);
    const change = createFailedChange(deployment, message, this.clock);
    if (change === null) sync.end = "retry";
    else this.writeFailure(sync, deployment, change);
  }

  /** Writes what went wrong; the sync is tried again after that. */
  private writeFailure(sync: Sync, base: Deployment, change: Change): void {
    this.send(sync, this.failureNoted, { verb: "update", base, change });
  }

  private writeDeployment(sync: Sync, base: Deployment, change: Change): StepEnd {
    return this.send(sync, this.deploymentWritten, { verb: "update", base, change });
  }

  private endScaling(sync: Sync, deployment: Deployment, rollout: Rollout): StepEnd {
    if (deployment.spec.paused === true && this.cleanUp(sync, deployment, rollout)) return "go on";
    const status = deploymentStatus(deployment, rollout, this.clock, this.tellsTerminating);
    return this.writeStatus(sync, deployment, status);
  }

  private endRollout(sync: Sync, deployment: Deployment, rollout: Rollout): StepEnd {
    const cleansUp = sync.goal === "clean up, rollout status";
    if (cleansUp && isComplete(deployment, deployment.status)) {
      if (this.cleanUp(sync, deployment, rollout)) return "go on";
    }
    const { clock } = this;
    const status = rolloutStatus(deployment, rollout, clock, this.tellsTerminating);
    if (sameStatus(deployment.status, status)) this.endQuietly(sync, deployment, clock);
    return this.writeStatus(sync, deployment, status);
  }

  /** Deletes old sets beyond the history's limit; true when there is one to wait for. */
  private cleanUp(sync: Sync, deployment: Deployment, { oldSets }: Rollout): boolean {
    if (sync.cleanedUp) return false;
    sync.cleanedUp = true;
    const surplus = setsToCleanUp(oldSets, deployment.spec.revisionHistoryLimit);
    for (const set of surplus) this.send(sync, this.setWritten, { verb: "delete", target: set });
    return surplus.length > 0;
  }

  private writeStatus(sync: Sync, base: Deployment, status: DeploymentStatus): StepEnd {
    if (sameStatus(base.status, status)) return "done";
    return this.send(sync, this.lastWritten, { verb: "update", base, change: { status } });
  }

  /** A selector that matches everything is refused: the Deployment is only marked as seen. */
  private refuseSelector(sync: Sync, deployment: Deployment): StepEnd {
    const message = "This deployment is selecting all pods. A non-empty selector is required.";
    this.event(deployment, "Warning", "SelectingAll", message);
    const status = { ...deployment.status, observedGeneration: deployment.generation };
    return this.writeStatus(sync, deployment, status);
  }

  private send(sync: Sync, answer: AnswerId, request: WriteRequest): "go on" {
    sync.wrote = true;
    this.syncs.send(sync.row, answer, request);
    return "go on";
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

/** As upstream, a refused size of an old set ends the steps and not the sync: nothing is retried. */
function roll(sync: Sync, deployment: Deployment, rollout: Rollout): StepEnd {
  const { steps, of } = rollingUpdate(deployment.spec, rollout);
  if (of === "old sets") sync.goalIfRefused = "clean up, rollout status";
  return resize(sync, steps, steps.length > 0 ? "rollout status" : "clean up, rollout status");
}

function resize(sync: Sync, steps: readonly ScaleStep[], goal: Goal): StepEnd {
  sync.steps = steps;
  sync.goal = goal;
  return "go on";
}
