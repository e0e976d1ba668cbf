import { couldPass, isBalanced } from "./balanced.js";
import type { Candidate } from "./candidate.js";
import { alternatingPools, bySavingsRatio } from "./candidate-order.js";
import type { Command } from "./command.js";
import { type ConsolidationOptions, consolidate, Unfit } from "./consolidation.js";
import { isConsolidatable } from "./consolidation-policy.js";
import type { DisruptionWorld } from "./disruption-world.js";
import type { Method, MethodEvents, Proposal, Round } from "./method.js";
import { isStillValid } from "./validation.js";

/**
 * Takes away the first node that can go, at most for a cheaper one.
 *
 * Source: Karpenter, `pkg/controllers/disruption/singlenodeconsolidation.go` (1.15.0).
 */
export class SingleNodeConsolidation implements Method {
  readonly name = "single";
  readonly reason = "Underutilized";
  readonly candidates = "graceful";

  constructor(
    private readonly events: MethodEvents,
    private readonly options: ConsolidationOptions,
  ) {}

  isEligible(candidate: Candidate): boolean {
    return isConsolidatable(candidate, (node, why) => this.events.unconsolidatable(node, why));
  }

  propose({ world, candidates, totals, left }: Round): Proposal {
    let isBudgetBound = false;
    for (const candidate of alternatingPools(candidates.toSorted(bySavingsRatio))) {
      if ((left.get(candidate.pool.name) ?? 0) === 0) {
        isBudgetBound = true;
        continue;
      }
      if (!couldPass(candidate, totals)) continue;
      const simulation = world.simulate([candidate], true);
      if (simulation === null) continue;
      const move = consolidate([candidate], simulation, this.options);
      if (move instanceof Unfit) {
        this.events.unconsolidatable(candidate.node.name, move.reason);
      } else if (isBalanced(move, totals)) {
        const { name: method, reason } = this;
        return { command: { method, reason, ...move }, isBudgetBound };
      }
    }
    return { command: null, isBudgetBound };
  }

  validate(command: Command, later: DisruptionWorld): Command | null {
    return isStillValid(this, command, later, this.events) ? command : null;
  }
}
