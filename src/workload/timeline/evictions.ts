import { objectKey, targetText } from "../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import type { Engine } from "../../kernel/engine.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { Outcome } from "../../store/outcome.js";
import type { Operation, OperationRunner, OperationTarget } from "./operation.js";
import { chosenPods, type PodChoice } from "./pod-choice.js";
import type { Step } from "./step.js";

export interface EvictOperation extends Operation {
  readonly type: "evict";
  readonly pods: PodChoice | OperationTarget;
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
      const { pods: of } = operation;
      const name = "podSelector" in of ? of.podSelector : of.name;
      const target = { kind: "Pod", namespace: of.namespace, name };
      return { target, refusal: "there is no such pod" };
    }
    for (const pod of pods) {
      const number = this.asked.push(pod) - 1;
      this.options.client.submit({ verb: "evict", target: pod }, this.answer, number);
    }
    return null;
  }

  private podsOf({ pods: of, count }: EvictOperation): readonly PodVersion[] {
    const { store } = this.options;
    if ("podSelector" in of) {
      const found = chosenPods(store, of);
      return found.slice(0, count ?? found.length);
    }
    const pod = store.table("Pod").find(of.namespace, of.name);
    return pod === undefined ? [] : [pod];
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
