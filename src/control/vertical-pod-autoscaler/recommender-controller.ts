import { deepEqual } from "../../api/deep-equal.js";
import { newMeta } from "../../api/new-object.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import type { PodSpec } from "../../api/kubernetes.js";
import { MICROS_PER_MILLI, MICROS_PER_MINUTE } from "../../base/time.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { MetricsError, NO_METRICS } from "../horizontal-pod-autoscaler/metrics-client.js";
import { Timestamps } from "../timestamps.js";
import { recommenderSettings } from "./autoscaler-flags.js";
import { checkpointStatus, readCheckpoint } from "./checkpoint-object.js";
import { LoopClock } from "./loop-clock.js";
import type { ObservedPod } from "./observed-pods.js";
import { observedKills } from "./oom-observer.js";
import { OrphanedCheckpoints } from "./orphaned-checkpoints.js";
import {
  type NamedCheckpoint,
  type ObservedOom,
  Recommender,
  type UsageSample,
} from "./recommender.js";
import { TargetObjects } from "./target-objects.js";

type Autoscaler = ObjectVersion<"VerticalPodAutoscaler">;

const NANOS_PER_MILLI = 1_000_000;
/** Checkpoints that are not written within that time of the loop's are left for the next. */
const CHECKPOINTS_TIMEOUT_MICROS = MICROS_PER_MINUTE;
/** Upstream's `--update-worker-count`. */
const CHECKPOINTS_AT_ONCE = 10;

/**
 * The recommender of the Vertical Pod Autoscaler: each minute it reads what containers use, and writes what they
 * should ask for into the status of their autoscalers; then what it knows into checkpoints.
 * Source: VPA, pkg/recommender (1.8).
 */
