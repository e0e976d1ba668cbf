import { type PodCondition, type PodVersion, podCondition } from "../api/pod-version.js";
import type { Features } from "../api/features.js";
import { assert } from "../base/assert.js";
import type { Engine } from "../kernel/engine.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { AnswerId, Client } from "../store/client.js";
import type { Informer } from "../store/informer.js";
import type { Outcome } from "../store/outcome.js";
import type { PodChange } from "../store/request.js";
import type { PostFilterResult } from "./framework/interfaces.js";
import type { RunningPreemptions } from "./framework/running-preemptions.js";

export interface PreemptionExecutorOptions {
  readonly engine: Engine;
  readonly features: Features;
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly pods: Informer<"Pod">;
  /** The pod may be tried again, whatever it waits for. */
  readonly activate: (uid: string) => void;
}

interface UnderWay {
  readonly preemptor: PodVersion;
  readonly nodeName: string;
  /** Those that are told to go: of the last one more is made than of the others. */
  readonly victims: readonly PodVersion[];
  readonly nominated: readonly PodVersion[];
  /** Null: the scheduler does not wait for it. */
  readonly ended: ((succeeded: boolean) => void) | null;
  /** How many victims go together: all, or all but the last. */
  together: number;
  /** The next of them that no worker has taken. */
  nextVictim: number;
  /** Workers that have not come to their end. */
  working: number;
  nominationsCleared: number;
  /** One of them could not be taken, which hinders nothing. */
  nominationFailed: boolean;
  /** A victim could not be told to go. */
  failed: boolean;
}

/** Upstream's `parallelism` of the scheduler's configuration. */
const WORKERS = 16;

/**
 * Carries a preemption out: takes the nominations that the preemptor overrides, and deletes the victims.
 * Up to v1.32 the scheduling cycle waits for it, from then on it goes on beside the next cycles:
 *
 *     in the cycle:  victims, 16 at a time ─► nominations, one by one ─► the cycle ends
 *     beside it:     nominations, one by one ─► all victims but one, 16 at a time ─► the last ─► over
 *
 * A victim gets the condition that says why, and then is deleted. After one that could not be deleted no
 * more are begun, and a preemptor that nobody waits for may be tried again at once.
 * Source: KEP-4832; kube-scheduler, `pkg/scheduler/framework/preemption`.
 */
export class PreemptionExecutor implements RunningPreemptions {
  private readonly slots: (UnderWay | null)[] = [];
  /** Preemptors that are held back, and of which only the last victim is left. */
  private readonly preempting = new Set<string>();
  private readonly lastVictims = new Map<string, PodVersion>();
  private readonly cleared: AnswerId;
  private readonly marked: AnswerId;
  private readonly deleted: AnswerId;

  constructor(private readonly options: PreemptionExecutorOptions) {
    const { client } = options;
    this.cleared = client.onAnswer((outcome, slot) => this.onCleared(outcome, slot));
    this.marked = client.onAnswer((outcome, slot, i) => this.onMarked(outcome, slot, i));
    this.deleted = client.onAnswer((outcome, slot, i) => this.onDeleted(outcome, slot, i));
  }

  /** Whether a preemption may end after the cycle that decided on it. */
  get isAsync(): boolean {
    return this.options.features.SchedulerAsyncPreemption;
  }

  isRunning(uid: string): boolean {
    if (!this.preempting.has(uid)) return false;
    const last = this.lastVictims.get(uid);
    if (last === undefined) return true;
    const known = this.options.pods.at(last.row);
    return known !== undefined && known.uid === last.uid && known.deletionTimeMicros === null;
  }

  /** Begins; `ended` is called when it is over, and must not be there where nobody waits for it. */
  begin(
    preemptor: PodVersion,
    result: PostFilterResult,
    ended: ((succeeded: boolean) => void) | null,
  ): void {
    assert((ended === null) === this.isAsync, "a cycle waits for its preemption, or does not");
    const { PreemptionSkipsLeavingVictims: skips } = this.options.features;
    const victims = result.victims
      .map(({ pod }) => pod)
      .filter((pod) => !skips || pod.deletionTimeMicros === null);
    if (victims.length === 0 && this.isAsync) return;
    const slot = this.freeSlot();
    const run: UnderWay = {
      preemptor,
      nodeName: result.nominatedNodeName ?? "",
      victims,
      nominated: result.clearedNominations
        .map(({ pod }) => pod)
        .filter((pod) => pod.uid !== preemptor.uid && pod.nominatedNodeName !== ""),
      ended,
      together: this.isAsync ? victims.length - 1 : victims.length,
      nextVictim: 0,
      working: 0,
      nominationsCleared: 0,
      nominationFailed: false,
      failed: false,
    };
    this.slots[slot] = run;
    if (ended === null) {
      this.preempting.add(preemptor.uid);
      this.clearNominations(run, slot);
    } else {
      this.preemptTogether(run, slot);
    }
  }

  private freeSlot(): number {
    const free = this.slots.indexOf(null);
    return free === -1 ? this.slots.push(null) - 1 : free;
  }

  private at(slot: number): UnderWay {
    const run = this.slots[slot];
    assert(run !== null && run !== undefined, "an answer to a preemption that is over");
    return run;
  }

