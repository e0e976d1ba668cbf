import type { ObjectVersion } from "../../api/object-version.js";
import {
  isPodActive,
  isPodTerminal,
  type PodCondition,
  type PodVersion,
} from "../../api/pod-version.js";
import { assert } from "../../base/assert.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome, Refusal } from "../../store/outcome.js";
import { PodsByNode } from "../../store/pods-by-node.js";
import type { WriteRequest } from "../../store/request.js";
import {
  type Controller,
  type ControllerFlag,
  type ControllerOptions,
  featuresFor,
  flagValue,
} from "../controller.js";
import {
  isOrphaned,
  isOutOfService,
  isUnscheduledTerminating,
  terminatedPods,
} from "./collectable-pods.js";
import { Quarantine } from "./quarantine.js";

const PERIOD_MICROS = 20 * MICROS_PER_SECOND;
/** Upstream's `--terminated-pod-gc-threshold`. */
export const TERMINATED_POD_GC_THRESHOLD: ControllerFlag = {
  name: "terminatedPodGCThreshold",
  least: 0,
  byDefault: 12_500,
  meaning: "Pods that have ended and are kept, in the whole cluster; 0: all.",
};
/** Why a pod is removed: its node is gone, or there is no more to say. */
const PLAIN = 0;
const DISRUPTED = 1;
const REASON = "DeletionByPodGC";

/**
 * Removes pods that no kubelet will: those of nodes that are gone for 40 s, those that ended beyond a
 * threshold, those deleted before they were bound, and those deleted on a node out of service. It
 * looks every 20 s as upstream does; rounds in which nothing could be found are not simulated.
 * Source: Kubernetes, "Pod Lifecycle: Garbage collection of Pods"; KEP-3329; KEP-2268.
 */
