import { MoveScore, poolTotals } from "../../../src/autoscaling/karpenter/disruption/balanced.js";
import {
  poolStats,
  remainingDisruptions,
} from "../../../src/autoscaling/karpenter/disruption/budget-mapping.js";
import {
  type DisruptionReason,
  UNLIMITED,
} from "../../../src/autoscaling/karpenter/disruption/budgets.js";
import {
  type Candidate,
  candidatesAmong,
  isEmpty,
  savingsRatio,
} from "../../../src/autoscaling/karpenter/disruption/candidate.js";
import {
  alternatingPools,
  bySavingsRatio,
} from "../../../src/autoscaling/karpenter/disruption/candidate-order.js";
import { EvictionLimits } from "../../../src/autoscaling/karpenter/disruption/eviction-limits.js";
import type { Area } from "../controllers/suite.js";
import { karpenterSuite } from "./karpenter-compare.js";
import {
  type DisruptionGiven,
  type GivenPool,
  limitsOf,
  microsOf,
  nodesOf,
  nowOf,
  poolOf,
} from "./karpenter-nodes.js";

const limited = (count: number): number | null => (count >= UNLIMITED ? null : count);

const budget = karpenterSuite<{
  readonly nodePools: readonly GivenPool[];
  readonly times: readonly string[];
  readonly numNodes: readonly number[];
  readonly reasons: readonly DisruptionReason[];
}>(({ nodePools, times, numNodes, reasons }) => ({
  allowed: nodePools.map(poolOf).flatMap(({ name, budgets }) =>
    times.flatMap((time) =>
      numNodes.map((nodeCount) => ({
        nodePool: name,
        time,
        numNodes: nodeCount,
        ...(budgets.flaws.length > 0 ? { invalid: true } : {}),
        ...Object.fromEntries(
          reasons.map((reason) => {
            return [reason, limited(budgets.allowed(reason, nodeCount, microsOf(time)))];
          }),
        ),
      })),
    ),
  ),
}));

const budgetMapping = karpenterSuite<
  DisruptionGiven & { readonly reasons: readonly DisruptionReason[] }
>((given) => {
  const nodes = nodesOf(given);
  const pools = given.nodePools.map(poolOf);
  const byReason = <Value>(value: (reason: DisruptionReason) => Value) =>
    Object.fromEntries(given.reasons.map((reason) => [reason, value(reason)]));
  return {
    numNodes: Object.fromEntries(poolStats(nodes, "Empty").nodeCount),
    disrupting: byReason((reason) => Object.fromEntries(poolStats(nodes, reason).disrupting)),
    remaining: byReason((reason) => {
      const { remaining } = remainingDisruptions(nodes, pools, reason, nowOf(given));
      const { disrupting } = poolStats(nodes, reason);
      return Object.fromEntries(
        [...remaining].map(([name, left]) => [
          name,
          limited(left + (disrupting.get(name) ?? 0)) === null ? null : left,
        ]),
      );
    }),
  };
});

/** Groups of equal ratio, best first, by name within. */
function groupsOf(candidates: readonly Candidate[]): readonly (readonly string[])[] {
  const groups = new Map<number, string[]>();
  for (const candidate of candidates.toSorted(bySavingsRatio)) {
    const ratio = savingsRatio(candidate);
    groups.set(ratio, [...(groups.get(ratio) ?? []), candidate.node.name]);
  }
  return [...groups.values()];
}

const cost = karpenterSuite<DisruptionGiven>((given) => {
  const nodes = nodesOf(given);
  const pools = new Map(given.nodePools.map(poolOf).map((pool) => [pool.name, pool]));
  const types = new Map((given.instanceTypes ?? []).map((type) => [type.name, type]));
  const managesDeletionCost = given.options?.podDeletionCostManagement === true;
  const rules = {
    pools,
    typesOf: () => types,
    limits: new EvictionLimits(limitsOf(given)),
    now: nowOf(given),
    isQueued: () => false,
    managesDeletionCost,
    isEventual: false,
  };
  const { candidates, blocked } = candidatesAmong(nodes, rules);
  const totals = poolTotals(candidates, nodes, rules);
  const shown = candidates.map((candidate) => {
    const { node, pool, price, reschedulablePods, rescheduleCost } = candidate;
    const score = new MoveScore(price, rescheduleCost, totals.get(pool.name)!);
    return [
      node.name,
      {
        disruptionCost: candidate.disruptionCost,
        rescheduleDisruptionCost: rescheduleCost,
        price,
        savingsRatio: savingsRatio(candidate),
        empty: isEmpty(candidate),
        reschedulablePods: reschedulablePods.length,
        balancedDelete: {
          approved: score.isApproved,
          score: Number.isFinite(score.score) ? score.score : null,
        },
      },
    ];
  });
  return {
    candidates: Object.fromEntries(shown),
    blocked: Object.fromEntries(blocked.map(({ node, reason }) => [node, [reason.split(" (")[0]]])),
    totals: Object.fromEntries(
      [...totals].map(([name, total]) => {
        return [name, { totalCost: total.cost, totalDisruptionCost: total.disruptionCost }];
      }),
    ),
    order: groupsOf(candidates),
    singleOrder: alternatingPools(candidates.toSorted(bySavingsRatio), []).map(
      ({ node }) => node.name,
    ),
  };
});

/** The suites about disruption, of Karpenter's area. */
export const disruptionSuites: Area = {
  "disruption.budget": budget,
  "disruption.budgetMapping": budgetMapping,
  "disruption.cost": cost,
};