  /** The scheduler itself forgets them when its watch shows the change. */
  private clearNominations(run: UnderWay, slot: number): void {
    const next = run.nominated[run.nominationsCleared];
    if (next === undefined) {
      if (run.ended === null) this.preemptTogether(run, slot);
      else this.end(run, slot);
      return;
    }
    const change: PodChange = { nominatedNodeName: "" };
    this.options.client.submit({ verb: "patch", target: next, change }, this.cleared, slot);
  }

  private onCleared(outcome: Outcome, slot: number): void {
    const run = this.at(slot);
    run.nominationsCleared += 1;
    if (!outcome.ok) run.nominationFailed = true;
    this.clearNominations(run, slot);
  }

  private preemptTogether(run: UnderWay, slot: number): void {
    const chunk = chunkSize(run.together);
    run.working = Math.min(WORKERS, Math.ceil(run.together / chunk));
    const workers = run.working;
    if (workers === 0) {
      this.afterTogether(run, slot);
      return;
    }
    run.nextVictim = workers * chunk;
    for (let worker = 0; worker < workers; worker += 1) {
      this.preemptVictim(run, slot, worker * chunk);
    }
  }

  private preemptVictim(run: UnderWay, slot: number, i: number): void {
    const { client, features } = this.options;
    const victim = run.victims[i]!;
    const condition = this.disrupted(run.preemptor);
    if (!features.PodDisruptionConditions || saysTheSame(victim, condition)) {
      client.submit({ verb: "delete", target: victim }, this.deleted, slot, i);
      return;
    }
    const change: PodChange = { setConditions: [condition] };
    client.submit({ verb: "patch", target: victim, change }, this.marked, slot, i);
  }

  private onMarked(outcome: Outcome, slot: number, i: number): void {
    const run = this.at(slot);
    if (outcome.ok && !run.failed) {
      this.options.client.submit(
        { verb: "delete", target: run.victims[i]! },
        this.deleted,
        slot,
        i,
      );
      return;
    }
    const isGone = !outcome.ok && this.options.features.PreemptionSkipsLeavingVictims;
    if (!isGone) run.failed = true;
    this.victimDone(run, slot, i);
  }

  /** A victim that is gone already is as good as one that was deleted; only nothing is said of it. */
  private onDeleted(outcome: Outcome, slot: number, i: number): void {
    const run = this.at(slot);
    if (outcome.ok) {
      const { engine, observer } = this.options;
      const victim = run.victims[i]!;
      const message = `Preempted by pod ${run.preemptor.uid} on node ${run.nodeName}`;
      observer.event("Normal", "Preempted", victim, message, engine.now);
      observer.podPreempted(victim, "PreemptionByScheduler", engine.now);
    }
    this.victimDone(run, slot, i);
  }

  private victimDone(run: UnderWay, slot: number, i: number): void {
    if (i === run.together) {
      this.end(run, slot);
      return;
    }
    const next = this.nextOfWorker(run, i);
    if (next !== null) {
      this.preemptVictim(run, slot, next);
      return;
    }
    run.working -= 1;
    if (run.working === 0) this.afterTogether(run, slot);
  }

  /** A worker goes through its chunk, and then takes the next that nobody has. */
  private nextOfWorker(run: UnderWay, i: number): number | null {
    if (run.failed) return null;
    const chunk = chunkSize(run.together);
    let next = i + 1;
    if (next % chunk === 0) {
      next = run.nextVictim;
      run.nextVictim += chunk;
    }
    return next < run.together ? next : null;
  }

  private afterTogether(run: UnderWay, slot: number): void {
    if (run.ended !== null) {
      if (run.failed) this.end(run, slot);
      else this.clearNominations(run, slot);
      return;
    }
    const { uid } = run.preemptor;
    const { PreemptorHeldToLastVictim: heldToLast } = this.options.features;
    if (!heldToLast) this.preempting.delete(uid);
    if (run.failed) {
      this.end(run, slot);
      return;
    }
    if (heldToLast) this.lastVictims.set(uid, run.victims[run.together]!);
    this.preemptVictim(run, slot, run.together);
  }

  private end(run: UnderWay, slot: number): void {
    this.slots[slot] = null;
    if (run.ended !== null) {
      run.ended(!run.failed);
      return;
    }
    const { uid } = run.preemptor;
    if (this.options.features.PreemptorHeldToLastVictim) {
      this.preempting.delete(uid);
      this.lastVictims.delete(uid);
    }
    if (run.failed || run.nominationFailed) this.options.activate(uid);
  }

  /** The condition that tells why a victim goes. */
  private disrupted(preemptor: PodVersion): PodCondition {
    return {
      type: "DisruptionTarget",
      status: "True",
      lastTransitionTimeMicros: this.options.engine.now,
      reason: "PreemptionByScheduler",
      message: `${preemptor.spec.schedulerName ?? ""}: preempting to accommodate a higher priority pod`,
    };
  }
}

function saysTheSame(pod: PodVersion, { type, status, reason, message }: PodCondition): boolean {
  const known = podCondition(pod, type);
  return known?.status === status && known.reason === reason && known.message === message;
}

/** How many pieces of work a worker takes at a time. Source: kube-scheduler, `parallelize.chunkSizeFor`. */
function chunkSize(count: number): number {
  return Math.max(1, Math.min(Math.floor(Math.sqrt(count)), Math.floor(count / WORKERS) + 1));
}