export class PodGarbageCollector implements Controller {
  private readonly pods: Informer<"Pod">;
  private readonly nodes: Informer<"Node">;
  private readonly round: HandlerId;
  private readonly failed: AnswerId;
  private readonly deleted: AnswerId;
  private readonly threshold: number;
  private readonly failsPods: boolean;
  /** Its rounds count from when it was started, before the run. */
  private readonly phaseMicros: TimeMicros;
  private readonly quarantine = new Quarantine();
  /** Rows of the pods on each node, whether it is there or not. */
  private readonly podsOn: PodsByNode;
  private readonly unscheduled = new Set<number>();
  /** Rows of pods whose removal was asked for; what still stands has a finalizer. */
  private readonly asked = new Set<number>();
  private ended = 0;
  private armed = false;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.pods = informers.informer("Pod");
    this.podsOn = new PodsByNode(this.pods);
    this.nodes = informers.informer("Node");
    this.threshold = flagValue(TERMINATED_POD_GC_THRESHOLD, options.flags);
    const features = featuresFor(options);
    this.failsPods = features.PodDisruptionConditions;
    const phase = engine.streams.draw("control/pod-garbage-collector/phase", 0);
    this.phaseMicros = Math.floor(phase * PERIOD_MICROS);
    this.round = engine.registerHandler("control/pod-garbage-collector/round", () => this.look());
    this.failed = client.onAnswer((outcome, _, cause, request) => {
      const pod = podOf(request);
      if (outcome.ok) {
        this.tellEviction(pod, cause);
        this.delete(pod, cause);
      } else this.giveUp(pod, outcome);
    });
    this.deleted = client.onAnswer((outcome, _, cause, request) =>
      this.onDeleted(podOf(request), cause, outcome),
    );
  }

  start(): void {
    this.nodes.addHandler({
      added: (node) => this.onNode(node),
      updated: (_, node) => this.onNode(node),
      deleted: ({ name }) => {
        if (this.podsOn.has(name)) this.arm();
      },
    });
    this.pods.addHandler({
      added: (pod) => {
        if (isPodTerminal(pod)) this.onEnded();
        if (pod.nodeName !== "") this.onBound(pod);
        this.onPod(pod);
      },
      updated: (before, pod) => {
        if (isPodTerminal(pod) && !isPodTerminal(before)) this.onEnded();
        if (before.nodeName !== pod.nodeName) this.onBound(pod);
        this.onPod(pod);
      },
      deleted: (pod) => this.onPodGone(pod),
    });
  }

  private onNode(node: ObjectVersion<"Node">): void {
    if (isOutOfService(node) && this.podsOn.has(node.name)) this.arm();
  }

  private onEnded(): void {
    this.ended += 1;
    if (this.threshold > 0 && this.ended > this.threshold) this.arm();
  }

  private onBound(pod: PodVersion): void {
    if (isOrphaned(pod, this.nodeExists)) this.arm();
  }

  private onPod(pod: PodVersion): void {
    if (pod.deletionTimeMicros === null || this.asked.has(pod.row)) return;
    const isUnscheduled = isUnscheduledTerminating(pod);
    if (isUnscheduled) this.unscheduled.add(pod.row);
    if (isUnscheduled || this.isOnDeadNode(pod)) this.arm();
  }

  private onPodGone(pod: PodVersion): void {
    if (isPodTerminal(pod)) this.ended -= 1;
    this.unscheduled.delete(pod.row);
    this.asked.delete(pod.row);
  }

  private readonly nodeExists = (name: string): boolean => this.nodes.find("", name) !== undefined;

  private isOnDeadNode(pod: PodVersion): boolean {
    const node = this.failsPods ? this.nodes.find("", pod.nodeName) : undefined;
    return node !== undefined && isOutOfService(node);
  }

  /** Makes the next round take place. */
  private arm(): void {
    if (this.armed) return;
    this.armed = true;
    const { engine } = this.options;
    const rounds = Math.ceil((engine.now - this.phaseMicros) / PERIOD_MICROS);
    const at = this.phaseMicros + rounds * PERIOD_MICROS;
    engine.scheduleAt(at, Phase.react, this.round);
  }

  private look(): void {
    this.armed = false;
    if (this.threshold > 0 && this.ended > this.threshold) {
      for (const pod of terminatedPods(this.pods.values(), this.threshold)) this.remove(pod, PLAIN);
    }
    this.lookAtNodes();
    for (const row of this.unscheduled) {
      const pod = this.pods.at(row);
      if (pod !== undefined && isUnscheduledTerminating(pod)) this.remove(pod, PLAIN);
    }
    if (!this.quarantine.isEmpty) this.armNext();
  }

  private armNext(): void {
    if (this.armed) return;
    this.armed = true;
    const { engine } = this.options;
    const rounds = Math.floor((engine.now - this.phaseMicros) / PERIOD_MICROS) + 1;
    const at = this.phaseMicros + rounds * PERIOD_MICROS;
    engine.scheduleAt(at, Phase.react, this.round);
  }

  private lookAtNodes(): void {
    const { now } = this.options.engine;
    for (const [name, rows] of this.podsOn.entries()) {
      const node = this.nodes.find("", name);
      if (node === undefined) {
        if (this.hasUnasked(rows)) this.quarantine.begin(name, now);
      } else if (this.failsPods && isOutOfService(node)) {
        for (const pod of this.podsOn.at(rows)) {
          if (pod.deletionTimeMicros !== null) this.remove(pod, PLAIN);
        }
      }
    }
    for (const name of this.quarantine.release(now)) {
      for (const pod of this.podsOn.on(name)) {
        if (isOrphaned(pod, this.nodeExists)) this.remove(pod, DISRUPTED);
      }
    }
  }

  private hasUnasked(rows: ReadonlySet<number>): boolean {
    for (const row of rows) if (!this.asked.has(row)) return true;
    return false;
  }

  private remove(pod: PodVersion, cause: number): void {
    if (this.asked.has(pod.row)) return;
    this.asked.add(pod.row);
    if (!this.failsPods || isPodTerminal(pod)) {
      this.delete(pod, cause);
      return;
    }
    const { client, engine } = this.options;
    const condition: PodCondition = {
      type: "DisruptionTarget",
      status: "True",
      lastTransitionTimeMicros: engine.now,
      reason: REASON,
      message: "PodGC: node no longer exists",
    };
    const conditions = cause === DISRUPTED ? { setConditions: [condition] } : {};
    const change = { phase: "Failed", ...conditions } as const;
    client.submit({ verb: "patch", target: pod, change }, this.failed, pod.row, cause);
  }

  private delete(pod: PodVersion, cause: number): void {
    const request: WriteRequest = { verb: "delete", target: pod, gracePeriodSeconds: 0 };
    this.options.client.submit(request, this.deleted, pod.row, cause);
  }

  private onDeleted(pod: PodVersion, cause: number, outcome: Outcome): void {
    if (!outcome.ok) this.giveUp(pod, outcome);
    else if (!this.failsPods) this.tellEviction(pod, cause);
  }

  private tellEviction(pod: PodVersion, cause: number): void {
    const { observer, engine } = this.options;
    if (cause === DISRUPTED && isPodActive(pod)) observer.podEvicted(pod, REASON, engine.now);
  }

  /** What could not be removed is looked at again in the next round. */
  private giveUp({ row }: PodVersion, { reason }: Refusal): void {
    if (reason === "NotFound") return;
    this.asked.delete(row);
    this.armNext();
  }
}

/** The pod that a removal is about, as it was when the removal began. */
function podOf(request: WriteRequest): PodVersion {
  assert(request.verb === "patch" || request.verb === "delete", "no removal was asked for");
  return request.target as PodVersion;
}
