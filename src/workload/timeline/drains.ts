import { parseSelector, Selector, SelectorError } from "../../api/label-selector.js";
import { isMirrorPod } from "../../api/mirror-pod.js";
import { controllerOf, objectKey } from "../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import { assert } from "../../base/assert.js";
import { counted } from "../../base/counted.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { Engine, EventId, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver, StepState } from "../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { InformerFactory } from "../../store/informer-factory.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { Outcome } from "../../store/outcome.js";
import { DrainedPod, type DrainOperation, DrainRecord } from "./drain-record.js";
import type { OperationRunner } from "./operation.js";

export interface DrainsOptions {
  readonly engine: Engine;
  readonly store: ObjectStore;
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly observer: ClusterObserver;
  /** Of its events. Default: `timeline/drain`. */
  readonly name?: string;
  /** Is told when a drain has ended: null when it went well, or else why it did not. */
  readonly ended?: (node: string, failure: string | null) => void;
}

const RETRY_MICROS = 5 * MICROS_PER_SECOND;

/**
 * Drains nodes as `kubectl drain --ignore-daemonsets --delete-emptydir-data --force` does: cordons
 * the node, evicts every pod on it but those of DaemonSets and static pods, asks again after 5 s for
 * a pod whose eviction a budget refuses, and looks each second after an eviction whether its pod is
 * gone. With a timeout it gives up on a pod when it would next ask for its eviction, or look. A selector leaves
 * the pods alone that it does not match, as `--pod-selector` does.
 *
 * Source: Kubernetes, "Safely Drain a Node"; kubectl's `pkg/drain`.
 */
export class Drains implements OperationRunner<DrainOperation> {
  private readonly drains: DrainRecord[] = [];
  /** Evictions that were sent, by their number. */
  private readonly evictions: DrainedPod[] = [];
  /** Retries that nothing is known to help, by the number of the eviction: they keep no run alive. */
  private readonly waiting = new Map<
    number,
    { readonly event: EventId; readonly at: TimeMicros }
  >();
  private readonly retry: HandlerId;
  private readonly noticed: HandlerId;
  private readonly timeout: HandlerId;
  private readonly retryHelped: HandlerId;
  private readonly cordonAnswer: AnswerId;
  private readonly evictAnswer: AnswerId;

  constructor(private readonly options: DrainsOptions) {
    const { engine, client, informers, observer, name = "timeline/drain" } = options;
    const again = (number: number) => {
      this.waiting.delete(number);
      this.evict(number);
    };
    this.retry = engine.registerHandler(`${name}/retry`, again, { background: true });
    this.retryHelped = engine.registerHandler(`${name}/retry-helped`, again);
    this.noticed = engine.registerHandler(`${name}/gone`, (number) => {
      const { drain, pod } = this.evictions[number]!;
      observer.drainedPodGone?.(pod, engine.now);
      this.forget(drain, pod);
    });
    this.timeout = engine.registerHandler(`${name}/timeout`, (number) => this.giveUp(number));
    this.cordonAnswer = client.onAnswer((outcome, drain) => this.cordoned(outcome, drain));
    this.evictAnswer = client.onAnswer((outcome, number) => this.answered(outcome, number));
    informers.informer("Pod").addHandler({ deleted: (pod) => this.gone(pod) });
    informers.informer("PodDisruptionBudget").addHandler({
      updated: () => this.budgetChanged(),
      deleted: () => this.budgetChanged(),
    });
  }

  take(operation: DrainOperation): null {
    const number = this.drains.push(new DrainRecord(operation)) - 1;
    const target = { kind: "Node", namespace: "", name: operation.node } as const;
    const patch = { spec: { unschedulable: true } };
    this.options.client.submit({ verb: "merge", target, patch }, this.cordonAnswer, number);
    return null;
  }

  /** Tells of the drains that have not ended: once, when the run is over. */
  finish(): void {
    const { store } = this.options;
    const isEnding = (pod: PodVersion) => {
      const found = store.table("Pod").find(pod.namespace, pod.name);
      return found?.uid === pod.uid && found.deletionTimeMicros !== null;
    };
    for (const drain of this.drains) {
      if (drain.state !== "ended") this.report(drain, drain.unfinishedText(isEnding), "unfinished");
    }
  }

  private cordoned(outcome: Outcome, number: number): void {
    const drain = this.drains[number]!;
    if (!outcome.ok) {
      this.fail(drain, outcome.message);
      return;
    }
    this.report(drain, "cordoned");
    const pods = this.podsToEvict(drain.operation);
    const bare = pods.filter((pod) => controllerOf(pod) === undefined && !isPodTerminal(pod));
    if (!drain.operation.force && bare.length > 0) {
      const names = bare.map(objectKey).join(", ");
      const message = `cannot delete Pods that declare no controller (use force to override): ${names}`;
      this.fail(drain, message);
      return;
    }
    drain.state = "evicting";
    const { timeoutMicros } = drain.operation;
    if (timeoutMicros !== null) {
      const { engine } = this.options;
      drain.deadlineMicros = engine.now + timeoutMicros;
      engine.scheduleAt(drain.deadlineMicros, Phase.world, this.timeout, number);
    }
    for (const pod of pods) {
      const number = this.evictions.length;
      const drained = new DrainedPod(drain, pod, number);
      this.evictions.push(drained);
      drain.remaining.set(pod.uid, drained);
      this.evict(number);
    }
    this.finishIfEmpty(drain);
  }

