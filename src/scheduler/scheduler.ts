import { assert } from "../base/assert.js";
import type { PodVersion } from "../api/pod-version.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import { FastSchedulingAlgorithm, type FastCounts } from "./fast/fast-scheduling-algorithm.js";
import { cycleMicros } from "./cycle-time.js";
import { EventHandlers } from "./event-handlers.js";
import { FailureHandler } from "./failure-handler.js";
import type { ClusterFork } from "./framework/cluster-fork.js";
import { ClusterState } from "./framework/cluster-state.js";
import { causesOf } from "./framework/fit-error.js";
import type { QueueSortPlugin } from "./framework/interfaces.js";
import { PodNominator } from "./framework/nominator.js";
import type { PodInfo } from "./framework/pod-info.js";
import type { Framework } from "./framework/runtime.js";
import type { CycleOutcome, Unschedulable } from "./framework/scheduling-algorithm.js";
import { informerListers } from "./informer-listers.js";
import { PermitWaits } from "./permit-waits.js";
import { Placements } from "./placements.js";
import { PreChecks } from "./pre-check.js";
import { PreemptionExecutor } from "./preemption-executor.js";
import { ProfileFrameworks } from "./profile-frameworks.js";
import type { QueuedPod } from "./queue/queued-pod.js";
import type { SchedulingQueue } from "./queue/scheduling-queue.js";
import { type Happening, QueueingHints } from "./queueing-hints.js";
import { SchedulerCache } from "./scheduler-cache.js";
import type { SchedulerOptions } from "./scheduler-options.js";
import { versionQueue } from "./version-queue.js";

