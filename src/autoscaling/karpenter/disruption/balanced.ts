import { isPodTerminal } from "../../../api/pod-version.js";
import {
  CAPACITY_TYPE_LABEL,
  INSTANCE_TYPE_LABEL,
  NODE_POOL_LABEL,
  ZONE_LABEL,
} from "../well-known-labels.js";
import { type Candidate, type CandidateRules, offeringPrice } from "./candidate.js";
import { type Move, savingsOf, sourcePrice } from "./command.js";
import { evictionCost, NODE_BASE_COST } from "./disruption-cost.js";
import type { DisruptionNode } from "./disruption-node.js";
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

/**
 * Whether the pools of a move with policy Balanced would all let it pass. The savings of a move over several pools
 * are split by what each of them paid for its nodes.
 */
export function isBalanced(move: Move, totals: ReadonlyMap<string, PoolTotals>): boolean {
  const savings = savingsOf(move);
  const price = sourcePrice(move.candidates);
  const byPool = new Map<string, Candidate[]>();
  for (const candidate of move.candidates) {
    const { name } = candidate.pool;
    byPool.set(name, [...(byPool.get(name) ?? []), candidate]);
  }
  return [...byPool.values()].every((candidates) => {
    const { name, consolidationPolicy } = candidates[0]!.pool;
    if (consolidationPolicy !== "Balanced") return true;
    const isSplit = price > 0 && byPool.size > 1;
    const share = isSplit ? savings * (sourcePrice(candidates) / price) : savings;
    const cost = candidates.reduce((sum, { rescheduleCost }) => sum + rescheduleCost, 0);
    return new MoveScore(share, cost, totals.get(name) ?? UNKNOWN).isApproved;
  });
}

const UNKNOWN: PoolTotals = { cost: 0, disruptionCost: 0 };

/** False for a node that would not even pass if it went without a replacement. */
export function couldPass(
  { pool, price, rescheduleCost }: Candidate,
  totals: ReadonlyMap<string, PoolTotals>,
): boolean {
  const total = totals.get(pool.name) ?? UNKNOWN;
  if (pool.consolidationPolicy !== "Balanced" || total.cost <= 0) return true;
  return new MoveScore(price, rescheduleCost, total).isApproved;
}
