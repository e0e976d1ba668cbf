import { isBalanced } from "./balanced.js";
import type { Candidate } from "./candidate.js";
import { bySavingsRatio } from "./candidate-order.js";
import type { Command, Move } from "./command.js";
import { type ConsolidationOptions, consolidate, Unfit, withoutSameType } from "./consolidation.js";
import { isConsolidatable } from "./consolidation-policy.js";
import type { DisruptionWorld } from "./disruption-world.js";
import type { Method, MethodEvents, Proposal, Round } from "./method.js";
import { isStillValid } from "./validation.js";
import { takeWithinBudget } from "./within-budget.js";

/** More nodes than that are not tried at once. */
const MOST_NODES = 100;

/**
 * Takes away several nodes at once, for one other at most: the longest run from the front of the candidates that a
 * search by halves comes to.
 *
 * Source: Karpenter, `pkg/controllers/disruption/multinodeconsolidation.go` (1.15.0).
 */
export class MultiNodeConsolidation implements Method {
  readonly name = "multi";
  readonly reason = "Underutilized";
  readonly candidates = "graceful";

  constructor(
    private readonly events: MethodEvents,
    private readonly options: ConsolidationOptions,
  ) {}

  isEligible(candidate: Candidate): boolean {
    return isConsolidatable(candidate, (node, why) => this.events.unconsolidatable(node, why));
  }

  propose(round: Round): Proposal {
    const sorted = round.candidates.toSorted(bySavingsRatio);
    const { taken, isBudgetBound } = takeWithinBudget(sorted, round.left);
    let best: Move | null = null;
    let low = 1;
    let high = Math.min(taken.length - 1, MOST_NODES);
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const move = this.tryMove(round, taken.slice(0, middle + 1));
      if (move === null) {
        high = middle - 1;
      } else {
        best = move;
        low = middle + 1;
      }
    }
    const { name: method, reason } = this;
    return { command: best && { method, reason, ...best }, isBudgetBound };
  }

  private tryMove({ world, totals }: Round, candidates: readonly Candidate[]): Move | null {
    const simulation = world.simulate(candidates, true);
    if (simulation === null) return null;
    const move = consolidate(candidates, simulation, this.options);
    if (move instanceof Unfit) return null;
    const narrowed = narrow(move);
    return narrowed !== null && isBalanced(narrowed, totals) ? narrowed : null;
  }

  validate(command: Command, later: DisruptionWorld): Command | null {
    return isStillValid(this, command, later, this.events) ? command : null;
  }
}

function narrow(move: Move): Move | null {
  const [replacement] = move.replacements;
  if (replacement === undefined) return move;
  const other = withoutSameType(replacement, move.candidates);
  return other && { ...move, replacements: [other] };
}
