import { assert } from "../../base/assert.js";
import type { ArrivalSource } from "../arrivals/arrival-process.js";
import type { Rate } from "../arrivals/rate.js";
import type { PodModel } from "../pods/pod-model.js";
import { backoffSeconds, type CallPolicy } from "./call-policy.js";
import { CallTable } from "./call-table.js";
import { Deadlines } from "./deadlines.js";
import { EventHeap } from "./event-heap.js";
import { Kind } from "./event-kind.js";
import { PodTable } from "./pod-table.js";
import { PodWork } from "./pod-work.js";
import { attemptPath, childPath } from "./request-path.js";
import { Router } from "./router.js";
import type { SourceDraws } from "./source-draws.js";
import { Failure, type TrafficObserver } from "./traffic-observer.js";
import { VisitState, VisitTable } from "./visit-table.js";

const NONE = -1;
/** Calls of calls that go deeper fail: services that call each other in a circle would never end. */
export const MAX_CALL_DEPTH = 32;

interface Source {
  readonly arrivals: ArrivalSource;
  readonly draws: SourceDraws;
  service: number;
  /** Whether the observer is told which service of a split an attempt goes to. */
  tellsBackends: boolean;
  readonly policy: number;
  /** Of the next request. */
  number: number;
  /** Goes up when the arrival that was awaited no longer comes. */
  generation: number;
}

export interface SourceOptions {
  readonly arrivals: ArrivalSource;
  readonly draws: SourceDraws;
  readonly service: number;
  readonly tellsBackends?: boolean;
  readonly policy: number;
}

/**
 * Requests, each an event: from their sources through the router to pods, where they wait, take CPU
 * and time and call other services, and back. Time is in fractional seconds and moves when `runUntil`
 * is called; whoever changes something brings the loop to that moment before.
 *
 *   call:   sent ──> answered                    visit: see VisitTable
 *             └─> failed ── backoff ──> sent anew, or given up
 */
export class TrafficLoop {
  readonly pods = new PodTable();
  readonly router = new Router(this.pods);
  nowSeconds = 0;
  /** Attempts of calls that failed since they were deeper than any is let. */
  tooDeepCount = 0;

  private readonly heap = new EventHeap();
  private readonly calls = new CallTable();
  private readonly visits = new VisitTable();
  private readonly work: PodWork;
  private readonly sources: Source[] = [];
  private readonly policies: CallPolicy[] = [];
  /** By policy. */
  private readonly deadlines: Deadlines[] = [];

  constructor(private readonly observer: TrafficObserver) {
    const { pods, visits, heap, sources } = this;
    const done = (visit: number): void => this.finishWork(visit);
    this.work = new PodWork({ pods, visits, heap, sources, done });
  }

  get sourceCount(): number {
    return this.sources.length;
  }

  addPolicy(policy: CallPolicy): number {
    this.policies.push(policy);
    this.deadlines.push(new Deadlines());
    return this.policies.length - 1;
  }

  /** A source whose requests come from now on. */
  addSource(options: SourceOptions): number {
    const source = this.sources.length;
    const { tellsBackends = false } = options;
    this.sources.push({ ...options, tellsBackends, number: 0, generation: 0 });
    this.await(source, options.arrivals.next());
    return source;
  }

  /** The requests of a source come at another rate from now on. */
  changeRate(source: number, rate: Rate): void {
    const target = this.sources[source]!;
    target.generation += 1;
    this.await(source, target.arrivals.change(rate, this.nowSeconds));
  }

  /** The requests of a source go to another service from now on. */
  redirect(source: number, service: number, tellsBackends = false): void {
    const target = this.sources[source]!;
    target.service = service;
    target.tellsBackends = tellsBackends;
  }

  addPod(model: PodModel): number {
    return this.pods.add(model, this.nowSeconds);
  }

  /** The pod takes no more connections, and finishes what it has. */
  closePod(pod: number): void {
    this.pods.closed[pod] = Math.max(1, this.pods.closed[pod]!);
  }

