import type { NodePoolSpec } from "../../../src/api/schemas/types.js";
import { parseTimestamp } from "../../../src/api/timestamp.js";
import { MoveScore } from "../../../src/autoscaling/karpenter/disruption/balanced.js";
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
  isEmpty,
  savingsRatio,
} from "../../../src/autoscaling/karpenter/disruption/candidate.js";
import {
  alternatingPools,
  bySavingsRatio,
} from "../../../src/autoscaling/karpenter/disruption/candidate-order.js";
import { poolDisruption } from "../../../src/autoscaling/karpenter/disruption/state-view.js";
import type { Area } from "../controllers/suite.js";
import { karpenterSuite } from "./karpenter-compare.js";
import { blockedShown, type DisruptionGiven, disruptionWorlds } from "./karpenter-consolidation.js";

const limited = (count: number): number | null => (count >= UNLIMITED ? null : count);

const budget = karpenterSuite<{
  readonly nodePools: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: NodePoolSpec;
  }[];
  readonly times: readonly string[];
  readonly numNodes: readonly number[];
  readonly reasons: readonly DisruptionReason[];
}>(({ nodePools, times, numNodes, reasons }) => ({
  allowed: nodePools
    .map(({ metadata: { name }, spec }) => poolDisruption({ name, uid: name, spec }))
    .flatMap(({ name, budgets }) =>
      times.flatMap((time) =>
        numNodes.map((nodeCount) => ({
          nodePool: name,
          time,
          numNodes: nodeCount,
          ...(budgets.flaws.length > 0 ? { invalid: true } : {}),
          ...Object.fromEntries(
            reasons.map((reason) => {
              return [
                reason,
                limited(budgets.allowed(reason, nodeCount, parseTimestamp(time, 0)!)),
              ];
            }),
          ),
        })),
      ),
    ),
}));

const budgetMapping = karpenterSuite<
  DisruptionGiven & { readonly reasons: readonly DisruptionReason[] }
>((given) => {
  const { nodes, pools, epochMicros } = disruptionWorlds(given)(0);
  const byReason = <Value>(value: (reason: DisruptionReason) => Value) =>
    Object.fromEntries(given.reasons.map((reason) => [reason, value(reason)]));
  return {
    numNodes: Object.fromEntries(poolStats(nodes, "Empty").nodeCount),
    disrupting: byReason((reason) => Object.fromEntries(poolStats(nodes, reason).disrupting)),
    remaining: byReason((reason) => {
      const { remaining } = remainingDisruptions(nodes, pools.values(), reason, epochMicros);
      const { disrupting } = poolStats(nodes, reason);
      return Object.fromEntries(
        [...remaining].map(([name, left]) => {
          const isLimited = limited(left + (disrupting.get(name) ?? 0)) !== null;
          return [name, isLimited ? left : null];
        }),
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
  const { candidates, blocked, totals } = disruptionWorlds(given)(0).candidates("graceful");
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
    blocked: Object.fromEntries(blockedShown(blocked)),
    totals: Object.fromEntries(
      [...totals].map(([name, total]) => {
        return [name, { totalCost: total.cost, totalDisruptionCost: total.disruptionCost }];
      }),
    ),
    order: groupsOf(candidates),
    singleOrder: alternatingPools(candidates.toSorted(bySavingsRatio)).map(({ node }) => node.name),
  };
});

/** The suites about disruption, of Karpenter's area. */
export const disruptionSuites: Area = {
  "disruption.budget": budget,
  "disruption.budgetMapping": budgetMapping,
  "disruption.cost": cost,
};
