import type { Labels } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import { Aggregation } from "./aggregation.js";
import { ContainerUsage } from "./container-usage.js";
import type { RecommenderSettings } from "./recommender-settings.js";

/** A pod as the recommender reads it. */
export interface ObservedPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly isFinished: boolean;
  readonly containers: readonly string[];
  readonly initContainers: readonly string[];
}

/** A pod that is kept, with the use of its containers. */
export interface KeptPod {
  group: LabelGroup;
  isFinished: boolean;
  initContainers: readonly string[];
  readonly containers: Map<string, ContainerUsage>;
  /** The loop in which it was seen last. */
  loop: number;
}

/** Whoever looks at pods by their labels. */
export interface GroupWatcher {
  readonly namespace: string;
  readonly selector: Selector;
  /** The groups that it matches. */
  readonly groups: Set<LabelGroup>;
  /** A container of a group has an aggregation now. */
  aggregates(container: string, aggregation: Aggregation): void;
}

/** The pods of a namespace that have the very same labels: their containers are aggregated together, by name. */
export class LabelGroup {
  readonly aggregations = new Map<string, Aggregation>();
  readonly watchers = new Set<GroupWatcher>();
  podCount = 0;

  constructor(
    readonly namespace: string,
    readonly labels: Labels,
    private readonly settings: RecommenderSettings,
  ) {}

  /** A new one, if there is none or the last one was dropped. */
  aggregation(container: string, nowMicros: number): Aggregation {
    let found = this.aggregations.get(container);
    if (found === undefined) {
      found = new Aggregation(this.settings, nowMicros);
      this.aggregations.set(container, found);
      for (const watcher of this.watchers) watcher.aggregates(container, found);
    }
    return found;
  }
}

/**
 * The pods that the recommender has seen, by name, and what is known of containers that are alike.
 * Source: VPA, pkg/recommender/model clusterState (1.8).
 */
export class ObservedPods {
  /** By namespace and text of labels. */
  private readonly groups = new Map<string, Map<string, LabelGroup>>();
  private readonly groupOfLabels = new WeakMap<Labels, LabelGroup>();
  private readonly pods = new Map<string, Map<string, KeptPod>>();
  private readonly watchers = new Set<GroupWatcher>();

  constructor(
    private readonly settings: RecommenderSettings,
    private readonly now: () => number,
  ) {}

  find(namespace: string, name: string): KeptPod | undefined {
    return this.pods.get(namespace)?.get(name);
  }

  /** Keeps the pod as it is now. */
  put(pod: ObservedPod, loop: number): void {
    const { namespace, name, isFinished, initContainers } = pod;
    const group = this.groupOf(pod);
    let kept = this.find(namespace, name);
    if (kept === undefined) {
      kept = { group, isFinished, initContainers, containers: new Map(), loop };
      group.podCount += 1;
      let inNamespace = this.pods.get(namespace);
      if (inNamespace === undefined) {
        inNamespace = new Map();
        this.pods.set(namespace, inNamespace);
      }
      inNamespace.set(name, kept);
    } else if (kept.group !== group) {
      kept.group.podCount -= 1;
      kept.group = group;
      group.podCount += 1;
      for (const container of kept.containers.keys()) group.aggregation(container, this.now());
    }
    kept.isFinished = isFinished;
    kept.initContainers = initContainers;
    kept.loop = loop;
    for (const container of pod.containers) this.keepContainer(kept, container);
  }

  private keepContainer(pod: KeptPod, name: string): void {
    if (pod.containers.has(name)) return;
    let last = pod.group.aggregation(name, this.now());
    const usage = new ContainerUsage(() => {
      const { group } = pod;
      if (last.isDropped || group.aggregations.get(name) !== last) {
        last = group.aggregation(name, this.now());
      }
      return last;
    });
    pod.containers.set(name, usage);
  }

  /** Forgets pods that were not seen in this loop. */
  forgetUnseen(loop: number): void {
    for (const inNamespace of this.pods.values()) {
      for (const [name, pod] of inNamespace) {
        if (pod.loop === loop) continue;
        inNamespace.delete(name);
        pod.group.podCount -= 1;
      }
    }
  }

  /** Has the watcher know of the groups that it matches, now and later. */
  watch(watcher: GroupWatcher): void {
    this.watchers.add(watcher);
    for (const group of this.groups.get(watcher.namespace)?.values() ?? []) {
      introduce(group, watcher);
    }
  }

  unwatch(watcher: GroupWatcher): void {
    this.watchers.delete(watcher);
    for (const group of watcher.groups) group.watchers.delete(watcher);
    watcher.groups.clear();
  }

  /** Some watcher's selector matches the labels. */
  isWatched({ namespace, labels }: Pick<ObservedPod, "namespace" | "labels">): boolean {
    for (const watcher of this.watchers) {
      if (watcher.namespace === namespace && watcher.selector.matches(labels)) return true;
    }
    return false;
  }

  /** Every container that is kept. */
  *containers(): Generator<readonly [group: LabelGroup, name: string, usage: ContainerUsage]> {
    for (const inNamespace of this.pods.values()) {
      for (const { group, containers } of inNamespace.values()) {
        for (const [name, usage] of containers) yield [group, name, usage];
      }
    }
  }

  /** Drops what is known of containers that nobody runs and that were never measured, and what is too old. */
  collectGarbage(nowMicros: number): void {
    const contributing = this.contributing();
    for (const inNamespace of this.groups.values()) {
      for (const [text, group] of inNamespace) {
        for (const [container, aggregation] of group.aggregations) {
          const isUseless = aggregation.isEmpty && !contributing.has(aggregation);
          if (!isUseless && !aggregation.isExpired(nowMicros)) continue;
          aggregation.isDropped = true;
          group.aggregations.delete(container);
        }
        if (group.podCount > 0 || group.aggregations.size > 0) continue;
        inNamespace.delete(text);
        this.groupOfLabels.delete(group.labels);
        for (const watcher of group.watchers) watcher.groups.delete(group);
      }
    }
  }

  /** Of containers in pods that run, or that an autoscaler still looks after. */
  private contributing(): ReadonlySet<Aggregation> {
    const found = new Set<Aggregation>();
    for (const inNamespace of this.pods.values()) {
      for (const { group, isFinished, containers } of inNamespace.values()) {
        if (isFinished && group.watchers.size === 0) continue;
        for (const name of containers.keys()) {
          const aggregation = group.aggregations.get(name);
          if (aggregation !== undefined) found.add(aggregation);
        }
      }
    }
    return found;
  }

  private groupOf({ namespace, labels }: Pick<ObservedPod, "namespace" | "labels">): LabelGroup {
    const known = this.groupOfLabels.get(labels);
    if (known !== undefined && known.namespace === namespace) return known;
    let inNamespace = this.groups.get(namespace);
    if (inNamespace === undefined) {
      inNamespace = new Map();
      this.groups.set(namespace, inNamespace);
    }
    const text = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    let group = inNamespace.get(text);
    if (group === undefined) {
      group = new LabelGroup(namespace, labels, this.settings);
      inNamespace.set(text, group);
      for (const watcher of this.watchers) {
        if (watcher.namespace === namespace) introduce(group, watcher);
      }
    }
    this.groupOfLabels.set(labels, group);
    return group;
  }
}

function introduce(group: LabelGroup, watcher: GroupWatcher): void {
  if (!watcher.selector.matches(group.labels)) return;
  group.watchers.add(watcher);
  watcher.groups.add(group);
  for (const [container, aggregation] of group.aggregations) {
    watcher.aggregates(container, aggregation);
  }
}
