import type { Selector } from "../../api/label-selector.js";
import { Aggregation } from "./aggregation.js";
import { containerPolicy, isContainerOff, type ResourcePolicy } from "./container-policy.js";
import type { GroupWatcher, LabelGroup } from "./observed-pods.js";
import type { RecommenderSettings } from "./recommender-settings.js";

/** An autoscaler as the recommender keeps it, with the containers that its selector matches. */
export class ObservedAutoscaler implements GroupWatcher {
  readonly groups = new Set<LabelGroup>();
  /** What checkpoints say of containers, by name. */
  readonly loaded = new Map<string, Aggregation>();
  private policy: ResourcePolicy | undefined;

  constructor(
    readonly namespace: string,
    readonly name: string,
    readonly selector: Selector,
    private readonly settings: RecommenderSettings,
  ) {}

  aggregates(container: string, aggregation: Aggregation): void {
    aggregation.followPolicy(containerPolicy(container, this.policy));
  }

  get resourcePolicy(): ResourcePolicy | undefined {
    return this.policy;
  }

  set resourcePolicy(policy: ResourcePolicy | undefined) {
    if (policy === this.policy) return;
    this.policy = policy;
    for (const group of this.groups) {
      for (const [name, aggregation] of group.aggregations) this.aggregates(name, aggregation);
    }
  }

  get podCount(): number {
    let count = 0;
    for (const group of this.groups) count += group.podCount;
    return count;
  }

  /**
   * What is known of each container, by name; to be read only: what comes from one place alone is that place's own.
   * Those that the policy turns off are left out.
   */
  scaledContainers(nowMicros: number): ReadonlyMap<string, Aggregation> {
    const containers = new Map<string, Aggregation>();
    for (const [name, parts] of this.parts()) {
      if (isContainerOff(name, this.policy)) continue;
      containers.set(name, parts.length === 1 ? parts[0]! : this.merged(parts, nowMicros));
    }
    return containers;
  }

  /** What is known of each container, by name: its own copies. */
  mergedContainers(nowMicros: number): Map<string, Aggregation> {
    const containers = new Map<string, Aggregation>();
    for (const [name, parts] of this.parts()) containers.set(name, this.merged(parts, nowMicros));
    return containers;
  }

  private merged(parts: readonly Aggregation[], nowMicros: number): Aggregation {
    const sum = new Aggregation(this.settings, nowMicros);
    for (const part of parts) sum.merge(part);
    return sum;
  }

  /** By container: the aggregations of the groups that match, and what was loaded. */
  private parts(): Map<string, Aggregation[]> {
    const parts = new Map<string, Aggregation[]>();
    const add = (name: string, aggregation: Aggregation): void => {
      const list = parts.get(name);
      if (list === undefined) parts.set(name, [aggregation]);
      else list.push(aggregation);
    };
    for (const group of this.groups) {
      for (const [name, aggregation] of group.aggregations) add(name, aggregation);
    }
    for (const [name, aggregation] of this.loaded) add(name, aggregation);
    return parts;
  }
}
