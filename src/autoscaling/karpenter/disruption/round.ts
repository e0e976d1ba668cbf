import { budgetsLeft, type DisruptionWorld } from "./disruption-world.js";
import type { Method, MethodEvents, Round } from "./method.js";

/** What a method decides by, of a cluster as it is now; null when it has no candidate. */
export function roundOf(
  method: Method,
  world: DisruptionWorld,
  events: MethodEvents,
): Round | null {
  const { candidates, totals, blocked: held } = world.candidates(method.candidates);
  for (const { node, reason } of held) events.blocked(node, reason);
  const eligible = candidates.filter((candidate) => method.isEligible(candidate));
  if (eligible.length === 0) return null;
  const { remaining, blocked } = budgetsLeft(world, method.reason);
  for (const pool of blocked) events.budgetBlocked(pool, method.reason);
  return { world, candidates: eligible, totals, left: remaining };
}