  /** The pod has ended: what it had is broken off. It is forgotten when no service lists it. */
  endPod(pod: number): void {
    this.pods.closed[pod] = 2;
    const { state, pod: podOf, rows } = this.visits;
    for (let visit = 0; visit < rows.end; visit++) {
      if (state[visit] === VisitState.free || podOf[visit] !== pod) continue;
      this.breakOff(visit, Failure.reset);
    }
    this.forgetIfOver(pod);
  }

  /** The pods that a service sends to from now on. */
  setEndpoints(service: number, pods: readonly number[]): void {
    for (const pod of this.router.setEndpoints(service, pods)) this.forgetIfOver(pod);
  }

  /** Lets happen all that happens up to and at that time. */
  runUntil(seconds: number): void {
    assert(seconds >= this.nowSeconds, "traffic does not go back in time");
    const { heap } = this;
    while (heap.pop(seconds)) {
      this.nowSeconds = heap.timeSeconds;
      this.work.nowSeconds = heap.timeSeconds;
      this.happen(heap.kind, heap.index, heap.generation);
    }
    this.nowSeconds = seconds;
    this.work.nowSeconds = seconds;
  }

  private happen(kind: number, index: number, generation: number): void {
    switch (kind) {
      case Kind.arrival:
        if (this.sources[index]!.generation === generation) this.arrive(index);
        break;
      case Kind.delayEnd:
        if (this.visits.rows.generations[index] === generation) this.finishWork(index);
        break;
      case Kind.cpu:
        if (this.pods.cpuGeneration[index] === generation) this.work.runCpu(index);
        break;
      case Kind.patience:
        if (this.visits.rows.generations[index] === generation) this.losePatience(index);
        break;
      case Kind.timeout:
        if (this.visits.rows.generations[index] === generation) this.timeOut(index);
        break;
      case Kind.deadline:
        this.passDeadlines(index);
        break;
      case Kind.retry:
        this.send(index);
        break;
    }
  }

  private await(source: number, seconds: number): void {
    if (seconds === Number.POSITIVE_INFINITY) return;
    this.heap.push(seconds, Kind.arrival, source, this.sources[source]!.generation);
  }

  private arrive(sourceIndex: number): void {
    const source = this.sources[sourceIndex]!;
    const number = source.number;
    source.number += 1;
    this.await(sourceIndex, source.arrivals.next());
    const { calls } = this;
    const call = calls.take();
    calls.source[call] = sourceIndex;
    calls.service[call] = source.service;
    calls.policy[call] = source.policy;
    calls.number[call] = number;
    calls.path[call] = Math.floor(number / 2 ** 32);
    calls.parent[call] = NONE;
    calls.depth[call] = 0;
    calls.sentSeconds[call] = this.nowSeconds;
    this.send(call);
  }

  /** The next attempt of a call. */
  private send(call: number): void {
    const { calls, pods, visits } = this;
    const attempt = calls.attempt[call]! + 1;
    calls.attempt[call] = attempt;
    const sourceIndex = calls.source[call]!;
    const source = this.sources[sourceIndex]!;
    const number = calls.number[call]!;
    const path = attemptPath(calls.path[call]!, attempt);
    const pod = this.router.route(calls.service[call]!, source.draws.route, number, path);
    if (calls.parent[call] === NONE) {
      const backend = source.tellsBackends ? this.router.chosen : NONE;
      calls.backend[call] = backend;
      this.observer.attemptSent(sourceIndex, this.nowSeconds, backend);
    }
    const isTooDeep = calls.depth[call]! > MAX_CALL_DEPTH;
    if (isTooDeep) this.tooDeepCount += 1;
    const refusal = isTooDeep ? Failure.error : this.refusalOf(pod);
    if (refusal !== null) {
      this.failAttempt(call, refusal);
      return;
    }
    const isBusy = pods.active[pod]! >= pods.models[pod]!.concurrency;
    const visit = visits.take();
    visits.pod[visit] = pod;
    visits.source[visit] = sourceIndex;
    visits.number[visit] = number;
    visits.path[visit] = path;
    visits.call[visit] = call;
    visits.arrivedSeconds[visit] = this.nowSeconds;
    visits.depth[visit] = calls.depth[call]!;
    calls.visit[call] = visit;
    this.armTimeout(call, visit, isBusy);
    this.work.accept(visit, pod, isBusy);
  }

