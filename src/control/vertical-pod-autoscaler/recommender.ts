import type { Labels } from "../../api/kubernetes.js";
import { Selector } from "../../api/label-selector.js";
import type {
  VerticalPodAutoscalerSpec,
  VerticalPodAutoscalerStatus,
} from "../../api/schemas/types.js";
import { MICROS_PER_HOUR } from "../../base/time.js";
import { Aggregation, type AggregationCheckpoint } from "./aggregation.js";
import { AutoscalerConditions } from "./autoscaler-conditions.js";
import { withIntegerCpu } from "./integer-cpu.js";
import { ObservedAutoscaler } from "./observed-autoscaler.js";
import { type ObservedPod, ObservedPods } from "./observed-pods.js";
import { cappedByPolicy } from "./policy-caps.js";
import { recommend } from "./recommendation.js";
import { DEFAULT_RECOMMENDER, type RecommenderSettings } from "./recommender-settings.js";

const GARBAGE_INTERVAL_MICROS = MICROS_PER_HOUR;

/** An autoscaler as the recommender reads it. */
export interface AutoscalerObject {
  readonly namespace: string;
  readonly name: string;
  readonly annotations: Labels;
  readonly generation: number;
  readonly spec: VerticalPodAutoscalerSpec;
  readonly status: VerticalPodAutoscalerStatus;
}

/** What the target of an autoscaler comes to: whose pods it is for, or why there are none. */
export type TargetSelector = Selector | { readonly problem: string };

/** What a container used, in millicores and bytes. */
export interface UsageSample {
  readonly namespace: string;
  readonly podName: string;
  readonly container: string;
  readonly timeMicros: number;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/** A container was killed for want of memory, with that request in force. */
export interface ObservedOom {
  readonly namespace: string;
  readonly podName: string;
  readonly container: string;
  readonly timeMicros: number;
  readonly requestBytes: number;
}

/** What the recommender finds in one of its loops; times in microseconds since 1970. */
export interface LoopInput<A extends AutoscalerObject> {
  readonly nowMicros: number;
  /** The same as conditions have it. */
  readonly nowText: string;
  readonly autoscalers: readonly A[];
  readonly selectorOf: (autoscaler: A) => TargetSelector;
  /** All that are not pending. */
  readonly pods: Iterable<ObservedPod>;
  readonly usage: Iterable<UsageSample>;
  readonly ooms: readonly ObservedOom[];
}

/** The checkpoint of one container. */
export interface NamedCheckpoint {
  readonly namespace: string;
  readonly vpaName: string;
  readonly container: string;
  readonly state: AggregationCheckpoint;
}

/**
 * The recommender's loop: it reads autoscalers, pods, their use and what was killed for want of memory, and says what
 * each autoscaler's status is from now on.
 * Source: VPA, pkg/recommender (1.8).
 */
export class Recommender {
  private readonly pods: ObservedPods;
  private readonly autoscalers = new Map<string, ObservedAutoscaler>();
  private nowMicros = 0;
  private loops = 0;
  private collectedMicros = 0;

  constructor(private readonly settings: RecommenderSettings) {
    this.pods = new ObservedPods(settings, () => this.nowMicros);
  }

  /** At the start, once the autoscalers that exist are known: what an earlier recommender has left. */
  loadCheckpoints(checkpoints: Iterable<NamedCheckpoint>): void {
    for (const { namespace, vpaName, container, state } of checkpoints) {
      const autoscaler = this.autoscalers.get(keyOf(namespace, vpaName));
      if (autoscaler === undefined) continue;
      const aggregation = new Aggregation(this.settings, this.nowMicros);
      if (aggregation.load(state)) autoscaler.loaded.set(container, aggregation);
    }
  }

  /** The status of each autoscaler that is this recommender's. */
  loop<A extends AutoscalerObject>(
    input: LoopInput<A>,
  ): readonly { readonly autoscaler: A; readonly status: VerticalPodAutoscalerStatus }[] {
    this.loops += 1;
    const selected = this.loadAutoscalers(input);
    this.loadPods(input.pods);
    this.loadUsage(input);
    this.pods.forgetUnseen(this.loops);
    return selected.map(({ autoscaler, problem }) => {
      const observed = this.autoscalers.get(keyOf(autoscaler.namespace, autoscaler.name))!;
      return { autoscaler, status: this.statusOf(autoscaler, observed, problem, input.nowText) };
    });
  }

  /** Once an hour, after the loop. */
  collectGarbage(): void {
    if (this.nowMicros - this.collectedMicros < GARBAGE_INTERVAL_MICROS) return;
    this.pods.collectGarbage(this.nowMicros);
    this.collectedMicros = this.nowMicros;
  }

  /** Of every container of every autoscaler, without the memory peaks of intervals that run. */
  checkpoints(): readonly NamedCheckpoint[] {
    const containersOf = new Map(
      [...this.autoscalers.values()].map((autoscaler) => [
        autoscaler as unknown,
        autoscaler.mergedContainers(this.nowMicros),
      ]),
    );
    for (const [group, name, usage] of this.pods.containers()) {
      if (!group.aggregations.has(name) || this.nowMicros >= usage.windowEndMicros) continue;
      for (const watcher of group.watchers) {
        const aggregation = containersOf.get(watcher)?.get(name);
        aggregation?.subtractMemoryPeak(usage.peakBytes, usage.windowEndMicros);
      }
    }
    return [...this.autoscalers.values()].flatMap((autoscaler) => {
      const { namespace, name: vpaName } = autoscaler;
      return [...containersOf.get(autoscaler)!].map(([container, aggregation]) => {
        return { namespace, vpaName, container, state: aggregation.checkpoint() };
      });
    });
  }

