import { deepEqual } from "../../api/deep-equal.js";
import { defaultSpec } from "../../api/defaults.js";
import { newMeta } from "../../api/new-object.js";
import type { AnyVersion, ObjectVersion } from "../../api/object-version.js";
import type { ScaledObjectStatus } from "../../api/schemas/types.js";
import { MICROS_PER_MILLI } from "../../base/time.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import { NO_METRICS } from "../horizontal-pod-autoscaler/metrics-client.js";
import { PodsByLabels } from "../horizontal-pod-autoscaler/pods-by-labels.js";
import {
  refusalText,
  ScaleReader,
  scaledKind,
  type TargetScale,
} from "../horizontal-pod-autoscaler/target-scale.js";
import { controllerReference } from "../owner-references.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { Timestamps } from "../timestamps.js";
import { type Activation, activation } from "./activation.js";
import { isPaused, pausedReplicas } from "./annotations.js";
import { AutoscalerFlaw, autoscalerOf, type MadeAutoscaler } from "./autoscaler-of.js";
import { modifiersProblem } from "./composite.js";
import { condition, type KedaConditions } from "./conditions.js";
import { hasValidFallback, isFallingBack } from "./fallback.js";
import { MetricsAdapter, type ServedObject, sizeOf } from "./metrics-adapter.js";
import { activityOf, observe, type TriggerActivity } from "./observation.js";
import { PollClock } from "./poll-clock.js";
import { withConditions } from "./status-conditions.js";
import { type Asking, type ReadTrigger, readTriggers } from "./trigger-values.js";

type ScaledObject = ObjectVersion<"ScaledObject">;

interface Memory {
  autoscaler: MadeAutoscaler | null;
  scale: TargetScale | null;
  readonly health: ServedObject["health"];
}

interface Sync {
  readonly scaled: ScaledObject;
  readonly memory: Memory;
  stage: "autoscaler" | "read scale" | "decide" | "write status" | "end";
  triggers: readonly ReadTrigger[];
  target: AnyVersion | null;
  activity: TriggerActivity | null;
  result: Activation | null;
  conditions: KedaConditions;
  isActivity: boolean;
  pausedAt: number | null;
}

/**
 * KEDA's loop over ScaledObjects: it keeps the autoscaler of each, and at each polling interval takes the
 * target from zero up, or down again.
 *
 *     autoscaler ──► read scale ──► decide, write scale ──► write status ──► again after the polling interval
 *
 * Source: KEDA, "Scaling Deployments, StatefulSets & Custom Resources" (2.21).
 */
