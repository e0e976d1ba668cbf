import type { PodVersion } from "../../api/pod-version.js";
import type { ClusterView, NodePool } from "./cluster-view.js";
import { type NodeBase, nodeBase } from "./existing-node.js";
import { InstanceFilter } from "./instance-filter.js";
import { byWeight, type NodeTemplate, nodeTemplate, type UnusablePool } from "./node-template.js";
import { PodNeedsTable, type PreferencePolicy } from "./pod-needs.js";
import type { PodRequestAmounts } from "./pod-request-amounts.js";
import type { PodToPlace } from "./pod-to-place.js";
import { amountsOf, type ResourceAmounts } from "./resource-amounts.js";
import type { StateNode } from "./state-node.js";
import { TopologyGround } from "./topology-ground.js";
import { TopologyRules } from "./topology-rules.js";
import { attachedVolumes, volumeAlternatives } from "./volume-needs.js";

/** Karpenter's settings that decide where pods go, with its defaults. */
export interface SchedulingOptions {
  /** Ignore: preferences do not exist. */
  readonly preferencePolicy: PreferencePolicy;
  /** BestEffort: a minimum of values is lowered where it cannot be met. */
  readonly minValuesPolicy: "Strict" | "BestEffort";
  /** The gate ReservedCapacity. */
  readonly reservedCapacity: boolean;
}

export const DEFAULT_SCHEDULING: SchedulingOptions = {
  preferencePolicy: "Respect",
  minValuesPolicy: "Strict",
  reservedCapacity: true,
};

/**
 * A state of the cluster, prepared once for any number of simulations over it.
 *
 * Source: karpenter 1.15, `NewScheduler` in `pkg/controllers/provisioning/scheduling/scheduler.go`.
 */
export class SchedulingGround {
  readonly filter: InstanceFilter;
  /** By weight. */
  readonly templates: readonly NodeTemplate[];
  readonly unusablePools: readonly UnusablePool[];
  readonly needs: PodNeedsTable;
  readonly topology: TopologyGround;
  /** Nodes that are not being taken away, the initialized ones first, then by name. */
  readonly bases: readonly NodeBase[];
  /** By pool: what its limits leave beside its nodes, those of `bases`. */
  readonly left: ReadonlyMap<string, ResourceAmounts>;

  constructor(
    readonly view: ClusterView,
    readonly requests: PodRequestAmounts,
    readonly options: SchedulingOptions = DEFAULT_SCHEDULING,
  ) {
    const { nodePools, instanceTypes, daemonPods, volumes } = view;
    const { preferencePolicy } = options;
    const toleratesPreferNoSchedule = nodePools.some(({ spec }) =>
      (spec.template.spec.taints ?? []).some(({ effect }) => effect === "PreferNoSchedule"),
    );
    this.filter = new InstanceFilter(instanceTypes);
    this.needs = new PodNeedsTable({ preferencePolicy, toleratesPreferNoSchedule });
    const made = byWeight(nodePools).map((pool) =>
      nodeTemplate(pool, {
        filter: this.filter,
        types: instanceTypes,
        daemonPods,
        requests,
        relaxesMinValues: options.minValuesPolicy === "BestEffort",
      }),
    );
    this.templates = made.filter((one) => "types" in one);
    this.unusablePools = made.filter((one) => "isByMinValues" in one);
    this.topology = new TopologyGround({
      pools: nodePools,
      types: instanceTypes,
      nodes: view.nodes,
      needs: this.needs,
      rules: new TopologyRules(preferencePolicy, view.namespaces),
    });
    const types = new Map(instanceTypes.map((type) => [type.name, type]));
    this.bases = view.nodes
      .filter(({ isDeleting }) => !isDeleting)
      .map((state) => nodeBase(state, { daemonPods, types, requests, volumes }))
      .sort((a, b) => byReadiness(a.state, b.state));
    this.left = this.leftOf(nodePools);
  }

  private leftOf(pools: readonly NodePool[]): ReadonlyMap<string, ResourceAmounts> {
    const left = new Map(pools.map(({ name, spec }) => [name, amountsOf(spec.limits ?? {})]));
    for (const { state } of this.bases) {
      const limits = left.get(state.nodePool ?? "");
      if (limits !== undefined && limits.size > 0) {
        left.set(state.nodePool!, changedLimits(limits, limitedAmounts(state), -1));
      }
    }
    return left;
  }

  /** The pod with all of its preferences. */
  toPlace(pod: PodVersion): PodToPlace {
    const { volumes } = this.view;
    return {
      pod,
      requests: this.requests.of(pod),
      volumes: attachedVolumes(pod, volumes),
      volumeAlternatives: volumeAlternatives(pod, volumes),
      needs: this.needs.of(pod.spec),
    };
  }
}

/** What a node takes of limits. */
export function limitedAmounts(state: StateNode): ResourceAmounts {
  return new Map([...state.capacity, ["nodes", 1]]);
}

/** Limits with `amounts` put to them or taken off; what they do not speak of is not counted. */
export function changedLimits(
  limits: ResourceAmounts,
  amounts: ResourceAmounts,
  sign: 1 | -1,
): ResourceAmounts {
  const changed = new Map(limits);
  for (const [name, limit] of limits) changed.set(name, limit + sign * (amounts.get(name) ?? 0));
  return changed;
}

function byReadiness(a: StateNode, b: StateNode): number {
  if (a.isInitialized !== b.isInitialized) return a.isInitialized ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
