import type { Candidate } from "./candidate.js";
import type { Command } from "./command.js";
import { budgetsLeft, type DisruptionWorld } from "./disruption-world.js";
import type { Method, MethodEvents } from "./method.js";
import { takeWithinBudget } from "./within-budget.js";

/** Those of a command's candidates that its method would still choose, as they are now, and the budgets. */
export function stillEligible(
  method: Method,
  command: Command,
  later: DisruptionWorld,
  events: MethodEvents,
): { readonly candidates: readonly Candidate[]; readonly left: ReadonlyMap<string, number> } {
  const names = new Set(command.candidates.map(({ node }) => node.name));
  const now = later.candidates(method.candidates).candidates;
  const byName = new Map(
    now
      .filter((candidate) => method.isEligible(candidate) && names.has(candidate.node.name))
      .map((candidate) => [candidate.node.name, candidate]),
  );
  const { remaining, blocked } = budgetsLeft(later, method.reason);
  for (const pool of blocked) events.budgetBlocked(pool, method.reason);
  const candidates = command.candidates.flatMap(({ node }) => byName.get(node.name) ?? []);
  return { candidates, left: remaining };
}

/**
 * True if a command of consolidation still holds: all of its nodes may go, within the budgets, and their pods would
 * find the places that it counts on.
 *
 * Source: Karpenter, `pkg/controllers/disruption/validation.go` (1.15.0).
 */
export function isStillValid(
  method: Method,
  command: Command,
  later: DisruptionWorld,
  events: MethodEvents,
): boolean {
  const { candidates, left } = stillEligible(method, command, later, events);
  if (candidates.length < command.candidates.length) return false;
  if (takeWithinBudget(candidates, left).isBudgetBound) return false;
  const simulation = later.simulate(candidates, true);
  if (simulation === null || simulation.unplaced.length > 0) return false;
  if (simulation.newNodes.length !== command.replacements.length) return false;
  return command.replacements.every(({ types }, at) => {
    const possible = new Set(simulation.newNodes[at]!.types);
    return types.every((type) => possible.has(type));
  });
}