export class ScaledObjectController implements Controller {
  private readonly syncs: Syncs<Sync>;
  private readonly scaled: FreshView<"ScaledObject">;
  private readonly autoscalers: Informer<"HorizontalPodAutoscaler">;
  private readonly pods: Informer<"Pod">;
  /** Null as long as there is nothing to scale: then nobody's pods matter. */
  private podsByLabels: PodsByLabels | null = null;
  private readonly scales = new ScaleReader();
  private readonly memories = new Map<string, Memory>();
  private readonly timestamps: Timestamps;
  private readonly clock: PollClock;
  private readonly kept: AnswerId;
  private readonly scaleRead: AnswerId;
  private readonly scaleWritten: AnswerId;
  private readonly statusWritten: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.scaled = new FreshView(informers.informer("ScaledObject"));
    this.autoscalers = informers.informer("HorizontalPodAutoscaler");
    this.pods = informers.informer("Pod");
    this.timestamps = new Timestamps(options.startTimeMs);
    this.syncs = new Syncs<Sync>({
      engine,
      client,
      name: "keda-scaledobject",
      begin: (row) => this.begin(row),
      step: (sync) => this.step(sync),
    });
    this.clock = new PollClock(engine, "scaledobject", (row) => this.syncs.add(row));
    this.kept = this.syncs.onAnswer((sync, outcome) => this.onKept(sync, outcome));
    this.scaleRead = this.syncs.onAnswer((sync, outcome) => this.onScaleRead(sync, outcome));
    this.scaleWritten = this.syncs.onAnswer((sync, outcome) => this.onScaleWritten(sync, outcome));
    this.statusWritten = this.syncs.onAnswer((_, outcome) => {
      if (outcome.ok) this.scaled.wrote(outcome.object as ScaledObject);
    });
    const adapter = new MetricsAdapter(
      (namespace) => this.asking(namespace),
      (namespace, name) => this.served(namespace, name),
    );
    options.serveExternalMetrics?.((namespace, metric) => adapter.valuesMillis(namespace, metric));
  }

  start(): void {
    this.scaled.start();
    this.scaled.informer.addHandler({
      added: ({ row }) => {
        this.podsByLabels ??= PodsByLabels.following(this.pods);
        this.syncs.add(row);
      },
      updated: (before, scaled) => {
        const { spec, annotations, labels } = scaled;
        const same = before.annotations === annotations && before.labels === labels;
        if (!same || before.spec !== spec) this.syncs.add(scaled.row);
      },
      deleted: ({ uid }) => this.memories.delete(uid),
    });
  }

  private asking(namespace: string): Asking {
    const { metrics = NO_METRICS, engine, startTimeMs } = this.options;
    return { namespace, metrics, at: startTimeMs * MICROS_PER_MILLI + engine.now };
  }

  private served(namespace: string, name: string): ServedObject | undefined {
    const object = this.scaled.informer.find(namespace, name);
    const memory = object && this.memories.get(object.uid);
    if (object === undefined || memory === undefined) return undefined;
    const { autoscaler, scale, health } = memory;
    const selector = scale?.selector.selector ?? null;
    return {
      object,
      metrics: autoscaler?.spec.metrics ?? [],
      replicas: scale?.specReplicas ?? 0,
      pods: () => (selector === null ? [] : this.podsByLabels!.labelled(namespace, selector).pods),
      health,
    };
  }

  private begin(row: number): Sync | null {
    const scaled = this.scaled.at(row);
    if (scaled === undefined || scaled.deletionTimeMicros !== null) return null;
    let memory = this.memories.get(scaled.uid);
    if (memory === undefined) {
      memory = { autoscaler: null, scale: null, health: new Map() };
      this.memories.set(scaled.uid, memory);
    }
    return {
      scaled,
      memory,
      stage: "autoscaler",
      triggers: [],
      target: null,
      activity: null,
      result: null,
      conditions: {},
      isActivity: false,
      pausedAt: null,
    };
  }

  private step(sync: Sync): StepEnd {
    switch (sync.stage) {
      case "autoscaler":
        sync.stage = "read scale";
        this.keepAutoscaler(sync);
        return "go on";
      case "read scale":
        sync.stage = "decide";
        this.readScale(sync);
        return "go on";
      case "decide":
        sync.stage = "write status";
        this.decide(sync);
        return "go on";
      case "write status":
        sync.stage = "end";
        this.writeStatus(sync);
        return "go on";
      case "end":
        this.clock.wakeAfter(sync.scaled.row, sync.scaled.spec.pollingInterval);
        return "done";
    }
  }

  /** Makes the autoscaler, or brings it up to date; one that is paused has none. */
  private keepAutoscaler(sync: Sync): void {
    const { scaled, memory } = sync;
    const { namespace, row, spec } = scaled;
    const triggers = readTriggers(spec.triggers);
    if ("problem" in triggers) {
      this.fail(sync, "ScaledObjectCheckFailed", triggers.problem);
      return;
    }
    sync.triggers = triggers;
    const wrong = modifiersProblem(spec, triggers);
    if (wrong !== null) {
      this.fail(sync, "ScaledObjectCheckFailed", wrong);
      return;
    }
    const externals = triggers.map(({ metricName, target }) => ({ metricName, target }));
    const made = autoscalerOf(scaled, externals, targetOf(scaled));
    if (made instanceof AutoscalerFlaw) {
      this.fail(sync, "ScaledObjectCheckFailed", made.message);
      return;
    }
    memory.autoscaler = made;
    const present = this.autoscalers.find(namespace, made.name);
    if (isPaused(scaled.annotations)) {
      if (present === undefined) return;
      const target = { kind: "HorizontalPodAutoscaler", namespace, name: made.name } as const;
      this.syncs.send(row, this.kept, { verb: "delete", target });
      return;
    }
    if (present === undefined) {
      const object = {
        kind: "HorizontalPodAutoscaler",
        ...newMeta(namespace, made.name),
        labels: made.labels,
        annotations: scaled.annotations,
        ownerReferences: [controllerReference(scaled)],
        spec: made.spec,
        status: { desiredReplicas: 0 },
      } as const;
      this.syncs.send(row, this.kept, { verb: "create", object });
      return;
    }
    const wanted = defaultSpec("HorizontalPodAutoscaler", made.spec);
    if (deepEqual(wanted, present.spec) && deepEqual(made.labels, present.labels)) return;
    const change = { spec: made.spec, labels: made.labels, annotations: scaled.annotations };
    this.syncs.send(row, this.kept, { verb: "patch", target: present, change });
  }

  private onKept(sync: Sync, outcome: Outcome): void {
    if (outcome.ok || outcome.reason === "AlreadyExists" || outcome.reason === "NotFound") return;
    this.fail(sync, "ScaledObjectCheckFailed", outcome.message);
  }

  private readScale(sync: Sync): void {
    const { namespace, row } = sync.scaled;
    const reference = targetOf(sync.scaled);
    const known = scaledKind(reference);
    if (typeof known !== "string") {
      this.fail(sync, "ErrorGettingCurrentReplicas", known.message);
      return;
    }
    const target = { kind: known, namespace, name: reference.name };
    this.syncs.send(row, this.scaleRead, { verb: "get", target });
  }

  private onScaleRead(sync: Sync, outcome: Outcome): void {
    if (outcome.ok) {
      sync.memory.scale = this.scales.scaleOf(outcome.object);
      sync.target = outcome.object;
      return;
    }
    const reference = targetOf(sync.scaled);
    const known = scaledKind(reference);
    const why =
      typeof known === "string" ? refusalText(known, reference.name, outcome) : outcome.message;
    const message = `Error getting current replicas count for ScaleTarget: ${why}`;
    this.fail(sync, "ErrorGettingCurrentReplicas", message);
  }

  private decide(sync: Sync): void {
    const { scaled, memory } = sync;
    const { spec, annotations, status } = scaled;
    const scale = memory.scale!;
    const activity = activityOf(spec, this.observations(sync));
    const result = activation({
      spec,
      annotations,
      createdMicros: this.timestamps.wholeSecondOf(scaled.creationTimeMicros),
      lastActiveMicros: this.timestamps.microsOf(status.lastActiveTime),
      replicas: scale.specReplicas,
      isActive: activity.isActive,
      isError: activity.isError,
      nowMicros: this.options.engine.now,
    });
    sync.activity = activity;
    sync.result = result;
    sync.conditions = result.conditions;
    if (result.write === null) sync.isActivity = result.isActivity;
    const size = result.write ?? this.pausedSize(sync);
    if (size === null) return;
    const base = sync.target!;
    const change = { spec: { ...(base.spec as object), replicas: size } };
    this.syncs.send(scaled.row, this.scaleWritten, { verb: "update", base, change });
  }

  private observations({ scaled, memory, triggers }: Sync) {
    const { namespace, name, spec } = scaled;
    const served = this.served(namespace, name);
    const size = served === undefined ? { replicas: 0, readyPods: 0 } : sizeOf(served);
    const object = { spec, health: memory.health, ...size };
    // An autoscaler asks for the metrics of what has replicas, and counts their failures.
    const isCounted = size.replicas === 0;
    const asking = this.asking(namespace);
    return triggers.map((trigger) => observe(trigger, object, asking, isCounted));
  }

  /** The size at which a pause holds the target, set once when it begins. */
  private pausedSize(sync: Sync): number | null {
    const { annotations, status } = sync.scaled;
    const size = Number(pausedReplicas(annotations) ?? Number.NaN);
    if (!Number.isInteger(size) || size < 0) return null;
    sync.pausedAt = size;
    return status.pausedReplicaCount === size ? null : size;
  }

  private onScaleWritten(sync: Sync, outcome: Outcome): void {
    const { scaled, memory, result, activity } = sync;
    const before = memory.scale!.specReplicas;
    const { apiVersion, kind, name } = targetOf(scaled);
    const what = `${apiVersion}.${kind} ${scaled.namespace}/${name}`;
    const size = result!.write ?? sync.pausedAt!;
    const isUp = result!.why === "activated";
    if (!outcome.ok) {
      const doing = isUp ? "activating" : "deactivating";
      const message = `error ${doing} ScaleTarget: ${outcome.message}`;
      sync.conditions = {
        ...sync.conditions,
        Ready: condition("False", "ErrorScalingTarget", message),
      };
      sync.pausedAt = null;
      const reason = `KEDAScaleTarget${isUp ? "A" : "Dea"}ctivationFailed`;
      const failed = `Failed to ${isUp ? "scale" : "deactivate"} ${what} from ${before} to ${size}`;
      this.say(sync, "Warning", reason, `${failed}: ${outcome.message}`);
      return;
    }
    sync.isActivity = result!.isActivity;
    if (isUp) {
      const by = activity!.active.join(";");
      const message = `Scaled ${what} from ${before} to ${size}, triggered by ${by}`;
      this.say(sync, "Normal", "KEDAScaleTargetActivated", message);
    } else if (result!.why === "deactivated") {
      const message = `Deactivated ${what} from ${before} to ${size}`;
      this.say(sync, "Normal", "KEDAScaleTargetDeactivated", message);
    }
  }

  /** Nothing can be decided for now; the status says why. */
  private fail(sync: Sync, reason: string, message: string): void {
    this.say(sync, "Warning", reason, message);
    sync.conditions = { Ready: condition("False", reason, message) };
    sync.stage = "write status";
  }

  private writeStatus(sync: Sync): void {
    const { scaled, memory, triggers } = sync;
    const { health, autoscaler } = memory;
    const { lastActiveTime: last, pausedReplicaCount: _, ...before } = scaled.status;
    const now = this.timestamps.textOf(this.options.engine.now);
    const lastActiveTime = sync.isActivity ? now : last;
    const Fallback = hasValidFallback(scaled.spec) ? this.fallbackOf(sync) : undefined;
    const conditions = { ...sync.conditions, ...(Fallback && { Fallback }) };
    const status: ScaledObjectStatus = {
      ...before,
      conditions: withConditions(scaled.status.conditions ?? [], conditions),
      externalMetricNames: triggers.map(({ index, metricName }) => `s${index}-${metricName}`),
      ...(autoscaler !== null && { hpaName: autoscaler.name }),
      ...(health.size > 0 && { health: Object.fromEntries(health) }),
      ...(lastActiveTime !== undefined && { lastActiveTime }),
      ...(sync.pausedAt !== null && { pausedReplicaCount: sync.pausedAt }),
    };
    if (deepEqual(status, scaled.status)) return;
    const request = { verb: "update", base: scaled, change: { status } } as const;
    this.syncs.send(scaled.row, this.statusWritten, request);
  }

  private fallbackOf({ scaled, memory }: Sync) {
    return isFallingBack(scaled.spec, memory.health.values())
      ? condition(
          "True",
          "FallbackExists",
          "At least one trigger is falling back on this scaled object",
        )
      : condition("False", "NoFallbackFound", "No fallbacks are active on this scaled object");
  }

  private say({ scaled }: Sync, type: "Normal" | "Warning", reason: string, message: string) {
    this.options.observer.event(type, reason, scaled, message, this.options.engine.now);
  }
}

/** The target of a ScaledObject, a Deployment where it does not say. */
function targetOf({ spec }: ScaledObject) {
  const { apiVersion = "apps/v1", kind = "Deployment", name } = spec.scaleTargetRef;
  return { apiVersion, kind, name };
}
