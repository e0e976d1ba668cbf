import type { Candidate } from "./candidate.js";
import { byName } from "./candidate-order.js";
import { unplacedText } from "./command.js";
import type { Method, MethodEvents, Proposal, Round } from "./method.js";

/**
 * Replaces a node that is no longer what its pool would make, whatever that costs.
 *
 * Source: Karpenter, `pkg/controllers/disruption/drift.go` (1.15.0).
 */
export class Drift implements Method {
  readonly name = "drift";
  readonly reason = "Drifted";
  readonly candidates = "eventual";
  readonly validate = null;

  constructor(private readonly events: MethodEvents) {}

  isEligible({ claim }: Candidate): boolean {
    return claim.driftedSinceMicros !== null;
  }

  propose({ world, candidates, left }: Round): Proposal {
    const order = candidates.toSorted(
      (a, b) =>
        Number(a.reschedulablePods.length > 0) - Number(b.reschedulablePods.length > 0) ||
        a.claim.driftedSinceMicros! - b.claim.driftedSinceMicros! ||
        byName(a, b),
    );
    let isBudgetBound = false;
    for (const candidate of order) {
      if ((left.get(candidate.pool.name) ?? 0) === 0) {
        isBudgetBound = true;
        continue;
      }
      const simulation = world.simulate([candidate], false);
      if (simulation === null) continue;
      const unplaced = unplacedText(simulation);
      if (unplaced !== null) {
        this.events.blocked(candidate.node.name, unplaced);
        continue;
      }
      const { name: method, reason } = this;
      const { newNodes: replacements, moved } = simulation;
      const command = { method, reason, candidates: [candidate], replacements, moved } as const;
      return { command, isBudgetBound };
    }
    return { command: null, isBudgetBound };
  }
}