  /** As kubectl lists them: straight from the API server. */
  private podsToEvict({ node, podSelector }: DrainOperation): readonly PodVersion[] {
    const selector = podSelector === null ? Selector.everything : parseSelector(podSelector);
    assert(!(selector instanceof SelectorError), () => `${podSelector} is no selector`);
    const pods: PodVersion[] = [];
    for (const pod of this.options.store.table("Pod")) {
      if (pod.nodeName !== node || isMirrorPod(pod)) continue;
      if (!selector.matches(pod.labels)) continue;
      if (controllerOf(pod)?.kind === "DaemonSet" && !isPodTerminal(pod)) continue;
      pods.push(pod);
    }
    return pods;
  }

  private evict(number: number): void {
    const { drain, pod } = this.evictions[number]!;
    if (this.options.engine.now >= drain.deadlineMicros) {
      this.abandon(drain, pod);
      return;
    }
    const { gracePeriodSeconds } = drain.operation;
    const grace = gracePeriodSeconds === null ? {} : { gracePeriodSeconds };
    this.options.client.submit({ verb: "evict", target: pod, ...grace }, this.evictAnswer, number);
  }

  private answered(outcome: Outcome, number: number): void {
    const { engine, observer } = this.options;
    const drained = this.evictions[number]!;
    const { drain, pod } = drained;
    if (outcome.ok) {
      drained.grantedMicros = engine.now;
      // It may have ended since it was listed: then it was removed at once.
      const hasEnded = outcome.object.kind === "Pod" && isPodTerminal(outcome.object);
      if (hasEnded || pod.deletionTimeMicros !== null) {
        drain.leftAlready += 1;
        return;
      }
      drain.evicted += 1;
      observer.podEvicted(pod, "EvictionByEvictionAPI", engine.now);
      return;
    }
    const { budgets } = outcome;
    if (budgets !== undefined) observer.evictionRefused(pod, budgets, engine.now);
    drained.refusal = outcome;
    switch (outcome.reason) {
      case "TooManyRequests":
        drain.refusals += 1;
        drained.refusals += 1;
        this.retryLater(number);
        return;
      case "NotFound":
      case "Conflict":
        this.forget(drain, pod);
        return;
      default:
        drain.failed.push(drained);
        observer.event("Warning", "FailedDrain", pod, outcome.message, engine.now);
        this.forget(drain, pod);
    }
  }

  private retryLater(number: number): void {
    const { engine } = this.options;
    const at = engine.now + RETRY_MICROS;
    const event = engine.scheduleAt(at, Phase.world, this.retry, number);
    this.waiting.set(number, { event, at });
  }

  /** From here on it is worth waiting for the retries of what was refused. */
  private budgetChanged(): void {
    for (const number of [...this.waiting.keys()]) this.helped(number);
  }

  private helped(number: number): void {
    const { engine } = this.options;
    const retry = this.waiting.get(number);
    if (retry === undefined) return;
    this.waiting.delete(number);
    engine.cancel(retry.event);
    engine.scheduleAt(retry.at, Phase.world, this.retryHelped, number);
  }

  private gone(pod: PodVersion): void {
    for (const drain of this.drains) {
      const drained = drain.remaining.get(pod.uid);
      if (drained === undefined) continue;
      if (drained.grantedMicros === null) this.helped(drained.number);
      else this.noticeLater(drained);
    }
  }

  private noticeLater({ grantedMicros, number }: DrainedPod): void {
    const { engine } = this.options;
    const waited = engine.now - grantedMicros!;
    const at = grantedMicros! + Math.ceil(waited / MICROS_PER_SECOND) * MICROS_PER_SECOND;
    engine.scheduleAt(at, Phase.world, this.noticed, number);
  }

  /** Of the pods that were evicted, those that are still there. Others at their next try, which is worth waiting for. */
  private giveUp(number: number): void {
    const drain = this.drains[number]!;
    for (const { grantedMicros, pod, number: eviction } of [...drain.remaining.values()]) {
      if (grantedMicros !== null) this.abandon(drain, pod);
      else this.helped(eviction);
    }
  }

  private abandon(drain: DrainRecord, pod: PodVersion): void {
    drain.isGivenUp = true;
    this.forget(drain, pod);
  }

  private forget(drain: DrainRecord, pod: PodVersion): void {
    if (drain.remaining.delete(pod.uid)) this.finishIfEmpty(drain);
  }

  private finishIfEmpty(drain: DrainRecord): void {
    if (drain.state !== "evicting" || drain.remaining.size > 0) return;
    if (drain.isGivenUp) {
      const after = `${(drain.operation.timeoutMicros ?? 0) / MICROS_PER_SECOND}s`;
      this.fail(drain, `drain did not complete within ${after}`);
      return;
    }
    if (drain.failed.length > 0) {
      const { node } = drain.operation;
      const pods = counted(drain.failed.length, "pod");
      this.fail(drain, `unable to drain node ${node}: ${pods} not evicted`, drain.failedText());
      return;
    }
    drain.state = "ended";
    this.report(drain, drain.drainedText());
    this.options.ended?.(drain.operation.node, null);
  }

  private report(drain: DrainRecord, message: string, state: StepState = "done"): void {
    const { observer, engine } = this.options;
    observer.timelineStep("drain", `Node/${drain.operation.node}`, message, engine.now, state);
  }

  /** Ends the drain with a Warning, and with what the summary is to say. */
  private fail(drain: DrainRecord, message: string, told = `failed: ${message}`): void {
    const { observer, engine } = this.options;
    const node = { kind: "Node", namespace: "", name: drain.operation.node };
    drain.state = "ended";
    observer.event("Warning", "FailedDrain", node, message, engine.now);
    this.report(drain, told, "failed");
    this.options.ended?.(drain.operation.node, message);
  }
}
