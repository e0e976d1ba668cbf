import type { PodVersion } from "../../../api/pod-version.js";
import type { TimeMicros } from "../../../base/time.js";
import type { InstanceType } from "../instance-type.js";
import {
  CAPACITY_TYPE_LABEL,
  INSTANCE_TYPE_LABEL,
  NODE_POOL_LABEL,
  ZONE_LABEL,
} from "../well-known-labels.js";
import { evictionCost, lifetimeLeft, NODE_BASE_COST, rescheduleCost } from "./disruption-cost.js";
import type { DisruptionClaim, DisruptionNode, PoolDisruption } from "./disruption-node.js";
import { DO_NOT_DISRUPT, isDisruptable, isReschedulable } from "./evictable-pods.js";
import type { EvictionLimits } from "./eviction-limits.js";

/** A node that may be disrupted, with what is needed to decide whether it should be. */
export interface Candidate {
  readonly node: DisruptionNode;
  readonly claim: DisruptionClaim;
  readonly pool: PoolDisruption;
  /** Null when its type is not in the table. */
  readonly instanceType: InstanceType | null;
  /** For an hour; 0 when nobody knows it. */
  readonly price: number;
  readonly reschedulablePods: readonly PodVersion[];
  /** What all of its pods cost to evict, by the share of its life that is left. */
  readonly disruptionCost: number;
  readonly rescheduleCost: number;
}

/** Price for a unit of disruption: the higher, the rather it goes. */
export function savingsRatio({ price, rescheduleCost: cost }: Candidate): number {
  return price / cost;
}

/** No pod of positive cost is on it. */
export function isEmpty({ rescheduleCost: cost }: Candidate): boolean {
  return cost <= NODE_BASE_COST;
}

/** What a node costs by the first offering of its type with its zone and capacity type; null when there is none. */
export function offeringPrice(
  type: InstanceType | null,
  { [ZONE_LABEL]: zone, [CAPACITY_TYPE_LABEL]: capacityType }: DisruptionNode["labels"],
): number | null {
  const offering = type?.offerings.find(
    (one) => one.zone === zone && one.capacityType === capacityType,
  );
  return offering?.price ?? null;
}

/** Why a node is no candidate, as its Event says it. */
export class Blocked {
  constructor(
    readonly node: string,
    readonly reason: string,
  ) {}
}

export interface CandidateRules {
  readonly pools: ReadonlyMap<string, PoolDisruption>;
  readonly typesOf: (pool: PoolDisruption) => ReadonlyMap<string, InstanceType>;
  readonly limits: EvictionLimits;
  readonly now: TimeMicros;
  /** A command is about it. */
  readonly isQueued: (node: string) => boolean;
  readonly managesDeletionCost: boolean;
  /** Pods that cannot be evicted do not matter where the drain has an end. */
  readonly isEventual: boolean;
}

/**
 * The candidate that a node is, or why it is none; null when nobody asks why.
 *
 * Source: Karpenter, `pkg/controllers/disruption/types.go` and `pkg/controllers/state/statenode.go` (1.15.0).
 */
function candidateOf(node: DisruptionNode, rules: CandidateRules): Candidate | Blocked | null {
  const { claim, labels } = node;
  if (claim === null || node.stage === "launched" || rules.isQueued(node.name)) return null;
  const blocked = (reason: string): Blocked => new Blocked(node.name, reason);
  const obstacle = nodeObstacle(node);
  if (obstacle !== null) return blocked(obstacle);
  const pool = rules.pools.get(labels[NODE_POOL_LABEL]!);
  const types = pool && rules.typesOf(pool);
  if (pool === undefined || types === undefined || types.size === 0) {
    return blocked(`NodePool not found (NodePool=${labels[NODE_POOL_LABEL]})`);
  }
  const passesPods = rules.isEventual && claim.terminationGracePeriodMicros !== null;
  const podObstacle = passesPods ? null : obstacleOfPods(node.pods, rules);
  if (podObstacle !== null) return blocked(podObstacle);
  const { now, managesDeletionCost } = rules;
  const instanceType = types.get(labels[INSTANCE_TYPE_LABEL] ?? "") ?? null;
  const reschedulablePods = node.pods.filter(isReschedulable);
  const allCosts = node.pods.map((pod) => evictionCost(pod, managesDeletionCost));
  return {
    node,
    claim,
    pool,
    instanceType,
    price: offeringPrice(instanceType, labels) ?? 0,
    reschedulablePods,
    disruptionCost:
      allCosts.reduce((sum, cost) => sum + cost, 0) *
      lifetimeLeft(claim.creationTimeMicros, claim.expireAfterMicros, now),
    rescheduleCost: rescheduleCost(reschedulablePods, managesDeletionCost),
  };
}

function nodeObstacle(node: DisruptionNode): string | null {
  if (node.isDeleting) return "Node is deleting or marked for deletion";
  if (node.stage !== "initialized") return "Node isn't initialized";
  if (node.isNominated) return "Node is nominated for a pending pod";
  if (node.annotations[DO_NOT_DISRUPT] === "true") {
    return `Disruption is blocked through the "${DO_NOT_DISRUPT}" annotation`;
  }
  if (node.labels[NODE_POOL_LABEL] === undefined) {
    return `Node doesn't have required label (label=${NODE_POOL_LABEL})`;
  }
  return null;
}

function obstacleOfPods(
  pods: readonly PodVersion[],
  { limits, now }: CandidateRules,
): string | null {
  const holding = pods.find((pod) => !isDisruptable(pod, now));
  if (holding !== undefined) {
    return `Pod has "${DO_NOT_DISRUPT}" annotation (Pod=${holding.namespace}/${holding.name})`;
  }
  switch (limits.blockerOf(pods, now)) {
    case null:
      return null;
    case "budget":
      return "Pdb prevents pod evictions";
    case "several budgets":
      return "Eviction does not support multiple PDBs";
  }
}

/** The candidates among nodes, and why others are none. */
export function candidatesAmong(
  nodes: readonly DisruptionNode[],
  rules: CandidateRules,
): { readonly candidates: readonly Candidate[]; readonly blocked: readonly Blocked[] } {
  const candidates: Candidate[] = [];
  const blocked: Blocked[] = [];
  for (const node of nodes) {
    const found = candidateOf(node, rules);
    if (found instanceof Blocked) blocked.push(found);
    else if (found !== null) candidates.push(found);
  }
  return { candidates, blocked };
}