interface Decided {
  readonly queued: QueuedPod;
  readonly framework: Framework;
  readonly outcome: CycleOutcome;
}

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
  private readonly profiles: ProfileFrameworks;
  private readonly algorithm: FastSchedulingAlgorithm;
  private readonly waits: PermitWaits;
  private readonly preemptions: PreemptionExecutor;
  private readonly failures: FailureHandler;
  private readonly placements: Placements;
  private readonly nextHandler: HandlerId;
  private readonly decidedHandler: HandlerId;
  private readonly flushHandler: HandlerId;
  private readonly retryHandler: HandlerId;
  /** The pod whose cycle is under way, and what was decided. */
  private current: Decided | null = null;
  private armed = false;
  private cycles = 0;
  private flushAtMicros = Number.POSITIVE_INFINITY;

  constructor(private readonly options: SchedulerOptions) {
    const { engine, features } = options;
    this.engine = engine;
    this.state = new ClusterState(features);
    this.cache = new SchedulerCache(this.state);
    this.waits = this.buildWaits();
    this.preemptions = this.buildPreemptions();
    this.profiles = new ProfileFrameworks(options, () => this.cycles);
    this.frameworks = this.buildFrameworks();
    this.hints = new QueueingHints(this.frameworks, { useHints: features.SchedulerQueueingHints });
    // The real loader refuses profiles with different QueueSort plugins: any one speaks for all.
    const [first] = this.frameworks.values();
    assert(first !== undefined, "a scheduler has at least one profile");
    this.queueSort = first.queueSort;
    this.queue = versionQueue(options, {
      sort: this.queueSort,
      hints: this.hints,
      gate: (pod) => this.gateOf(pod),
    });
    this.algorithm = new FastSchedulingAlgorithm(this.state, {
      now: () => engine.now,
      percentageOfNodesToScore: options.percentageOfNodesToScore,
      chooseTie: options.ties === "random" ? this.randomTie() : null,
      verifyEvery: options.verifyEvery ?? 0,
    });
    this.failures = this.buildFailures();
    this.placements = this.buildPlacements();
    this.nextHandler = engine.registerHandler("scheduler/next", () => this.next());
    this.decidedHandler = engine.registerHandler("scheduler/decided", () => this.decided());
    this.flushHandler = engine.registerHandler("scheduler/flush", () => this.flush());
    this.retryHandler = engine.registerHandler("scheduler/retry", () => this.flush(), {
      background: true,
    });
  }

  private buildWaits(): PermitWaits {
    return new PermitWaits({
      engine: this.engine,
      allowed: (binding) => this.placements.begin(binding),
      rejected: (binding, plugin, message) =>
        this.placements.permitRefused(binding, plugin, message),
    });
  }

  private buildPreemptions(): PreemptionExecutor {
    const { features, client, observer, informers } = this.options;
    return new PreemptionExecutor({
      engine: this.engine,
      features,
      client,
      observer,
      pods: informers.informer("Pod"),
      activate: (uid) => {
        this.queue.activateNow(uid);
        this.wake();
      },
    });
  }

  private buildFrameworks(): ReadonlyMap<string, Framework> {
    const { state, nominator, preemptions } = this;
    const { profiles, ties } = this.options;
    const offsets = this.engine.streams.stream("scheduler/preemption-offset");
    return this.profiles.build(profiles, {
      snapshot: state,
      nominator,
      scalars: state.scalars,
      offset: (n) => (ties === "random" ? offsets.int(n) : 0),
      waitingPods: this.waits,
      preemptions,
    });
  }

  private buildFailures(): FailureHandler {
    const { engine, client, observer, informers } = this.options;
    const { state, nominator, queue } = this;
    const pods = informers.informer("Pod");
    return new FailureHandler({ engine, client, observer, pods, state, nominator, queue });
  }

  private buildPlacements(): Placements {
    const { state, cache, nominator, queue, failures, waits } = this;
    const wake = () => this.wake();
    const parts = { state, cache, nominator, queue, failures, waits, wake };
    return new Placements({ scheduler: this.options, ...parts });
  }

  /** How the decisions so far were taken. */
  get counts(): FastCounts {
    return this.algorithm.counts;
  }

  /** What it believes now, to try changes on; without the nominations of pods that wait. */
  fork(): ClusterFork {
    return this.profiles.fork(this.state);
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
    const info = this.state.podInfos.podInfo(pod);
    const outcome = this.decide(queued, info, framework);
    this.current = { queued, framework, outcome };
    const nodes = { evaluated: outcome.evaluatedNodes, inCluster: this.state.nodes.length };
    const micros = cycleMicros(this.options.cycle, info, nodes);
    this.engine.scheduleAfter(micros, Phase.react, this.decidedHandler);
  }

  private decide(queued: QueuedPod, pod: PodInfo, framework: Framework): CycleOutcome {
    this.cycles += 1;
    const trace = this.options.decisions?.trace(queued.pod) ?? null;
    const outcome = this.algorithm.schedule(framework, pod, trace);
    const attempt = queued.attempts;
    trace?.decided({ timeMicros: this.engine.now, attempt, framework, pod, outcome });
    return outcome;
  }

  private decided(): void {
    const { current } = this;
    assert(current !== null, "a scheduling cycle ended that never began");
    const { queued, framework, outcome } = current;
    if (outcome.kind === "unschedulable") {
      this.refuse(queued, outcome);
      return;
    }
    this.current = null;
    if (outcome.kind === "scheduled") this.placements.place(queued, framework, outcome);
    else this.failures.error(queued, outcome.message);
    this.wake();
  }

  private refuse(queued: QueuedPod, outcome: Unschedulable): void {
    const { postFilter } = outcome;
    const { preemptions } = this;
    if (postFilter !== null && postFilter.victims.length > 0) {
      if (!preemptions.isAsync) {
        preemptions.begin(queued.pod, postFilter, (succeeded) => {
          this.refused(queued, outcome, succeeded ? postFilter.nominatedNodeName : null);
        });
        return;
      }
      preemptions.begin(queued.pod, postFilter, null);
    }
    this.refused(queued, outcome, postFilter?.nominatedNodeName ?? null);
  }

  private refused(
    queued: QueuedPod,
    outcome: Unschedulable,
    nominatedNodeName: string | null,
  ): void {
    this.current = null;
    const { diagnosis, postFilter } = outcome;
    if (postFilter?.claimWrite !== undefined) this.failures.writeClaim(postFilter.claimWrite);
    this.failures.handle(queued, {
      reason: "Unschedulable",
      message: outcome.message(),
      rejectors: [...diagnosis.unschedulablePlugins()].sort(),
      causes: causesOf(diagnosis),
      nominatedNodeName,
    });
    this.wake();
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
