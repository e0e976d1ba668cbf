import type { Candidate } from "./candidate.js";
import { bySavingsRatio } from "./candidate-order.js";
import { type Command, NOTHING_MOVED } from "./command.js";
import { isEmptiable } from "./consolidation-policy.js";
import type { DisruptionWorld } from "./disruption-world.js";
import type { Method, MethodEvents, Proposal, Round } from "./method.js";
import { stillEligible } from "./validation.js";
import { takeWithinBudget } from "./within-budget.js";

/**
 * Takes away nodes without pods that matter, as many at once as budgets allow.
 *
 * Source: Karpenter, `pkg/controllers/disruption/emptiness.go` (1.15.0).
 */
export class Emptiness implements Method {
  readonly name = "emptiness";
  readonly reason = "Empty";
  readonly candidates = "graceful";

  constructor(private readonly events: MethodEvents) {}

  isEligible(candidate: Candidate): boolean {
    return isEmptiable(candidate, (node, why) => this.events.unconsolidatable(node, why));
  }

  propose({ candidates, left }: Round): Proposal {
    const { taken, isBudgetBound } = takeWithinBudget(candidates.toSorted(bySavingsRatio), left);
    const command = taken.length === 0 ? null : this.command(taken);
    return { command, isBudgetBound };
  }

  /** The part that is still empty, and still within the budget. */
  validate(command: Command, later: DisruptionWorld): Command | null {
    const { candidates, left } = stillEligible(this, command, later, this.events);
    const { taken } = takeWithinBudget(candidates, left);
    return taken.length === 0 ? null : this.command(taken);
  }

  private command(candidates: readonly Candidate[]): Command {
    const { name: method, reason } = this;
    return { method, reason, candidates, replacements: [], moved: NOTHING_MOVED };
  }
}
