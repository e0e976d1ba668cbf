import { assert } from "../base/assert.js";
import type { PodVersion } from "../api/pod-version.js";
import type { TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { Client } from "../store/client.js";
import type { InformerFactory } from "../store/informer-factory.js";
import { BindingCycle, type BindingPod } from "./binding-cycle.js";
import { type FastCounts, FastSchedulingAlgorithm } from "./fast/fast-scheduling-algorithm.js";
import { type CycleTime, cycleMicros } from "./cycle-time.js";
import { EventHandlers } from "./event-handlers.js";
import type { DecisionObserver } from "./explain/decision-observer.js";
import { FailureHandler } from "./failure-handler.js";
import { Action } from "./framework/cluster-event.js";
import { ClusterFork } from "./framework/cluster-fork.js";
import { ClusterState } from "./framework/cluster-state.js";
import { causesOf } from "./framework/fit-error.js";
import type { Features } from "../api/features.js";
import type { QueueSortPlugin } from "./framework/interfaces.js";
import { PodNominator } from "./framework/nominator.js";
import type { FactoryOf, ResolvedProfile } from "./framework/profile.js";
import { Framework, type Surroundings } from "./framework/runtime.js";
import type { CycleOutcome, Scheduled, Unschedulable } from "./framework/scheduling-algorithm.js";
import { informerListers } from "./informer-listers.js";
import { PermitWaits } from "./permit-waits.js";
import { PreChecks } from "./pre-check.js";
import { Status, isRejected } from "./framework/status.js";
import type { BackoffOptions } from "./queue/backoff.js";
import type { QueuedPod } from "./queue/queued-pod.js";
import { SchedulingQueue } from "./queue/scheduling-queue.js";
import { type Happening, QueueingHints } from "./queueing-hints.js";
import { SchedulerCache } from "./scheduler-cache.js";

export interface SchedulerOptions {
  readonly engine: Engine;
  readonly informers: InformerFactory;
  /** For bindings; its latency is that of a binding. */
  readonly bindingClient: Client;
  /** For conditions, nominations and the deletion of victims. */
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly features: Features;
  readonly profiles: readonly ResolvedProfile[];
  readonly factoryOf: FactoryOf;
  readonly percentageOfNodesToScore: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  /** Upstream's `--pod-max-in-unschedulable-pods-duration`, 5 min. */
  readonly maxUnschedulableMicros: number;
  /** `random`: uniform among the best nodes, from a stream of its own. */
  readonly ties: "random" | "first";
  /** Every so many decisions are compared with the plain form of every rule; absent or 0: none. */
  readonly verifyEvery?: number;
  /** How long a scheduling cycle occupies the scheduler. */
  readonly cycle: CycleTime;
  /** How long the containers of a pod will run, where whoever made it knows. */
  readonly expectedRunMicros?: (pod: PodVersion) => TimeMicros | null;
  /** Follows the decisions about some pods; nothing is recorded without. */
  readonly decisions?: DecisionObserver;
}

interface Decided {
  readonly queued: QueuedPod;
  readonly framework: Framework;
  readonly outcome: CycleOutcome;
}

const MICROS_PER_SECOND = 1_000_000;
const DRAWS_PER_CYCLE = 64;
const POP_FROM_BACKOFF_WINDOW_MICROS = MICROS_PER_SECOND;

/**
 * kube-scheduler: takes pods from its queue one at a time, decides on what its watches have told it,
 * and binds beside the next decision. A decision is taken on the state at the cycle's start and takes
 * effect when the cycle's modelled time is over.
 *
 *     pop ─► decide ─(cycle time)─► assume, reserve, permit ─► binding cycle ─► bound
 *                        └────────► unschedulable: back to the queue, preemption
 */
export class Scheduler {
  readonly state: ClusterState;
  readonly queue: SchedulingQueue<Happening>;
  readonly frameworks: ReadonlyMap<string, Framework>;
  readonly hints: QueueingHints;
  private readonly queueSort: QueueSortPlugin;
  private readonly engine: Engine;
  private readonly cache: SchedulerCache;
  private readonly nominator = new PodNominator();
  private readonly algorithm: FastSchedulingAlgorithm;
  private readonly waits: PermitWaits;
  private readonly bindings: BindingCycle;
  private readonly failures: FailureHandler;
  private readonly nextHandler: HandlerId;
  private readonly decidedHandler: HandlerId;
  private readonly flushHandler: HandlerId;
  private readonly retryHandler: HandlerId;
  /** The pod whose cycle is under way, and what was decided. */
  private current: Decided | null = null;
  private armed = false;
  /** Scheduling cycles so far: draws of plugins belong to them. */
  private cycles = 0;
  private flushAtMicros = Number.POSITIVE_INFINITY;

  constructor(private readonly options: SchedulerOptions) {
    const { engine, informers, features } = options;
    this.engine = engine;
    this.state = new ClusterState(features);
    this.cache = new SchedulerCache(this.state);
    this.waits = new PermitWaits({
      engine,
      allowed: (binding) => this.bindings.begin(binding),
      rejected: (binding, plugin, message) => this.permitRefused(binding, plugin, message),
    });
    const { profiles, ties } = options;
    const offsets = engine.streams.stream("scheduler/preemption-offset");
    const offset = (n: number) => (ties === "random" ? offsets.int(n) : 0);
    this.frameworks = this.buildFrameworks(profiles, {
      snapshot: this.state,
      nominator: this.nominator,
      scalars: this.state.scalars,
      offset,
      waitingPods: this.waits,
    });
    this.hints = new QueueingHints(this.frameworks, { useHints: features.SchedulerQueueingHints });
    // The real loader refuses profiles with different QueueSort plugins: any one speaks for all.
    const [first] = this.frameworks.values();
    assert(first !== undefined, "a scheduler has at least one profile");
    this.queueSort = first.queueSort;
    this.queue = this.buildQueue();
    this.algorithm = new FastSchedulingAlgorithm(this.state, {
      now: () => this.options.engine.now,
      percentageOfNodesToScore: options.percentageOfNodesToScore,
      chooseTie: options.ties === "random" ? this.randomTie() : null,
      verifyEvery: options.verifyEvery ?? 0,
    });
    const pods = informers.informer("Pod");
    this.bindings = new BindingCycle({
      engine,
      bindingClient: options.bindingClient,
      client: options.client,
      exists: ({ row, uid }) => pods.at(row)?.uid === uid,
      observer: options.observer,
      bound: (binding) => this.bound(binding),
      failed: (binding, message) => this.bindingFailed(binding, message),
    });
    this.failures = new FailureHandler({
      engine,
      features,
      client: options.client,
      observer: options.observer,
      pods,
      state: this.state,
      nominator: this.nominator,
      queue: this.queue,
    });
    this.nextHandler = engine.registerHandler("scheduler/next", () => this.next());
    this.decidedHandler = engine.registerHandler("scheduler/decided", () => this.decided());
    this.flushHandler = engine.registerHandler("scheduler/flush", () => this.flush());
    this.retryHandler = engine.registerHandler("scheduler/retry", () => this.flush(), {
      background: true,
    });
  }

  /** How the decisions so far were taken. */
  get counts(): FastCounts {
    return this.algorithm.counts;
  }

  /** What it believes now, to try changes on; without the nominations of pods that wait. */
  fork(): ClusterFork {
    const snapshot = this.state.fork();
    const { scalars } = snapshot;
    const nominator = new PodNominator();
    const profiles = this.options.profiles.map((profile) => {
      return { ...profile, percentageOfNodesToScore: 100 };
    });
    const over = { snapshot, nominator, scalars, offset: () => 0 };
    return new ClusterFork(snapshot, this.buildFrameworks(profiles, over));
  }

  /** Begins to watch; what is in the store already counts from now on. */
  start(): void {
    const { features, informers } = this.options;
    new EventHandlers({
      cache: this.cache,
      state: this.state,
      queue: this.queue,
      nominator: this.nominator,
      hints: this.hints,
      preChecks: new PreChecks(this.state, informerListers(informers), features),
      features,
      isResponsible: (pod) => this.frameworks.has(pod.spec.schedulerName ?? ""),
      now: () => this.engine.now,
      wake: () => this.wake(),
    }).connect(informers);
    informers.informer("Pod").addHandler({
      deleted: ({ uid }) => this.waits.get(uid)?.reject("", "pod is deleted"),
    });
    this.wake();
  }

  private buildFrameworks(
    profiles: readonly ResolvedProfile[],
    over: Pick<Surroundings, "snapshot" | "nominator" | "scalars" | "offset" | "waitingPods">,
  ): ReadonlyMap<string, Framework> {
    const { features, factoryOf, informers, expectedRunMicros } = this.options;
    const surroundings: Surroundings = {
      features,
      listers: informerListers(informers),
      draw: (stream, n) => this.draw(stream, n),
      ...(expectedRunMicros === undefined ? {} : { expectedRunMicros }),
      ...over,
    };
    return new Map(
      profiles.map((profile) => [
        profile.schedulerName,
        new Framework(profile, surroundings, factoryOf),
      ]),
    );
  }

  private draw(stream: string, n: number): number {
    assert(Number.isInteger(n) && n >= 0 && n < DRAWS_PER_CYCLE, () => `there is no draw ${n}`);
    const { streams } = this.engine;
    return streams.draw(`scheduler/plugins/${stream}`, this.cycles * DRAWS_PER_CYCLE + n);
  }

  private buildQueue(): SchedulingQueue<Happening> {
    const { features, podInitialBackoffSeconds, podMaxBackoffSeconds } = this.options;
    const popFromBackoff = features.SchedulerPopFromBackoffQ;
    const backoff: BackoffOptions = {
      initial: Math.round(podInitialBackoffSeconds * MICROS_PER_SECOND),
      max: Math.round(podMaxBackoffSeconds * MICROS_PER_SECOND),
      orderingWindow: popFromBackoff ? POP_FROM_BACKOFF_WINDOW_MICROS : 0,
      endIsExclusive: features.BackoffEndIsExclusive,
      countsErrorsApart: features.BackoffCountsErrorsApart,
    };
    const { queueSort: sort } = this;
    return new SchedulingQueue<Happening>({
      before: (a, b) => {
        if (sort.less(a, b)) return true;
        return sort.less(b, a) ? false : a.sequence < b.sequence;
      },
      gate: (pod) => this.gateOf(pod),
      awaits: (queued, happening) => this.hints.awaits(queued, happening),
      worthRequeuing: (queued, happening) => this.hints.worthRequeuing(queued, happening),
      backoff,
      maxUnschedulableMicros: this.options.maxUnschedulableMicros,
      rules: {
        inFlightEvents: features.SchedulerQueueingHints,
        popFromBackoff,
        errorsBackOff: features.ErrorsBackOff,
        errorKeepsRejectors: features.ErrorKeepsRejectors,
      },
    });
  }

  private gateOf(pod: PodVersion): string | null {
    const framework = this.frameworks.get(pod.spec.schedulerName ?? "");
    if (framework === undefined || framework.preEnqueuePlugins.length === 0) return null;
    const info = this.state.podInfos.podInfo(pod);
    const gate = framework.runPreEnqueuePlugins(info)?.plugin ?? null;
    this.options.decisions?.atGate(pod, gate !== null, this.engine.now);
    return gate;
  }

  private randomTie(): (count: number) => number {
    const ties = this.engine.streams.stream("scheduler/ties");
    return (count) => ties.int(count);
  }

  /** Makes sure that the scheduler looks at its queue, now or when its cycle is over. */
  private wake(): void {
    this.planFlush();
    if (this.armed || this.current !== null || this.queue.readyCount === 0) return;
    this.armed = true;
    this.engine.scheduleAt(this.engine.now, Phase.react, this.nextHandler);
  }

  private next(): void {
    this.armed = false;
    if (this.queueSort.sortsAnew?.(this.engine.now) === true) this.queue.sortAnew();
    const queued = this.queue.pop();
    if (queued === undefined) return;
    const pod = queued.pod;
    const framework = this.frameworks.get(pod.spec.schedulerName ?? "");
    assert(framework !== undefined, () => `no profile for pod ${pod.name}`);
    if (pod.deletionTimeMicros !== null) {
      const message = `skip schedule deleting pod: ${pod.namespace}/${pod.name}`;
      this.options.observer.event("Warning", "FailedScheduling", pod, message, this.engine.now);
      this.queue.done(queued);
      this.wake();
      return;
    }
    const outcome = this.decide(queued, framework);
    this.current = { queued, framework, outcome };
    const info = this.state.podInfos.podInfo(pod);
    const nodes = { evaluated: outcome.evaluatedNodes, inCluster: this.state.nodes.length };
    const micros = cycleMicros(this.options.cycle, info, nodes);
    this.engine.scheduleAfter(micros, Phase.react, this.decidedHandler);
  }

  private decide(queued: QueuedPod, framework: Framework): CycleOutcome {
    this.cycles += 1;
    const pod = this.state.podInfos.podInfo(queued.pod);
    const trace = this.options.decisions?.trace(queued.pod) ?? null;
    const outcome = this.algorithm.schedule(framework, pod, trace);
    const attempt = queued.attempts;
    trace?.decided({ timeMicros: this.engine.now, attempt, framework, pod, outcome });
    return outcome;
  }

  private decided(): void {
    const { current } = this;
    assert(current !== null, "a scheduling cycle ended that never began");
    this.current = null;
    const { queued, framework, outcome } = current;
    if (outcome.kind === "scheduled") this.place(queued, framework, outcome);
    else if (outcome.kind === "unschedulable") this.refuse(queued, outcome);
    else this.fail(queued, outcome.message);
    this.wake();
  }

  private place(queued: QueuedPod, framework: Framework, outcome: Scheduled): void {
    const nodeName = outcome.node.name;
    if (this.queue.get(queued.pod.uid) !== queued) {
      // The pod was deleted, or bound by another party, while the cycle ran.
      this.queue.done(queued);
      return;
    }
    // The pod's newest version, which may have other labels than the one that was decided on.
    const info = this.state.podInfos.podInfo(queued.pod);
    this.cache.assume(info, outcome.node);
    this.queue.assumed(queued);
    this.nominator.delete(queued.pod.uid);
    const binding = { queued, framework, state: outcome.state, info, nodeName };
    const reserved = framework.runReservePlugins(outcome.state, info, nodeName);
    if (reserved !== null) {
      this.bindingFailed(binding, reserved.message);
      return;
    }
    const permit = framework.runPermitPlugins(outcome.state, info, nodeName);
    if (permit === null) this.bindings.begin(binding);
    else if (!(permit instanceof Status)) this.waits.hold(binding, permit);
    else if (isRejected(permit)) this.permitRefused(binding, permit.plugin, permit.message);
    else this.bindingFailed(binding, `running Permit plugin "${permit.plugin}": ${permit.message}`);
  }

  /** The pod gives its node back and is unschedulable, by that plugin on that one node. */
  private permitRefused(binding: BindingPod, plugin: string, reason: string): void {
    const { queued } = binding;
    this.giveBack(binding, reason);
    this.failures.handle(queued, {
      reason: "Unschedulable",
      message: `0/1 nodes are available: 1 ${reason}.`,
      rejectors: [plugin],
      causes: [{ plugin, reason }],
      nominatedNodeName: null,
    });
    this.freed(binding, (other) => other !== queued);
    this.wake();
  }

  private refuse(queued: QueuedPod, outcome: Unschedulable): void {
    const { postFilter } = outcome;
    if (postFilter !== null && postFilter.victims.length > 0) {
      this.failures.preempt(queued.pod, postFilter);
    }
    if (postFilter?.claimWrite !== undefined) this.failures.writeClaim(postFilter.claimWrite);
    this.failures.handle(queued, {
      reason: "Unschedulable",
      message: outcome.message(),
      rejectors: [...outcome.diagnosis.unschedulablePlugins()].sort(),
      causes: causesOf(outcome.diagnosis),
      nominatedNodeName: postFilter?.nominatedNodeName ?? null,
    });
  }

  private fail(queued: QueuedPod, message: string): void {
    this.failures.handle(queued, {
      reason: "SchedulerError",
      message,
      rejectors: [],
      causes: [],
      nominatedNodeName: "",
    });
  }

  private bound(binding: BindingPod): void {
    const { pod } = binding.queued;
    this.options.observer.schedulingAttempt(pod, "scheduled", this.engine.now);
    this.queue.done(binding.queued);
    this.wake();
  }

  private bindingFailed(binding: BindingPod, message: string): void {
    this.giveBack(binding, message);
    // What it had taken is told first, so that the pod itself is one of those that missed a move.
    this.freed(binding);
    this.fail(binding.queued, message);
    this.wake();
  }

  private giveBack(binding: BindingPod, message: string): void {
    const { queued, framework, state, info, nodeName } = binding;
    for (const write of framework.runUnreservePlugins(state, info, nodeName)) {
      this.failures.writeClaim(write);
    }
    this.cache.forget(queued.pod.uid);
    this.options.decisions?.bindingFailed(queued.pod, message, this.engine.now);
  }

  /** What the pod had taken is free again: for others as if it had been deleted. */
  private freed({ queued, nodeName }: BindingPod, admits?: (other: QueuedPod) => boolean): void {
    const event = { resource: "AssignedPod", actions: Action.Delete } as const;
    const before = queued.pod.next({ nodeName });
    this.queue.moveOnEvent({ event, before, after: null }, this.engine.now, admits);
  }

  private flush(): void {
    if (this.flushAtMicros <= this.engine.now) this.flushAtMicros = Number.POSITIVE_INFINITY;
    this.queue.flush(this.engine.now);
    this.wake();
  }

  /** One pending event for the next time at which waiting alone moves a pod. */
  private planFlush(): void {
    const next = this.queue.nextFlushMicros(this.engine.now);
    if (next === null || next.at >= this.flushAtMicros) return;
    this.flushAtMicros = next.at;
    const handler = next.onlyRetries ? this.retryHandler : this.flushHandler;
    this.engine.scheduleAt(next.at, Phase.react, handler);
  }
}
