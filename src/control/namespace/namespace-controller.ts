import { ALL_KINDS, KINDS, type Kind } from "../../api/kinds.js";
import type { AnyVersion, ObjectVersion } from "../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import type { WriteRequest } from "../../store/request.js";
import { type Controller, type ControllerOptions, featuresFor } from "../controller.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { Timestamps } from "../timestamps.js";
import { withDeletionConditions } from "./deletion-conditions.js";

type Namespace = ObjectVersion<"Namespace">;

const FINALIZER = "kubernetes";
/** Upstream's `--concurrent-namespace-syncs`. */
const WORKERS = 10;
/** How long after each change of a namespace that is being deleted it is looked at. */
const GRACE_MICROS = 5 * MICROS_PER_SECOND;
const MAX_RETRY_MICROS = 60 * MICROS_PER_SECOND;
/** How long objects with finalizers are taken to need. */
const FINALIZERS_SECONDS = 15;

/** A sync that is under way. */
interface Sync {
  readonly namespace: Namespace;
  stage: "pods" | "look for pods" | "others" | "look for others" | "end";
  /** Objects that were deleted and are still there, and whether one of them has finalizers. */
  remaining: number;
  haveFinalizers: boolean;
  /** The longest grace period of pods that have not ended; 0 once it is over. */
  graceSeconds: number;
  failed: boolean;
}

/**
 * Empties a namespace that is being deleted and then lets it go: five seconds after the deletion its
 * pods are deleted (from v1.33 on; all else with them before), and when none is left at a later look, all
 * that it has; when the last object is gone the namespace's own finalizer is taken off.
 *
 *     deletion ──5 s──► pods ──none left──► others ──none left──► finalizer off
 *                        │ ▲                  │ ▲
 *                        └─┴── 5 s after the status was written, else half of the estimate and 1 s
 *
 * Source: Kubernetes, "Namespaces: Automatic deletion"; KEP-5080; upstream's pkg/controller/namespace.
 */
