import { deepEqual } from "../../api/deep-equal.js";
import type { Features } from "../../api/features.js";
import type { Kind } from "../../api/kinds.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { HorizontalPodAutoscalerStatus, MetricStatus } from "../../api/schemas/types.js";
import type { TimeMicros } from "../../base/time.js";
import type { HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import { type Controller, type ControllerOptions, featuresFor } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { Timestamps } from "../timestamps.js";
import { type Autoscaler, type Decision, decide } from "./autoscaler-decision.js";
import { autoscalerSettings } from "./autoscaler-flags.js";
import { type AutoscalerMonitor, actionOf } from "./autoscaler-monitor.js";
import { type ConditionList, NO_CONDITIONS } from "./condition-list.js";
import { NO_METRICS } from "./metrics-client.js";
import { PodSamples } from "./pod-samples.js";
import { PodsByLabels } from "./pods-by-labels.js";
import {
  keepScaleEvent,
  newScaleMemory,
  Recommendations,
  type ScaleMemory,
} from "./scale-memory.js";
import { tellScaledToZero } from "./scaled-to-zero.js";
import { refusalText, ScaleReader, type TargetScale } from "./target-scale.js";
import { TargetSelectors } from "./target-selectors.js";

/** How often a size is written before a target that others write, too, is left as it is. */
const SCALE_ATTEMPTS = 5;

/** A sync under way. */
interface Sync {
  readonly autoscaler: Autoscaler;
  readonly memory: ScaleMemory;
  readonly conditions: ConditionList;
  stage: "read scale" | "decide" | "write scale" | "write status" | "end";
  kind: Kind | null;
  scale: TargetScale | null;
  /** The version of the target that is written over. */
  target: AnyVersion | null;
  decision: Decision | null;
  attempts: number;
  error: "none" | "spec" | "internal";
  status: HorizontalPodAutoscalerStatus;
  action: ReturnType<typeof actionOf>;
}

export interface AutoscalerParts {
  readonly monitor?: AutoscalerMonitor;
  /** What is remembered from before; default: nothing. */
  readonly memories?: TargetSelectors;
}

/**
 * Sets the size of Deployments, ReplicaSets, StatefulSets and ReplicationControllers by what is measured of
 * them, each autoscaler once a sync period.
 *
 *     read scale ──► decide ──► write scale ──► write status ──► due again after the sync period
 *          └── no scale ──────────────────────────┘
 *
 * Source: Kubernetes, "Horizontal Pod Autoscaling"; upstream's pkg/controller/podautoscaler.
 */
export class HorizontalPodAutoscalerController implements Controller {
  private readonly syncs: Syncs<Sync>;
  private readonly autoscalers: FreshView<"HorizontalPodAutoscaler">;
  private readonly pods: Informer<"Pod">;
  /** Null as long as there is no autoscaler: then nobody's pods matter. */
  private podsByLabels: PodsByLabels | null = null;
  private readonly samples = new PodSamples();
  private readonly scales = new ScaleReader();
  private readonly selectors: TargetSelectors;
  private readonly timestamps: Timestamps;
  private readonly settings: ReturnType<typeof autoscalerSettings>;
  private readonly features: Features;
  private readonly dueEvent: HandlerId;
  private readonly scaleRead: AnswerId;
  private readonly scaleWritten: AnswerId;
  private readonly statusWritten: AnswerId;

  constructor(
    private readonly options: ControllerOptions,
    private readonly parts: AutoscalerParts = {},
  ) {
    const { engine, informers, client, workers } = options;
    this.autoscalers = new FreshView(informers.informer("HorizontalPodAutoscaler"));
    this.pods = informers.informer("Pod");
    this.selectors = parts.memories ?? new TargetSelectors();
    this.timestamps = new Timestamps(options.startTimeMs);
    this.settings = autoscalerSettings(options.flags);
    this.features = featuresFor(options);
    this.dueEvent = engine.registerHandler(
      "control/horizontal-pod-autoscaler/due",
      (row) => this.due(row),
      { background: true },
    );
    this.syncs = new Syncs<Sync>({
      engine,
      client,
      name: "horizontal-pod-autoscaler",
      workers,
      begin: (row) => this.begin(row),
      step: (sync) => this.step(sync),
    });
    this.scaleRead = this.syncs.onAnswer((sync, outcome) => this.onScaleRead(sync, outcome));
    this.scaleWritten = this.syncs.onAnswer((sync, outcome) => this.onScaleWritten(sync, outcome));
    this.statusWritten = this.syncs.onAnswer((sync, outcome) => this.onStatus(sync, outcome));
  }

  start(): void {
    this.autoscalers.start();
    this.autoscalers.informer.addHandler({
      added: (autoscaler) => this.onAdded(autoscaler),
      updated: (before, autoscaler) => this.onUpdated(before, autoscaler),
      deleted: ({ namespace, name }) => this.selectors.remove(namespace, name),
    });
  }

  private onAdded(autoscaler: Autoscaler): void {
    const { namespace, name, row } = autoscaler;
    this.podsByLabels ??= PodsByLabels.following(this.pods);
    if (this.selectors.memoryOf(namespace, name) === undefined) {
      this.selectors.put(namespace, name, newScaleMemory());
    }
    if (this.features.HPASyncsAtOnce) this.syncs.add(row);
    else this.awaitDue(autoscaler);
  }

  private onUpdated(before: Autoscaler, autoscaler: Autoscaler): void {
    const changed = before.generation !== autoscaler.generation;
    if (changed && this.features.HPAGeneration) this.syncs.add(autoscaler.row);
    else this.awaitDue(autoscaler);
  }

  /** It is looked at a sync period from now, or earlier if it is due already. */
  private awaitDue({ namespace, name, row }: Autoscaler): void {
    const { engine } = this.options;
    const memory = this.selectors.memoryOf(namespace, name);
    if (memory === undefined || memory.dueMicros > engine.now) return;
    memory.dueMicros = engine.now + this.settings.syncPeriodMicros;
    engine.scheduleAt(memory.dueMicros, Phase.react, this.dueEvent, row);
  }

  private due(row: number): void {
    if (this.autoscalers.at(row) !== undefined) this.syncs.add(row);
  }

  private begin(row: number): Sync | null {
    const autoscaler = this.autoscalers.at(row);
    if (autoscaler === undefined) return null;
    const { namespace, name, status } = autoscaler;
    const memory = this.selectors.memoryOf(namespace, name);
    if (memory === undefined) return null;
    const { timestamps } = this;
    const { now } = this.options.engine;
    return {
      autoscaler,
      memory,
      conditions: memory.conditions.begin(status.conditions ?? NO_CONDITIONS, timestamps, now),
      stage: "read scale",
      kind: null,
      scale: null,
      target: null,
      decision: null,
      attempts: 0,
      error: "none",
      status,
      action: "none",
    };
  }

  private step(sync: Sync): StepEnd {
    switch (sync.stage) {
      case "read scale":
        this.readScale(sync);
        return "go on";
      case "decide":
        this.decide(sync);
        return "go on";
      case "write scale":
        this.writeScale(sync);
        return "go on";
      case "write status":
        sync.stage = "end";
        this.writeStatus(sync);
        return "go on";
      case "end":
        this.parts.monitor?.reconciled(sync.autoscaler, sync.action, sync.error);
        this.awaitDue(sync.autoscaler);
        return "done";
    }
  }

  private readScale(sync: Sync): void {
    const { namespace, row, spec } = sync.autoscaler;
    const kind = sync.memory.target.kindOf(spec.scaleTargetRef);
    if (typeof kind !== "string") {
      this.noScale(sync, kind.message);
      if (kind.isSpecError) sync.error = "spec";
      return;
    }
    sync.kind = kind;
    sync.stage = "decide";
    const target = { kind, namespace, name: spec.scaleTargetRef.name };
    this.syncs.send(row, this.scaleRead, { verb: "get", target });
  }

  private onScaleRead(sync: Sync, outcome: Outcome): void {
    if (outcome.ok) {
      sync.scale ??= this.scales.scaleOf(outcome.object);
      sync.target = outcome.object;
      return;
    }
    if (sync.scale !== null) return;
    this.noScale(sync, refusalText(sync.kind!, sync.autoscaler.spec.scaleTargetRef.name, outcome));
  }

  private noScale(sync: Sync, message: string): void {
    this.warn(sync)("FailedGetScale", message);
    const unable = "the HPA controller was unable to get the target's current scale";
    sync.conditions.set("AbleToScale", "False", "FailedGetScale", `${unable}: ${message}`);
    sync.error = "internal";
    sync.status = { ...sync.status, conditions: sync.conditions.all };
    sync.stage = "write status";
  }

  private decide(sync: Sync): void {
    const { autoscaler, memory, conditions } = sync;
    const { monitor } = this.parts;
    const scale = sync.scale!;
    const able = "the HPA controller was able to get the target's current scale";
    conditions.set("AbleToScale", "True", "SucceededGetScale", able);
    const nowMicros = this.options.engine.now;
    if (memory.recommendations === null) {
      memory.recommendations = new Recommendations();
      memory.recommendations.add(scale.specReplicas, nowMicros);
    }
    const { namespace } = autoscaler;
    const pods = memory.target.podsOf(namespace, scale.selector, this.podsByLabels!);
    this.selectors.select(memory, scale);
    const decision = decide({
      autoscaler,
      scale,
      memory,
      conditions,
      features: this.features,
      metrics: {
        client: this.options.metrics ?? NO_METRICS,
        pods,
        columns: memory.target.columnsOf(pods, this.samples),
        nowMicros,
        cpuInitializationMicros: this.settings.cpuInitializationMicros,
        initialReadinessDelayMicros: this.settings.initialReadinessDelayMicros,
      },
      tolerance: this.settings.tolerance,
      downscaleStabilizationMicros: this.settings.downscaleStabilizationMicros,
      selectorProblem: this.selectors.problemOf({ namespace, memory }, scale, pods, this.features),
      warn: this.warn(sync),
      computed: (type, outcome) => {
        const before = autoscaler.status.currentReplicas ?? 0;
        const action = outcome.ok ? actionOf(before, outcome.replicas) : "none";
        const error = outcome.ok ? "none" : outcome.isSpecError ? "spec" : "internal";
        monitor?.metricComputed(autoscaler, type, action, error);
      },
    });
    sync.decision = decision;
    if (decision.error !== null) sync.error = "internal";
    if (decision.replicas === null) {
      this.warn(sync)("FailedComputeMetricsReplicas", decision.error ?? "");
      this.endUnscaled(sync);
      return;
    }
    if (decision.replicas === scale.specReplicas) {
      sync.status = this.statusOf(sync, decision.replicas, decision.metricStatuses);
      sync.stage = "write status";
    } else {
      sync.stage = "write scale";
    }
  }

  private writeScale(sync: Sync): void {
    const { autoscaler } = sync;
    const base = sync.target!;
    sync.attempts += 1;
    const spec = { ...(base.spec as object), replicas: sync.decision!.replicas };
    const request = { verb: "update", base, change: { spec } } as const;
    this.syncs.send(autoscaler.row, this.scaleWritten, request);
  }

  private onScaleWritten(sync: Sync, outcome: Outcome): void {
    const { autoscaler, conditions, memory } = sync;
    const { replicas, reason, metricStatuses } = sync.decision!;
    const size = replicas!;
    if (!outcome.ok) {
      const again = outcome.reason === "Conflict" && this.features.HPARetriesConflicts;
      if (again && sync.attempts < SCALE_ATTEMPTS) {
        this.readAgain(sync);
        return;
      }
      const failure = `New size: ${size}; reason: ${reason}; error: ${outcome.message}`;
      this.warn(sync)("FailedRescale", failure);
      const unable = "the HPA controller was unable to update the target scale";
      conditions.set("AbleToScale", "False", "FailedUpdateScale", `${unable}: ${outcome.message}`);
      sync.error = "internal";
      this.endUnscaled(sync);
      return;
    }
    const { engine, observer } = this.options;
    const before = sync.scale!.specReplicas;
    const able = "the HPA controller was able to update the target scale to";
    conditions.set("AbleToScale", "True", "SucceededRescale", `${able} ${size}`);
    const message = `New size: ${size}; reason: ${reason}`;
    observer.event("Normal", "SuccessfulRescale", autoscaler, message, engine.now);
    const { behavior } = autoscaler.spec;
    const [log, rules] =
      size > before ? [memory.ups, behavior?.scaleUp] : [memory.downs, behavior?.scaleDown];
    if (rules !== undefined) keepScaleEvent(log, Math.abs(size - before), rules, engine.now);
    tellScaledToZero(autoscaler, conditions, { before, after: size }, this.features);
    sync.action = actionOf(before, size);
    sync.status = this.statusOf(sync, size, metricStatuses, engine.now);
    sync.stage = "write status";
  }

  private readAgain({ autoscaler, kind }: Sync): void {
    const { namespace, row, spec } = autoscaler;
    const target = { kind: kind!, namespace, name: spec.scaleTargetRef.name };
    this.syncs.send(row, this.scaleRead, { verb: "get", target });
  }

  /** The size stays; the status says what was seen. */
  private endUnscaled(sync: Sync): void {
    const { status } = sync.autoscaler;
    const statuses = this.features.HPAReportsFailedMetrics
      ? sync.decision!.metricStatuses
      : (status.currentMetrics ?? null);
    sync.status = this.statusOf(sync, status.desiredReplicas ?? 0, statuses);
    sync.stage = "write status";
  }

  /** The status from before, where this look says the same. */
  private statusOf(
    { autoscaler, scale, conditions }: Sync,
    desiredReplicas: number,
    metricStatuses: MetricStatus[] | null,
    scaledMicros: TimeMicros | null = null,
  ): HorizontalPodAutoscalerStatus {
    const { generation, status: before } = autoscaler;
    const lastScaleTime =
      scaledMicros === null ? before.lastScaleTime : this.timestamps.textOf(scaledMicros);
    const currentReplicas = scale!.specReplicas;
    const isAsBefore =
      before.currentReplicas === currentReplicas &&
      before.desiredReplicas === desiredReplicas &&
      before.lastScaleTime === lastScaleTime &&
      before.observedGeneration === (this.features.HPAGeneration ? generation : undefined) &&
      before.conditions === conditions.all &&
      areSame(before.currentMetrics, metricStatuses ?? undefined);
    if (isAsBefore) return before;
    const status: HorizontalPodAutoscalerStatus = { currentReplicas, desiredReplicas };
    if (lastScaleTime !== undefined) status.lastScaleTime = lastScaleTime;
    if (metricStatuses !== null) status.currentMetrics = metricStatuses;
    status.conditions = conditions.all;
    if (this.features.HPAGeneration) status.observedGeneration = generation;
    return status;
  }

  private writeStatus(sync: Sync): void {
    const { autoscaler, status } = sync;
    if (deepEqual(status, autoscaler.status)) return;
    const request = { verb: "update", base: autoscaler, change: { status } } as const;
    this.syncs.send(autoscaler.row, this.statusWritten, request);
  }

  private onStatus(sync: Sync, outcome: Outcome): void {
    if (outcome.ok) {
      this.autoscalers.wrote(outcome.object as Autoscaler);
      return;
    }
    this.warn(sync)("FailedUpdateStatus", outcome.message);
    sync.error = "internal";
  }

  private warn({ autoscaler }: Sync) {
    const { observer, engine } = this.options;
    return (reason: string, message: string) =>
      observer.event("Warning", reason, autoscaler, message, engine.now);
  }
}

function areSame(
  a: readonly MetricStatus[] | undefined,
  b: readonly MetricStatus[] | undefined,
): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
