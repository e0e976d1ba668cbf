import { isPodTerminal } from "../../../api/pod-version.js";
import { type Candidate, type CandidateRules, offeringPrice } from "./candidate.js";
import { evictionCost, NODE_BASE_COST } from "./disruption-cost.js";
import {
  CAPACITY_TYPE_LABEL,
  type DisruptionNode,
  INSTANCE_TYPE_LABEL,
  NODE_POOL_LABEL,
  ZONE_LABEL,
} from "./disruption-node.js";
import { isDaemonPod } from "./evictable-pods.js";

/** What all nodes of a pool cost together, and what disrupting them all would. */
export interface PoolTotals {
  /** For an hour. */
  readonly cost: number;
  readonly disruptionCost: number;
}

/** A disruption passes whose share of the savings is at least that of the disruption, divided by that. */
const SLACK = 2;

/** The share of a pool's cost that is saved, for each share of its disruption; it passes from 1/2 on. */
export class MoveScore {
  readonly score: number;

  constructor(savings: number, disruptionCost: number, totals: PoolTotals) {
    const isKnown = totals.cost > 0 && totals.disruptionCost > 0;
    const saved = isKnown ? savings / totals.cost : 0;
    const disrupted = isKnown ? disruptionCost / totals.disruptionCost : 0;
    this.score = saved <= 0 ? 0 : disrupted === 0 ? Number.POSITIVE_INFINITY : saved / disrupted;
  }

  get isApproved(): boolean {
    return this.score >= 1 / SLACK;
  }
}

const CLAIM_LABELS = [INSTANCE_TYPE_LABEL, CAPACITY_TYPE_LABEL, ZONE_LABEL, NODE_POOL_LABEL];

/** What disrupting a node costs that is no candidate: pods that have ended and those of DaemonSets are left out. */
function nodeDisruptionCost({ pods }: DisruptionNode, managesDeletionCost: boolean): number {
  return pods
    .filter((pod) => !isPodTerminal(pod) && !isDaemonPod(pod))
    .reduce(
      (sum, pod) => sum + Math.max(0, evictionCost(pod, managesDeletionCost)),
      NODE_BASE_COST,
    );
}

/**
 * The totals of each pool that has a candidate. All of its nodes count, whether they may be disrupted or not.
 *
 * Source: Karpenter, `pkg/controllers/disruption/balanced.go` (1.15.0).
 */
export function poolTotals(
  candidates: readonly Candidate[],
  nodes: readonly DisruptionNode[],
  { typesOf, managesDeletionCost }: Pick<CandidateRules, "typesOf" | "managesDeletionCost">,
): ReadonlyMap<string, PoolTotals> {
  const byNode = new Map(candidates.map((candidate) => [candidate.node.name, candidate]));
  const pools = new Map(candidates.map(({ pool }) => [pool.name, pool]));
  const sums = new Map<string, { cost: number; disruptionCost: number; candidates: number }>();
  for (const name of pools.keys()) sums.set(name, { cost: 0, disruptionCost: 0, candidates: 0 });
  for (const node of nodes) {
    const sum = sums.get(node.labels[NODE_POOL_LABEL] ?? "");
    if (sum !== undefined) {
      const candidate = byNode.get(node.name);
      sum.disruptionCost +=
        candidate?.rescheduleCost ?? nodeDisruptionCost(node, managesDeletionCost);
      sum.candidates += candidate?.price ?? 0;
    }
    const labels = node.claim?.labels;
    if (labels === undefined || CLAIM_LABELS.some((key) => labels[key] === undefined)) continue;
    const pool = pools.get(labels[NODE_POOL_LABEL]!);
    if (pool === undefined) continue;
    const type = typesOf(pool).get(labels[INSTANCE_TYPE_LABEL]!) ?? null;
    sums.get(pool.name)!.cost += offeringPrice(type, labels) ?? 0;
  }
  return new Map(
    [...sums].map(([name, { cost, disruptionCost, candidates: known }]) => [
      name,
      { cost: cost > 0 ? cost : known, disruptionCost },
    ]),
  );
}
