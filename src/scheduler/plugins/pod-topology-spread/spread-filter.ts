import { labelOf } from "../../../api/label-of.js";
import { StateKey, type StateData } from "../../framework/cycle-state.js";
import type { Result } from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";
import { DomainCounts } from "./domain-counts.js";
import {
  type SpreadConstraint,
  countMatchingPods,
  hasAllKeys,
  includesNode,
} from "./spread-constraint.js";

export const PLUGIN_NAME = "PodTopologySpread";
export const SKEWED = new Status(
  "Unschedulable",
  ["node(s) didn't match pod topology spread constraints"],
  PLUGIN_NAME,
);
export const WITHOUT_LABEL = new Status(
  "UnschedulableAndUnresolvable",
  ["node(s) didn't match pod topology spread constraints (missing required label)"],
  PLUGIN_NAME,
);

/** The hard constraints of the incoming pod, with the pods counted by domain. */
export class SpreadFilterState implements StateData {
  constructor(
    private readonly constraints: readonly SpreadConstraint[],
    private readonly domains: readonly DomainCounts[],
    /** 1 where the incoming pod itself is one that the selector speaks of. */
    private readonly selfMatch: readonly number[],
  ) {}

  clone(): SpreadFilterState {
    const domains = this.domains.map((counts) => counts.clone());
    return new SpreadFilterState(this.constraints, domains, this.selfMatch);
  }

  /** Counts a pod on `node` more (1) or less (-1). */
  updateWithPod(incoming: PodInfo, changed: PodInfo, node: NodeInfo, by: 1 | -1): void {
    if (changed.pod.namespace !== incoming.pod.namespace) return;
    if (!hasAllKeys(node, this.constraints)) return;
    this.constraints.forEach((constraint, i) => {
      if (!constraint.selector.matches(changed.pod.labels)) return;
      if (!includesNode(constraint, incoming, node)) return;
      this.domains[i]!.update(labelOf(node.labels, constraint.topologyKey)!, by);
    });
  }

  /** The skew that the pod would make: pods in the domain, itself, less the smallest domain. */
  filter(node: NodeInfo): Result {
    for (let i = 0; i < this.constraints.length; i += 1) {
      const constraint = this.constraints[i]!;
      const domain = labelOf(node.labels, constraint.topologyKey);
      if (domain === undefined) return WITHOUT_LABEL;
      const counts = this.domains[i]!;
      const skew = counts.get(domain) + this.selfMatch[i]! - globalMin(constraint, counts);
      if (skew > constraint.maxSkew) return SKEWED;
    }
    return null;
  }
}

/** With no eligible domain at all nothing is refused. */
export function globalMin(
  constraint: SpreadConstraint,
  counts: Pick<DomainCounts, "min" | "size">,
): number {
  if (constraint.minDomains <= 1) return counts.min;
  const eligible = counts.size;
  return eligible > 0 && eligible < constraint.minDomains ? 0 : counts.min;
}

export const SPREAD_FILTER_KEY = new StateKey<SpreadFilterState>("PreFilterPodTopologySpread");

/** Counts the pods of all nodes by the domains of the constraints. */
export function spreadFilterState(
  pod: PodInfo,
  constraints: readonly SpreadConstraint[],
  nodes: readonly NodeInfo[],
): SpreadFilterState {
  const domains = constraints.map(() => DomainCounts.empty());
  for (const node of nodes) {
    if (!hasAllKeys(node, constraints)) continue;
    for (let i = 0; i < constraints.length; i += 1) {
      const constraint = constraints[i]!;
      if (!includesNode(constraint, pod, node)) continue;
      const pods = countMatchingPods(node, constraint, pod.pod.namespace);
      domains[i]!.count(labelOf(node.labels, constraint.topologyKey)!, pods);
    }
  }
  for (const counts of domains) counts.seal();
  const selfMatch = constraints.map(({ selector }) => (selector.matches(pod.pod.labels) ? 1 : 0));
  return new SpreadFilterState(constraints, domains, selfMatch);
}