export class RecommenderController implements Controller {
  private readonly settings: ReturnType<typeof recommenderSettings>;
  private readonly recommender: Recommender;
  private readonly autoscalers: Informer<"VerticalPodAutoscaler">;
  private readonly checkpoints: Informer<"VerticalPodAutoscalerCheckpoint">;
  private readonly pods: Informer<"Pod">;
  private readonly targets: TargetObjects;
  private readonly timestamps: Timestamps;
  private readonly clock: LoopClock;
  private readonly written: AnswerId;
  private readonly kept: AnswerId;
  private readonly orphans: OrphanedCheckpoints;
  private readonly names = new WeakMap<
    PodSpec,
    Pick<ObservedPod, "containers" | "initContainers">
  >();
  private ooms: ObservedOom[] = [];
  private hasBegun = false;
  private unanswered = 0;
  private waiting: NamedCheckpoint[] = [];
  private checkpointsBegan = 0;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client, startTimeMs, flags } = options;
    this.settings = recommenderSettings(flags);
    this.recommender = new Recommender(this.settings);
    this.autoscalers = informers.informer("VerticalPodAutoscaler");
    this.checkpoints = informers.informer("VerticalPodAutoscalerCheckpoint");
    this.pods = informers.informer("Pod");
    this.targets = new TargetObjects(informers);
    this.timestamps = new Timestamps(startTimeMs);
    this.orphans = new OrphanedCheckpoints(this.epochOf(engine.now));
    const { intervalMicros } = this.settings;
    this.clock = new LoopClock(engine, "recommender", intervalMicros, () => this.tick());
    this.written = client.onAnswer(() => this.onWritten());
    this.kept = client.onAnswer((outcome) => this.onKept(outcome));
  }

  start(): void {
    this.autoscalers.addHandler({ added: () => this.clock.wake() });
    this.pods.addHandler({ updated: (before, pod) => this.observe(before, pod) });
  }

  private observe(before: PodVersion, pod: PodVersion): void {
    if (!this.hasBegun || before.phase === "Pending") return;
    for (const { finishedMicros, ...kill } of observedKills(before, pod)) {
      const timeMicros = this.epochOf(this.timestamps.wholeSecondOf(finishedMicros));
      this.ooms.push({ ...kill, timeMicros });
    }
  }

  /** Virtual time as microseconds since 1970. */
  private epochOf(timeMicros: number): number {
    return this.options.startTimeMs * MICROS_PER_MILLI + timeMicros;
  }

  private tick(): boolean {
    // A loop that takes longer than its period lets the next one fall out.
    if (this.unanswered > 0) return true;
    const { now } = this.options.engine;
    const nowMicros = this.epochOf(now);
    const autoscalers = [...this.autoscalers.values()];
    const selectorOf = (autoscaler: Autoscaler) => this.targets.selectorOf(autoscaler);
    if (!this.hasBegun) {
      this.hasBegun = true;
      this.recommender.loadAutoscalers({ nowMicros, autoscalers, selectorOf });
      this.recommender.loadCheckpoints(this.readCheckpoints());
    }
    const { ooms } = this;
    this.ooms = [];
    const pods = [...this.pods.values()].filter(({ phase }) => phase !== "Pending");
    const found = this.recommender.loop({
      nowMicros,
      nowText: this.timestamps.textOf(now),
      autoscalers,
      selectorOf,
      pods: this.observed(pods),
      usage: this.usageOf(pods),
      ooms,
    });
    for (const { autoscaler, status } of found) {
      if (deepEqual(status, autoscaler.status)) continue;
      this.unanswered += 1;
      const request = { verb: "patch", target: autoscaler, change: { status } } as const;
      this.options.client.submit(request, this.written);
    }
    if (this.unanswered === 0) this.maintain();
    return autoscalers.length > 0 || this.checkpoints.values().next().done !== true;
  }

  private *observed(pods: readonly PodVersion[]): Generator<ObservedPod> {
    for (const pod of pods) {
      const { namespace, name, labels, spec } = pod;
      let names = this.names.get(spec);
      if (names === undefined) {
        const of = (list: PodSpec["containers"]) => list.map((container) => container.name);
        names = { containers: of(spec.containers), initContainers: of(spec.initContainers ?? []) };
        this.names.set(spec, names);
      }
      const { containers, initContainers } = names;
      const isFinished = isPodTerminal(pod);
      yield { namespace, name, labels, isFinished, containers, initContainers };
    }
  }

  private *usageOf(pods: readonly PodVersion[]): Generator<UsageSample> {
    const { metrics = NO_METRICS } = this.options;
    const byNamespace = new Map<string, PodVersion[]>();
    for (const pod of pods) {
      const list = byNamespace.get(pod.namespace);
      if (list === undefined) byNamespace.set(pod.namespace, [pod]);
      else list.push(pod);
    }
    for (const [namespace, selected] of byNamespace) {
      const answer = metrics.podMetrics({ namespace, pods: selected });
      if (answer instanceof MetricsError) continue;
      for (const { podName, timestampMicros, containers } of answer) {
        const timeMicros = this.epochOf(this.timestamps.wholeSecondOf(timestampMicros));
        for (const { name: container, cpuNanos, memoryBytes } of containers) {
          const cpuMillis = Math.ceil(cpuNanos / NANOS_PER_MILLI);
          yield { namespace, podName, container, timeMicros, cpuMillis, memoryBytes };
        }
      }
    }
  }

  private *readCheckpoints(): Generator<NamedCheckpoint> {
    for (const { namespace, spec, status } of this.checkpoints.values()) {
      const state = readCheckpoint(status);
      const { vpaObjectName: vpaName = "", containerName: container = "" } = spec;
      if (state !== null) yield { namespace, vpaName, container, state };
    }
  }

  private onWritten(): void {
    this.unanswered -= 1;
    if (this.unanswered === 0) this.maintain();
  }

  /** After the statuses: checkpoints, and what nobody needs any more. */
  private maintain(): void {
    const nowMicros = this.epochOf(this.options.engine.now);
    const orphans = this.orphans.find(
      nowMicros,
      () => this.checkpoints.values(),
      this.autoscalers.values(),
    );
    for (const target of orphans) {
      this.unanswered += 1;
      this.options.client.submit({ verb: "delete", target }, this.kept);
    }
    this.waiting = [...this.recommender.checkpoints()];
    this.checkpointsBegan = this.options.engine.now;
    this.recommender.collectGarbage();
    for (let i = 0; i < CHECKPOINTS_AT_ONCE; i++) this.keepNext();
  }

  private onKept(_: Outcome): void {
    this.unanswered -= 1;
    this.keepNext();
  }

  private keepNext(): void {
    const { engine, client } = this.options;
    if (engine.now - this.checkpointsBegan >= CHECKPOINTS_TIMEOUT_MICROS) this.waiting = [];
    const next = this.waiting.shift();
    if (next === undefined) return;
    this.unanswered += 1;
    const { namespace, vpaName, container, state } = next;
    const name = `${vpaName}-${container}`;
    const status = checkpointStatus(state, this.epochOf(engine.now));
    const present = this.checkpoints.find(namespace, name);
    if (present !== undefined) {
      client.submit({ verb: "patch", target: present, change: { status } }, this.kept);
      return;
    }
    const object = {
      kind: "VerticalPodAutoscalerCheckpoint",
      ...newMeta(namespace, name),
      spec: { vpaObjectName: vpaName, containerName: container },
      status,
    } as const;
    client.submit({ verb: "create", object }, this.kept);
  }
}
