import type { RemainingDisruptions } from "./budget-mapping.js";
import type { DisruptionReason } from "./budgets.js";
import type { Candidate } from "./candidate.js";
import type { Command, MethodName } from "./command.js";
import type { Candidates, DisruptionWorld } from "./disruption-world.js";

/** What a method has to say besides its commands. */
export interface MethodEvents {
  /** Why a node is not consolidated. */
  unconsolidatable(node: string, reason: string): void;
  /** Why a node is not disrupted at all. */
  blocked(node: string, reason: string): void;
  /** A pool has nodes, but its budgets forbid every disruption for that reason. */
  budgetBlocked(pool: string, reason: DisruptionReason): void;
}

/** What a method decides by: its candidates, already sifted, and what is left of the budgets. */
export interface Round extends Pick<Candidates, "candidates" | "totals"> {
  readonly world: DisruptionWorld;
  readonly left: RemainingDisruptions["remaining"];
}

/** What a round came to. */
export interface Proposal {
  readonly command: Command | null;
  /** A candidate was passed over because the budget of its pool is spent: it may be its turn later. */
  readonly isBudgetBound: boolean;
}

/** One way to find nodes that should go. */
export interface Method {
  readonly name: MethodName;
  readonly reason: DisruptionReason;
  readonly candidates: "graceful" | "eventual";
  isEligible(candidate: Candidate): boolean;
  propose(round: Round): Proposal;
  /** What is left of a command a while after it was found; null when it no longer holds. Drift acts at once: it has none. */
  readonly validate: ((command: Command, later: DisruptionWorld) => Command | null) | null;
}
