import { isPodActive, type PodVersion } from "../../../api/pod-version.js";
import { formatTimestamp } from "../../../api/timestamp.js";
import { MICROS_PER_MILLI, MICROS_PER_SECOND, type TimeMicros } from "../../../base/time.js";
import type { Engine, HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { ClusterObserver } from "../../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../../store/client.js";
import type { Informer } from "../../../store/informer.js";
import type { Outcome, Refusal } from "../../../store/outcome.js";
import { isEvictable } from "../disruption/evictable-pods.js";

export interface EvictionQueueOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly pods: Informer<"Pod">;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
  /** Why a node's pods are evicted, as their Events say it. */
  readonly reasonOf: (node: string) => string;
}

interface Item {
  readonly pod: PodVersion;
  readonly number: number;
  /** When its node is to be gone; Infinity: whenever it is drained. */
  deadlineMicros: TimeMicros;
  /** Until its next try, should this one fail. */
  delayMicros: TimeMicros;
  isInFlight: boolean;
}

const BASE_DELAY_MICROS = 100 * MICROS_PER_MILLI;
const MAX_DELAY_MICROS = 10 * MICROS_PER_SECOND;

/** True when the pod's own grace period would last until after its node is to be gone. */
export function needsForceDelete(
  { deletionTimeMicros, spec }: PodVersion,
  deadlineMicros: TimeMicros,
  now: TimeMicros,
): boolean {
  if (deletionTimeMicros !== null) return deletionTimeMicros > deadlineMicros;
  const graceSeconds = spec.terminationGracePeriodSeconds;
  return graceSeconds != null && now > deadlineMicros - graceSeconds * MICROS_PER_SECOND;
}

/**
 * Evicts the pods of nodes that are drained, as far as budgets let it, with growing pauses; and deletes those that
 * would stay longer than their node.
 *
 * Source: Karpenter, `pkg/controllers/node/termination/terminator/eviction.go` (1.15.0).
 */
export class EvictionQueue {
  private readonly items = new Map<string, Item>();
  private readonly numbered: (Item | undefined)[] = [];
  private readonly reconcileEvent: HandlerId;
  private readonly retryEvent: HandlerId;
  private readonly evicted: AnswerId;
  private readonly deleted: AnswerId;

  constructor(private readonly options: EvictionQueueOptions) {
    const { engine, client } = options;
    const look = (number: number) => this.look(number);
    this.reconcileEvent = engine.registerHandler("karpenter/eviction", look);
    // A try that nothing is known to help keeps no run alive.
    const background = { background: true };
    this.retryEvent = engine.registerHandler("karpenter/eviction-retry", look, background);
    this.evicted = client.onAnswer((outcome, number) => this.onEvicted(outcome, number));
    this.deleted = client.onAnswer((outcome, number) => this.onDeleted(outcome, number));
  }

  has(pod: PodVersion): boolean {
    return this.items.has(pod.uid);
  }

  /** A pod that is in the queue already keeps the earlier deadline. */
  add(pod: PodVersion, deadlineMicros: TimeMicros): void {
    const known = this.items.get(pod.uid);
    if (known !== undefined) {
      known.deadlineMicros = Math.min(known.deadlineMicros, deadlineMicros);
      return;
    }
    const number = this.numbered.length;
    const item = { pod, number, deadlineMicros, delayMicros: BASE_DELAY_MICROS, isInFlight: false };
    this.items.set(pod.uid, item);
    this.numbered.push(item);
    const { engine } = this.options;
    engine.scheduleAt(engine.now, Phase.react, this.reconcileEvent, number);
  }

  private look(number: number): void {
    const item = this.numbered[number];
    if (item === undefined || item.isInFlight) return;
    const { engine, client, pods } = this.options;
    const pod = pods.find(item.pod.namespace, item.pod.name);
    if (pod?.uid !== item.pod.uid) {
      this.complete(item);
    } else if (needsForceDelete(pod, item.deadlineMicros, engine.now)) {
      this.forceDelete(item, pod);
    } else if (!isPodActive(pod)) {
      this.complete(item);
    } else if (isEvictable(pod, engine.now)) {
      item.isInFlight = true;
      client.submit({ verb: "evict", target: pod }, this.evicted, number);
    } else {
      this.retry(item);
    }
  }

  /** A second at least: the kubelet has to end it, or the same pod could run twice. */
  private forceDelete(item: Item, pod: PodVersion): void {
    const { engine, client, observer, startTimeMs } = this.options;
    const leftSeconds = Math.floor((item.deadlineMicros - engine.now) / MICROS_PER_SECOND);
    const gracePeriodSeconds = Math.max(leftSeconds, 1);
    const end = formatTimestamp(item.deadlineMicros, startTimeMs);
    const own = pod.spec.terminationGracePeriodSeconds;
    const told = `Deleting the pod to accommodate the terminationTime ${end} of the node. The pod was granted ${gracePeriodSeconds} seconds of grace-period of its ${own} terminationGracePeriodSeconds. This bypasses the PDB of the pod and the do-not-disrupt annotation.`;
    observer.event("Normal", "Disrupted", pod, told, engine.now);
    item.isInFlight = true;
    client.submit({ verb: "delete", target: pod, gracePeriodSeconds }, this.deleted, item.number);
  }

  private onEvicted(outcome: Outcome, number: number): void {
    const item = this.numbered[number]!;
    const { engine, observer, reasonOf } = this.options;
    const { pod } = item;
    item.isInFlight = false;
    if (outcome.ok) {
      const told = `Evicted pod: ${reasonOf(pod.nodeName)}`;
      observer.event("Normal", "Evicted", pod, told, engine.now);
      observer.podEvicted(pod, "EvictedByKarpenter", engine.now);
      this.complete(item);
    } else if (outcome.reason === "NotFound" || outcome.reason === "Conflict") {
      this.complete(item);
    } else {
      if (outcome.budgets !== undefined) this.tellRefused(pod, outcome.budgets);
      this.retry(item);
    }
  }

  private tellRefused(pod: PodVersion, budgets: NonNullable<Refusal["budgets"]>): void {
    const { engine, observer } = this.options;
    const why =
      budgets.length > 1
        ? "eviction does not support multiple PDBs"
        : "evicting pod violates a PDB";
    const node = { kind: "Node", namespace: "", name: pod.nodeName };
    const told = `Failed to drain node, ${why} (Pod=${pod.namespace}/${pod.name})`;
    observer.evictionRefused(pod, budgets, engine.now);
    observer.event("Warning", "FailedDraining", node, told, engine.now);
  }

  private onDeleted(outcome: Outcome, number: number): void {
    const item = this.numbered[number]!;
    item.isInFlight = false;
    if (outcome.ok || outcome.reason === "NotFound") this.complete(item);
    else this.retry(item);
  }

  private retry(item: Item): void {
    const { engine } = this.options;
    const delay = item.delayMicros;
    item.delayMicros = Math.min(2 * delay, MAX_DELAY_MICROS);
    engine.scheduleAt(engine.now + delay, Phase.react, this.retryEvent, item.number);
  }

  private complete({ pod, number }: Item): void {
    this.items.delete(pod.uid);
    this.numbered[number] = undefined;
  }
}