  /** Why a pod, or none, takes no request; null: it does. */
  private refusalOf(pod: number): Failure | null {
    const { pods } = this;
    if (pod < 0) return (NONE - pod) as Failure;
    if (pods.closed[pod] !== 0) return Failure.refused;
    const { concurrency, queueLimit } = pods.models[pod]!;
    const isFull = pods.active[pod]! >= concurrency && pods.waiting[pod]! >= queueLimit;
    return isFull ? Failure.full : null;
  }

  private armTimeout(call: number, visit: number, isWaiting: boolean): void {
    const { calls, visits, heap } = this;
    const policyIndex = calls.policy[call]!;
    const { timeout } = this.policies[policyIndex]!;
    if (timeout === null) return;
    if (typeof timeout.after === "number" && timeout.of === "total") {
      const ring = this.deadlines[policyIndex]!;
      const due = this.nowSeconds + timeout.after;
      if (ring.isEmpty) heap.push(due, Kind.deadline, policyIndex, 0);
      ring.push(due, call, calls.rows.generations[call]!, calls.attempt[call]!);
      return;
    }
    const { draws } = this.sources[visits.source[visit]!]!;
    const after =
      typeof timeout.after === "number"
        ? timeout.after
        : timeout.after.quantile(draws.timeout.uniform(visits.number[visit]!, visits.path[visit]!));
    const due = this.nowSeconds + after;
    if (timeout.of === "total") {
      heap.push(due, Kind.timeout, visit, visits.rows.generations[visit]!);
    } else if (isWaiting) {
      heap.push(due, Kind.patience, visit, visits.rows.generations[visit]!);
    }
  }

  /** The pod's own work for a visit is done. */
  private finishWork(visit: number): void {
    const { visits, pods } = this;
    const pod = visits.pod[visit]!;
    const model = pods.models[pod]!;
    const arrived = visits.arrivedSeconds[visit]!;
    const started = visits.startedSeconds[visit]!;
    pods.served[pod]! += 1;
    this.observer.visitDone(visits.source[visit]!, pod, arrived, started, this.nowSeconds);
    if (model.stages.length > 0) {
      visits.state[visit] = VisitState.calling;
      visits.stage[visit] = 0;
      if (!model.holdsPlaceDuringCalls) this.work.vacate(pod);
      this.callStage(visit);
      return;
    }
    this.answer(visit);
  }

  private answer(visit: number): void {
    const { visits } = this;
    const { errorShare } = this.pods.models[visits.pod[visit]!]!;
    const { draws } = this.sources[visits.source[visit]!]!;
    const call = visits.call[visit]!;
    const isError =
      errorShare > 0 &&
      draws.outcome.uniform(visits.number[visit]!, visits.path[visit]!) < errorShare;
    this.work.leave(visit);
    if (call === NONE) return;
    if (isError) this.failAttempt(call, Failure.error);
    else this.endCall(call, true);
  }

  private callStage(visit: number): void {
    const { visits, calls } = this;
    const { stages } = this.pods.models[visits.pod[visit]!]!;
    const stage = visits.stage[visit]!;
    const generation = visits.rows.generations[visit]!;
    const among = stages[stage]!;
    visits.pending[visit] = among.length;
    for (let i = 0; i < among.length; i++) {
      const { service, policy } = among[i]!;
      const call = calls.take();
      calls.source[call] = visits.source[visit]!;
      calls.service[call] = service;
      calls.policy[call] = policy;
      calls.number[call] = visits.number[visit]!;
      calls.path[call] = childPath(visits.path[visit]!, stage, i);
      calls.parent[call] = visit;
      calls.depth[call] = visits.depth[visit]! + 1;
      calls.parentGeneration[call] = generation;
      calls.sentSeconds[call] = this.nowSeconds;
      this.send(call);
      // One that failed at once may have ended the visit.
      if (visits.rows.generations[visit] !== generation) return;
    }
  }

