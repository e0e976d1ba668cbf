import { assert } from "../../base/assert.js";
import { parseSelector, SelectorError } from "../../api/label-selector.js";
import { objectKey, targetText } from "../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import type { Engine } from "../../kernel/engine.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { Outcome } from "../../store/outcome.js";
import type { Operation, OperationRunner } from "./operation.js";
import type { Step } from "./step.js";

export interface EvictOperation extends Operation {
  readonly type: "evict";
  readonly namespace: string;
  /** Of the pod; null for those that the selector names. */
  readonly name: string | null;
  readonly podSelector: string | null;
  /** The oldest so many of them; null for all. */
  readonly count: number | null;
}

export interface EvictionsOptions {
  readonly engine: Engine;
  readonly store: ObjectStore;
  readonly client: Client;
  readonly observer: ClusterObserver;
}

/**
 * Asks once for the eviction of pods, which their budgets may refuse.
 * Source: Kubernetes, "API-initiated Eviction".
 */
export class Evictions implements OperationRunner<EvictOperation> {
  private readonly answer: AnswerId;
  private readonly asked: (PodVersion | null)[] = [];

  constructor(private readonly options: EvictionsOptions) {
    this.answer = options.client.onAnswer((outcome, number) => this.answered(outcome, number));
  }

  take(operation: EvictOperation): Step | null {
    const pods = this.podsOf(operation);
    if (pods.length === 0) {
      const { namespace, name } = operation;
      const target = { kind: "Pod", namespace, name: name ?? operation.podSelector ?? "" };
      return { target, refusal: "there is no such pod" };
    }
    for (const pod of pods) {
      const number = this.asked.push(pod) - 1;
      this.options.client.submit({ verb: "evict", target: pod }, this.answer, number);
    }
    return null;
  }

  private podsOf({ namespace, name, podSelector, count }: EvictOperation): readonly PodVersion[] {
    const table = this.options.store.table("Pod");
    if (name !== null) {
      const pod = table.find(namespace, name);
      return pod === undefined ? [] : [pod];
    }
    const selector = parseSelector(podSelector ?? "");
    assert(!(selector instanceof SelectorError), () => `${podSelector} is no selector`);
    const found = [...table].filter(
      (pod) =>
        pod.namespace === namespace &&
        pod.deletionTimeMicros === null &&
        selector.matches(pod.labels),
    );
    found.sort((a, b) => a.creationTimeMicros - b.creationTimeMicros || a.row - b.row);
    return found.slice(0, count ?? found.length);
  }

  private answered(outcome: Outcome, number: number): void {
    const { engine, observer } = this.options;
    const pod = this.asked[number]!;
    this.asked[number] = null;
    if (outcome.ok) {
      if (!isPodTerminal(pod)) observer.podEvicted(pod, "EvictionByEvictionAPI", engine.now);
      observer.timelineStep("evict", targetText(pod), "evicted", engine.now);
      return;
    }
    if (outcome.budgets !== undefined) observer.evictionRefused(pod, outcome.budgets, engine.now);
    const text = `evict ${objectKey(pod)}: ${outcome.message}`;
    observer.event("Warning", "TimelineStepFailed", pod, text, engine.now);
    observer.timelineStep(
      "evict",
      targetText(pod),
      `failed: ${outcome.message}`,
      engine.now,
      "failed",
    );
  }
}
