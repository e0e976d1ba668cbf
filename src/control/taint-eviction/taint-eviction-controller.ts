import { deepEqual } from "../../api/deep-equal.js";
import type { Taint } from "../../api/kubernetes.js";
import { type ObjectVersion, objectKey } from "../../api/object-version.js";
import { isPodTerminal, type PodCondition, type PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import { PodsByNode } from "../../store/pods-by-node.js";
import type { WriteRequest } from "../../store/request.js";
import { type Controller, type ControllerOptions, featuresFor } from "../controller.js";
import { boundSince, taintedSince } from "./taints-of-snapshot.js";
import { TimedEvictions } from "./timed-evictions.js";
import { noExecuteTaints, tolerationSeconds } from "./toleration-time.js";

type Node = ObjectVersion<"Node">;

const REASON = "DeletionByTaintManager";
const NO_TAINTS: readonly Taint[] = [];

/**
 * Deletes pods from nodes with NoExecute taints: at once those that do not tolerate all of them, the
 * others after the shortest time that they tolerate them for. An eviction that waits keeps its time
 * when taints change, as upstream, unless they are gone or tolerated for ever.
 *
 * Source: Kubernetes, "Taints and Tolerations: Taint based Evictions"; KEP-3902; KEP-3329.
 */
export class TaintEvictionController implements Controller {
  private readonly pods: Informer<"Pod">;
  private readonly nodes: Informer<"Node">;
  private readonly podsOn: PodsByNode;
  /** NoExecute taints of the nodes that have any, by name. */
  private readonly taints = new Map<string, readonly Taint[]>();
  private readonly evictions: TimedEvictions;
  private readonly told: AnswerId;
  private readonly deleted: AnswerId;
  private readonly setsCondition: boolean;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.pods = informers.informer("Pod");
    this.podsOn = new PodsByNode(this.pods);
    this.nodes = informers.informer("Node");
    const features = featuresFor(options);
    this.setsCondition = features.PodDisruptionConditions;
    const name = "control/taint-eviction/evict";
    this.evictions = new TimedEvictions(engine, name, (row) => this.evict(row));
    this.told = client.onAnswer((outcome, _a, _b, request) => {
      const pod = podOf(request);
      if (outcome.ok) this.delete(pod);
      else this.evictions.end(pod);
    });
    this.deleted = client.onAnswer((outcome, _a, _b, request) => {
      const pod = podOf(request);
      this.evictions.end(pod);
      if (!outcome.ok || isPodTerminal(pod) || pod.deletionTimeMicros !== null) return;
      options.observer.podEvicted(pod, REASON, engine.now);
    });
  }

  start(): void {
    this.pods.addHandler({
      added: (pod) => this.podChanged(pod),
      updated: (before, pod) => this.podUpdated(before, pod),
      deleted: (pod) => {
        this.cancel(pod);
        this.evictions.end(pod);
      },
    });
    for (const node of this.nodes.values()) this.takeUp(node);
    this.nodes.addHandler({
      added: (node) => this.nodeChanged(node),
      updated: (before, node) => {
        const [was, is] = [noExecute(before), noExecute(node)];
        if (was !== is && !deepEqual(was, is)) this.nodeChanged(node);
      },
      deleted: ({ name }) => this.taints.delete(name),
    });
  }

  /** What had been planned before a snapshot was taken: its taints again, one after the other. */
  private takeUp(node: Node): void {
    const taints = noExecute(node);
    if (taints.length === 0 || node.creationTimeMicros >= 0) return;
    const { startTimeMs } = this.options;
    const dated = taints.map((taint) => ({ taint, at: taintedSince(node, taint, startTimeMs) }));
    const moments = [...new Set(dated.map(({ at }) => at))].sort((a, b) => a - b);
    for (const moment of moments) {
      const there = dated.filter(({ at }) => at <= moment).map(({ taint }) => taint);
      for (const pod of this.podsOn.on(node.name)) {
        const since = boundSince(pod);
        if (pod.creationTimeMicros < 0) this.plan(pod, there, Math.max(moment, since));
      }
    }
  }

  private podUpdated(before: PodVersion, pod: PodVersion): void {
    if (before.nodeName === pod.nodeName) {
      const [was, is] = [before.spec.tolerations, pod.spec.tolerations];
      if (was === is || deepEqual(was, is)) return;
    }
    this.podChanged(pod);
  }

  private podChanged(pod: PodVersion): void {
    const taints = this.taints.get(pod.nodeName);
    if (taints !== undefined) this.plan(pod, taints, this.options.engine.now);
  }

  private nodeChanged(node: Node): void {
    const taints = noExecute(node);
    if (taints.length === 0) this.taints.delete(node.name);
    else this.taints.set(node.name, taints);
    for (const pod of this.podsOn.on(node.name)) {
      if (taints.length === 0) this.cancel(pod);
      else this.plan(pod, taints, this.options.engine.now);
    }
  }

  private plan(pod: PodVersion, taints: readonly Taint[], nowMicros: TimeMicros): void {
    const seconds = tolerationSeconds(pod.spec.tolerations ?? [], taints);
    if (seconds === null) {
      this.cancel(pod);
      this.evictions.plan(pod, nowMicros, nowMicros);
      return;
    }
    if (seconds === Number.POSITIVE_INFINITY) {
      this.cancel(pod);
      return;
    }
    const waitingSince = this.evictions.waitingSince(pod);
    if (waitingSince !== undefined) {
      if (waitingSince < nowMicros) return;
      this.cancel(pod);
    }
    this.evictions.plan(pod, nowMicros, nowMicros + seconds * MICROS_PER_SECOND);
  }

  private cancel(pod: PodVersion): void {
    if (this.evictions.cancel(pod)) this.tell(pod, "Cancelling deletion of Pod");
  }

  private evict(row: number): void {
    const pod = this.pods.at(row);
    if (pod === undefined) return;
    this.evictions.begin(pod);
    this.tell(pod, "Marking for deletion Pod");
    if (!this.setsCondition) {
      this.delete(pod);
      return;
    }
    const { client, engine } = this.options;
    const condition: PodCondition = {
      type: "DisruptionTarget",
      status: "True",
      lastTransitionTimeMicros: engine.now,
      reason: REASON,
      message: "Taint manager: deleting due to NoExecute taint",
    };
    const change = { setConditions: [condition] };
    client.submit({ verb: "patch", target: pod, change }, this.told);
  }

  private delete(pod: PodVersion): void {
    this.options.client.submit({ verb: "delete", target: pod }, this.deleted);
  }

  private tell(pod: PodVersion, what: string): void {
    const { observer, engine } = this.options;
    const message = `${what} ${objectKey(pod)}`;
    observer.event("Normal", "TaintManagerEviction", pod, message, engine.now);
  }
}

function noExecute({ spec }: Node): readonly Taint[] {
  if (spec.taints === undefined) return NO_TAINTS;
  return noExecuteTaints(spec.taints);
}

/** The pod that an eviction is about, as it was when the eviction began. */
function podOf(request: WriteRequest): PodVersion {
  return (request as { readonly target: PodVersion }).target;
}