  /** Brings the autoscalers up to date; those that another recommender is for are none of them. */
  loadAutoscalers<A extends AutoscalerObject>({
    nowMicros,
    autoscalers,
    selectorOf,
  }: Pick<LoopInput<A>, "nowMicros" | "autoscalers" | "selectorOf">): readonly {
    readonly autoscaler: A;
    readonly problem: string | null;
  }[] {
    this.nowMicros = nowMicros;
    const seen = new Set<ObservedAutoscaler>();
    const selected = autoscalers
      .filter((autoscaler) => this.isMine(autoscaler))
      .map((autoscaler) => {
        const target = selectorOf(autoscaler);
        const problem = target instanceof Selector ? null : target.problem;
        const selector = target instanceof Selector ? target : Selector.nothing;
        seen.add(this.keep(autoscaler, selector));
        return { autoscaler, problem };
      });
    for (const [key, autoscaler] of this.autoscalers) {
      if (seen.has(autoscaler)) continue;
      this.pods.unwatch(autoscaler);
      this.autoscalers.delete(key);
    }
    return selected;
  }

  private isMine({ spec }: AutoscalerObject): boolean {
    const { recommenders = [] } = spec;
    const { recommenderName } = this.settings;
    if (recommenders.length === 0) return recommenderName === DEFAULT_RECOMMENDER.recommenderName;
    return recommenders.some(({ name }) => name === recommenderName);
  }

  /** One whose selector has changed is another: what was loaded for it is forgotten. */
  private keep(
    { namespace, name, spec }: AutoscalerObject,
    selector: Selector,
  ): ObservedAutoscaler {
    const key = keyOf(namespace, name);
    let autoscaler = this.autoscalers.get(key);
    if (autoscaler !== undefined && autoscaler.selector.toString() !== selector.toString()) {
      this.pods.unwatch(autoscaler);
      autoscaler = undefined;
    }
    if (autoscaler === undefined) {
      autoscaler = new ObservedAutoscaler(namespace, name, selector, this.settings);
      this.autoscalers.set(key, autoscaler);
      this.pods.watch(autoscaler);
    }
    autoscaler.resourcePolicy = spec.resourcePolicy;
    return autoscaler;
  }

  private loadPods(pods: Iterable<ObservedPod>): void {
    const { memorySaver } = this.settings;
    for (const pod of pods) {
      if (!memorySaver || this.pods.isWatched(pod)) {
        this.pods.put(pod, this.loops);
        continue;
      }
      const kept = this.pods.find(pod.namespace, pod.name);
      if (kept !== undefined) kept.loop = this.loops;
    }
  }

  private loadUsage<A extends AutoscalerObject>({ usage, ooms }: LoopInput<A>): void {
    for (const { namespace, podName, container, timeMicros, cpuMillis, memoryBytes } of usage) {
      const pod = this.pods.find(namespace, podName);
      if (pod === undefined || pod.initContainers.includes(container)) continue;
      const found = pod.containers.get(container);
      if (found === undefined) continue;
      found.addCpu(cpuMillis, timeMicros);
      found.addMemory(memoryBytes, timeMicros);
    }
    for (const { namespace, podName, container, timeMicros, requestBytes } of ooms) {
      const found = this.pods.find(namespace, podName)?.containers.get(container);
      found?.addOom(requestBytes, timeMicros);
    }
  }

  private statusOf(
    { annotations, generation, spec, status }: AutoscalerObject,
    observed: ObservedAutoscaler,
    problem: string | null,
    nowText: string,
  ): VerticalPodAutoscalerStatus {
    const { settings } = this;
    const conditions = new AutoscalerConditions(status, nowText);
    if (problem === null) conditions.delete("ConfigUnsupported");
    else conditions.set("ConfigUnsupported", true, "", problem);
    conditions.delete("ConfigDeprecated");
    const containers = observed.scaledContainers(this.nowMicros);
    let recommendation = recommend(containers, spec.resourcePolicy, settings);
    if (settings.cpuIntegerPostProcessor) {
      recommendation = withIntegerCpu(recommendation, annotations);
    }
    recommendation = cappedByPolicy(
      recommendation,
      spec.resourcePolicy,
      settings.containerMaxAllowed,
    );
    const hasPods = observed.podCount > 0;
    const why = hasPods ? "" : "NoPodsMatched";
    const message = hasPods ? "" : "No pods match this VPA object";
    if (hasPods) conditions.delete("NoPodsMatched");
    else conditions.set("NoPodsMatched", true, why, message);
    if (containers.size > 0) conditions.set("RecommendationProvided", true);
    else conditions.set("RecommendationProvided", false, why, message);
    return { conditions: conditions.list, recommendation, observedGeneration: generation };
  }
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
