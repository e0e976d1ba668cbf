import type { EpochMicros } from "../../../api/cron/time-zone.js";
import { NODE_POOL_LABEL } from "../well-known-labels.js";
import type { DisruptionReason } from "./budgets.js";
import type { DisruptionNode, PoolDisruption } from "./disruption-node.js";

/** Nodes by their pool; a pool without any is absent. */
type CountByPool = ReadonlyMap<string, number>;

export interface PoolStats {
  /** Nodes of Karpenter that are initialized: shares of budgets are of that. */
  readonly nodeCount: CountByPool;
  /** Those of them that are away or about to go. */
  readonly disrupting: CountByPool;
}

/** What of each pool is disrupted already, and not as good as gone; nodes that are not ready count, unless they are what is to be repaired. */
export function poolStats(nodes: readonly DisruptionNode[], reason: DisruptionReason): PoolStats {
  const nodeCount = new Map<string, number>();
  const disrupting = new Map<string, number>();
  for (const node of nodes) {
    const { claim } = node;
    if (claim === null || node.stage !== "initialized" || claim.isTerminating) continue;
    const pool = node.labels[NODE_POOL_LABEL] ?? "";
    nodeCount.set(pool, (nodeCount.get(pool) ?? 0) + 1);
    if (node.isDeleting || (!node.isReady && reason !== "Unhealthy")) {
      disrupting.set(pool, (disrupting.get(pool) ?? 0) + 1);
    }
  }
  return { nodeCount, disrupting };
}

export interface RemainingDisruptions {
  /** How many more nodes of each pool may be disrupted. */
  readonly remaining: Map<string, number>;
  /** Pools with nodes whose budgets forbid every disruption. */
  readonly blocked: readonly string[];
}

/** Source: Karpenter, `pkg/controllers/disruption/helpers.go` (1.15.0), `BuildDisruptionBudgetMapping`. */
export function remainingDisruptions(
  nodes: readonly DisruptionNode[],
  pools: Iterable<PoolDisruption>,
  reason: DisruptionReason,
  now: EpochMicros,
): RemainingDisruptions {
  const { nodeCount, disrupting } = poolStats(nodes, reason);
  const remaining = new Map<string, number>();
  const blocked: string[] = [];
  for (const { name, budgets } of pools) {
    const count = nodeCount.get(name) ?? 0;
    const allowed = budgets.allowed(reason, count, now);
    remaining.set(name, Math.max(0, allowed - (disrupting.get(name) ?? 0)));
    if (count > 0 && allowed === 0) blocked.push(name);
  }
  return { remaining, blocked };
}
