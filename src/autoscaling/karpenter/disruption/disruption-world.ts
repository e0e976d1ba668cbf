import type { EpochMicros } from "../../../api/cron/time-zone.js";
import type { PoolTotals } from "./balanced.js";
import { type RemainingDisruptions, remainingDisruptions } from "./budget-mapping.js";
import type { DisruptionReason } from "./budgets.js";
import type { Blocked, Candidate } from "./candidate.js";
import type { Simulation } from "./command.js";
import type { DisruptionNode, PoolDisruption } from "./disruption-node.js";

/** The candidates of a moment, why other nodes are none, and what their pools cost. */
export interface Candidates {
  readonly candidates: readonly Candidate[];
  readonly blocked: readonly Blocked[];
  readonly totals: ReadonlyMap<string, PoolTotals>;
}

/** What a method of disruption asks of a cluster, as it is at one moment. */
export interface DisruptionWorld {
  readonly epochMicros: EpochMicros;
  readonly nodes: readonly DisruptionNode[];
  readonly pools: ReadonlyMap<string, PoolDisruption>;
  /** `graceful`: pods that cannot be evicted hold their node; `eventual`: not where its drain has an end. */
  candidates(kind: "graceful" | "eventual"): Candidates;
  /**
   * Where the pods of these nodes, and those that wait, would go if the nodes went; null when one of them goes anyway.
   *
   * @param isConsolidation nodes that are not yet to be consolidated take no pods that could stay
   */
  simulate(going: readonly Candidate[], isConsolidation: boolean): Simulation | null;
}

/** What of the pools' budgets is left. */
export function budgetsLeft(
  { nodes, pools, epochMicros }: DisruptionWorld,
  reason: DisruptionReason,
): RemainingDisruptions {
  return remainingDisruptions(nodes, pools.values(), reason, epochMicros);
}
