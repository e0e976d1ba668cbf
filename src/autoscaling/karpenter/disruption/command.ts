import type { PodVersion } from "../../../api/pod-version.js";
import { cheapestPrice } from "../instance-prices.js";
import type { PlannedNode } from "../node-claim-plan.js";
import type { DisruptionReason } from "./budgets.js";
import type { Candidate } from "./candidate.js";

/** A node that is to be there before others go: what it may be, from the cheapest on. */
export type Replacement = PlannedNode;

/** Where pods would go if some nodes went. */
export interface Simulation {
  readonly newNodes: readonly Replacement[];
  /** Existing nodes, and the pods that would go there. */
  readonly moved: ReadonlyMap<string, readonly PodVersion[]>;
  /** Why a pod that has a node now would find none. */
  readonly unplaced: readonly (readonly [pod: PodVersion, reason: string])[];
}

export type MethodName = "emptiness" | "drift" | "multi" | "single";

/** Nodes that go, once their replacements are there. */
export interface Command {
  readonly method: MethodName;
  readonly reason: DisruptionReason;
  readonly candidates: readonly Candidate[];
  readonly replacements: readonly Replacement[];
  readonly moved: Simulation["moved"];
}

/** What is to happen to nodes: the part of a command that a simulation and the prices decide. */
export type Move = Pick<Command, "candidates" | "replacements" | "moved">;

export const NOTHING_MOVED: Simulation["moved"] = new Map();

export function sourcePrice(candidates: readonly Candidate[]): number {
  return candidates.reduce((sum, { price }) => sum + price, 0);
}

/**
 * What the command saves for an hour, by what its replacements cost at least: a node whose price is unknown costs
 * nothing, nor does a replacement that nothing could be launched for.
 */
export function savingsOf({ candidates, replacements }: Move): number {
  const spent = replacements.reduce((sum, { types: [first], requirements }) => {
    return sum + ((first && cheapestPrice(first, requirements)) ?? 0);
  }, 0);
  return sourcePrice(candidates) - spent;
}

/** Why its pods would not find a place, as the Event says it; null when all would. */
export function unplacedText({ unplaced }: Simulation): string | null {
  if (unplaced.length === 0) return null;
  const shown = unplaced
    .slice(0, SHOWN_PODS)
    .map(([{ namespace, name }, reason]) => `${namespace}/${name} => ${reason}`);
  const more = unplaced.length - shown.length;
  const rest = more > 0 ? ` and ${more} other(s)` : "";
  return `Not all pods would schedule, ${shown.join(" ")}${rest}`;
}

const SHOWN_PODS = 5;