export class NamespaceController implements Controller {
  private readonly syncs: Syncs<Sync>;
  private readonly namespaces: Informer<"Namespace">;
  private readonly pods: Informer<"Pod">;
  private readonly contents: readonly Informer<Kind>[];
  private readonly deleted: AnswerId;
  private readonly written: AnswerId;
  private readonly timestamps: Timestamps;
  private readonly podsFirst: boolean;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    const features = featuresFor(options);
    this.podsFirst = features.OrderedNamespaceDeletion;
    this.timestamps = new Timestamps(options.startTimeMs);
    this.syncs = new Syncs<Sync>({
      engine,
      client,
      name: "namespace",
      workers: options.workers ?? WORKERS,
      maxBackoffMicros: MAX_RETRY_MICROS,
      begin: (row) => this.begin(row),
      step: (sync) => this.step(sync),
    });
    this.namespaces = informers.informer("Namespace");
    this.pods = informers.informer("Pod");
    this.contents = ALL_KINDS.filter((kind) => KINDS[kind].namespaced && kind !== "Pod").map(
      (kind) => informers.informer(kind) as unknown as Informer<Kind>,
    );
    this.deleted = this.syncs.onAnswer((sync, outcome) => this.onDeleted(sync, outcome));
    this.written = this.syncs.onAnswer((sync, outcome) => {
      if (!outcome.ok && outcome.reason !== "NotFound") sync.failed = true;
    });
  }

  start(): void {
    this.namespaces.addHandler({
      added: (namespace) => this.onNamespace(namespace),
      updated: (_, namespace) => this.onNamespace(namespace),
    });
  }

  private onNamespace(namespace: Namespace): void {
    if (namespace.deletionTimeMicros !== null) this.syncs.addAfter(namespace.row, GRACE_MICROS);
  }

  private begin(row: number): Sync | null {
    const namespace = this.namespaces.at(row);
    if (namespace === undefined || namespace.deletionTimeMicros === null) return null;
    const start = { remaining: 0, haveFinalizers: false, graceSeconds: 0, failed: false };
    return { namespace, stage: "pods", ...start };
  }

  private step(sync: Sync): StepEnd {
    if (sync.failed) return "retry";
    switch (sync.stage) {
      case "pods":
        sync.stage = "look for pods";
        sync.graceSeconds = this.graceLeftSeconds(sync.namespace);
        this.deleteAll(sync, this.pods);
        return "go on";
      case "look for pods":
        if (this.podsFirst && sync.remaining > 0) return this.comeBack(sync);
        sync.stage = "others";
        return "go on";
      case "others":
        sync.stage = "look for others";
        for (const informer of this.contents) this.deleteAll(sync, informer);
        return "go on";
      case "look for others":
        if (sync.remaining > 0) return this.comeBack(sync);
        sync.stage = "end";
        this.letGo(sync.namespace);
        return "go on";
      case "end":
        return "done";
    }
  }

  private deleteAll(sync: Sync, informer: Informer<Kind> | Informer<"Pod">): void {
    for (const object of informer.values()) {
      if (object.namespace !== sync.namespace.name) continue;
      this.send(sync, this.deleted, { verb: "delete", target: object as AnyVersion });
    }
  }

  private onDeleted(sync: Sync, outcome: Outcome): void {
    if (!outcome.ok) {
      if (outcome.reason !== "NotFound") sync.failed = true;
      return;
    }
    const { finalizers, deletionGracePeriodSeconds } = outcome.object;
    if (finalizers.length === 0 && (deletionGracePeriodSeconds ?? 0) === 0) return;
    sync.remaining += 1;
    if (finalizers.length > 0) sync.haveFinalizers = true;
  }

  /** Seconds that the pods may need at most; 0 when they should be gone by now. */
  private graceLeftSeconds({ name, deletionTimeMicros }: Namespace): number {
    let longest = 0;
    for (const pod of this.pods.values()) {
      if (pod.namespace === name) longest = Math.max(longest, graceSecondsOf(pod));
    }
    const since = this.options.engine.now - secondOf(deletionTimeMicros!);
    return since >= longest * MICROS_PER_SECOND ? 0 : longest;
  }

  private comeBack(sync: Sync): StepEnd {
    const { namespace } = sync;
    const { now } = this.options.engine;
    const status = withDeletionConditions(namespace.status, this.timestamps.textOf(now));
    const estimate =
      sync.graceSeconds > 0 ? sync.graceSeconds : sync.haveFinalizers ? FINALIZERS_SECONDS : 0;
    if (estimate > 0) {
      const seconds = Math.floor(estimate / 2) + 1;
      this.syncs.addAfter(namespace.row, seconds * MICROS_PER_SECOND);
    }
    if (status === null) return estimate > 0 ? "done" : "retry";
    sync.stage = "end";
    this.send(sync, this.written, { verb: "patch", target: namespace, change: { status } });
    return "go on";
  }

  private letGo(namespace: Namespace): void {
    const finalizers = namespace.spec.finalizers ?? [];
    if (finalizers.includes(FINALIZER)) {
      const others = finalizers.filter((name) => name !== FINALIZER);
      const change = { spec: { ...namespace.spec, finalizers: others } };
      this.sendFor(namespace, { verb: "patch", target: namespace, change });
    } else if (finalizers.length === 0) {
      // A dump may leave the finalizer out: nothing keeps the namespace any more.
      this.sendFor(namespace, { verb: "delete", target: namespace });
    }
  }

  private sendFor(namespace: Namespace, request: WriteRequest): void {
    this.syncs.send(namespace.row, this.written, request);
  }

  private send({ namespace }: Sync, answer: AnswerId, request: WriteRequest): void {
    this.syncs.send(namespace.row, answer, request);
  }
}

function graceSecondsOf(pod: PodVersion): number {
  return isPodTerminal(pod) ? 0 : (pod.spec.terminationGracePeriodSeconds ?? 30);
}

/** Timestamps of the API are whole seconds, cut off. */
function secondOf(timeMicros: TimeMicros): TimeMicros {
  return Math.floor(timeMicros / MICROS_PER_SECOND) * MICROS_PER_SECOND;
}