  private endChild(visit: number, isAnswered: boolean): void {
    const { visits } = this;
    if (!isAnswered) {
      this.breakOff(visit, Failure.error);
      return;
    }
    visits.pending[visit]! -= 1;
    if (visits.pending[visit]! > 0) return;
    visits.stage[visit]! += 1;
    const { stages } = this.pods.models[visits.pod[visit]!]!;
    if (visits.stage[visit]! < stages.length) this.callStage(visit);
    else this.answer(visit);
  }

  /** A visit ends before its time; whoever waits for it is told. */
  private breakOff(visit: number, failure: Failure): void {
    const call = this.visits.call[visit]!;
    this.work.leave(visit);
    if (call !== NONE) this.failAttempt(call, failure);
  }

  private losePatience(visit: number): void {
    const { visits } = this;
    if (visits.state[visit] !== VisitState.waiting) return;
    const { pod, arrivedSeconds } = visits;
    this.observer.visitLeft(pod[visit]!, arrivedSeconds[visit]!, this.nowSeconds);
    this.breakOff(visit, Failure.timeout);
  }

  private passDeadlines(policy: number): void {
    const ring = this.deadlines[policy]!;
    const { calls } = this;
    while (!ring.isEmpty) {
      const { firstCall: call, firstGeneration, firstAttempt } = ring;
      const isStale =
        calls.rows.generations[call] !== firstGeneration ||
        calls.attempt[call] !== firstAttempt ||
        calls.visit[call] === NONE;
      if (!isStale && ring.firstSeconds > this.nowSeconds) {
        this.heap.push(ring.firstSeconds, Kind.deadline, policy, 0);
        return;
      }
      ring.drop();
      if (!isStale) this.timeOut(calls.visit[call]!);
    }
  }

  /** Whoever waits for the visit gives up. */
  private timeOut(visit: number): void {
    const { calls, visits } = this;
    const call = visits.call[visit]!;
    if (call === NONE) return;
    visits.call[visit] = NONE;
    if (this.policies[calls.policy[call]!]!.timeout!.work === "cancelled") {
      if (visits.state[visit] === VisitState.waiting) {
        const { pod, arrivedSeconds } = visits;
        this.observer.visitLeft(pod[visit]!, arrivedSeconds[visit]!, this.nowSeconds);
      }
      this.work.leave(visit);
    }
    this.failAttempt(call, Failure.timeout);
  }

  private failAttempt(call: number, failure: Failure): void {
    const { calls } = this;
    calls.visit[call] = NONE;
    const source = calls.source[call]!;
    if (calls.parent[call] === NONE) {
      this.observer.attemptFailed(source, failure, this.nowSeconds, calls.backend[call]!);
    }
    const { retry } = this.policies[calls.policy[call]!]!;
    const attempt = calls.attempt[call]!;
    if (attempt >= retry.maxAttempts) {
      this.endCall(call, false);
      return;
    }
    const path = attemptPath(calls.path[call]!, attempt);
    const u = this.sources[source]!.draws.backoff.uniform(calls.number[call]!, path);
    this.heap.push(this.nowSeconds + backoffSeconds(retry, attempt, u), Kind.retry, call, 0);
  }

  private endCall(call: number, isAnswered: boolean): void {
    const { calls } = this;
    const parent = calls.parent[call]!;
    const isWanted = this.visits.rows.generations[parent] === calls.parentGeneration[call];
    calls.rows.release(call);
    if (parent !== NONE) {
      if (isWanted) this.endChild(parent, isAnswered);
      return;
    }
    const source = calls.source[call]!;
    const sent = calls.sentSeconds[call]!;
    const attempts = calls.attempt[call]!;
    const backend = calls.backend[call]!;
    this.observer.requestEnded(source, sent, this.nowSeconds, isAnswered, attempts, backend);
  }

  private forgetIfOver(pod: number): void {
    if (this.pods.closed[pod] === 2 && this.pods.listed[pod] === 0) this.pods.release(pod);
  }
}
