import {
  compatibleOfferings,
  compatibleTypes,
  orderByPrice,
  worstLaunchPrice,
} from "../instance-prices.js";
import type { InstanceType } from "../instance-type.js";
import { minValuesOf } from "../min-values.js";
import { Requirement } from "../requirement.js";
import { Requirements } from "../requirements.js";
import { CAPACITY_TYPE_LABEL } from "../well-known-labels.js";
import type { Candidate } from "./candidate.js";
import {
  type Move,
  type Replacement,
  type Simulation,
  sourcePrice,
  unplacedText,
} from "./command.js";

/** What stands against consolidating some nodes, as the Event of a node says it. */
export class Unfit {
  constructor(readonly reason: string) {}
}

const SPOT_FLEXIBILITY = 15;
const TOO_DEAR = "Can't replace with a cheaper node";

export interface ConsolidationOptions {
  /** Whether spot nodes are replaced by spot nodes (the gate SpotToSpotConsolidation). */
  readonly spotToSpot: boolean;
}

/**
 * Whether nodes can go, at most for one that is cheaper than they are together.
 *
 * Source: Karpenter, `pkg/controllers/disruption/consolidation.go` (1.15.0), `computeConsolidation`.
 */
export function consolidate(
  candidates: readonly Candidate[],
  simulation: Simulation,
  options: ConsolidationOptions,
): Move | Unfit {
  const unplaced = unplacedText(simulation);
  if (unplaced !== null) return new Unfit(unplaced);
  const { newNodes, moved } = simulation;
  const [only] = newNodes;
  if (only === undefined) return { candidates, replacements: [], moved };
  if (newNodes.length > 1) {
    return new Unfit(`Can't remove without creating ${newNodes.length} candidates`);
  }
  const ordered = { ...only, types: orderByPrice(only.types, only.requirements) };
  const replacement = cheaper(ordered, candidates, options);
  return replacement instanceof Unfit
    ? replacement
    : { candidates, replacements: [replacement], moved };
}

function cheaper(
  replacement: Replacement,
  candidates: readonly Candidate[],
  { spotToSpot }: ConsolidationOptions,
): Replacement | Unfit {
  const capacity = replacement.requirements.get(CAPACITY_TYPE_LABEL);
  const areSpot = candidates.every(({ node }) => node.labels[CAPACITY_TYPE_LABEL] === "spot");
  const price = sourcePrice(candidates);
  if (areSpot && capacity.has("spot")) {
    if (!spotToSpot) {
      const off = "SpotToSpotConsolidation is disabled, can't replace a spot node with a spot node";
      return new Unfit(off);
    }
    return cheaperSpot(replacement, price, candidates.length === 1);
  }
  const found = cheaperThan(replacement, price);
  if (found instanceof Unfit) return found;
  // Prices were compared as if a spot instance came; a dearer one must not come in its place.
  return capacity.has("spot") && capacity.has("on-demand")
    ? { ...found, requirements: spotOnly(found.requirements) }
    : found;
}

/** A single node is replaced only if so many types are cheaper that the new one will not be replaced at once again. */
function cheaperSpot(
  replacement: Replacement,
  price: number,
  isSingle: boolean,
): Replacement | Unfit {
  const requirements = spotOnly(replacement.requirements);
  const types = compatibleTypes(replacement.types, requirements);
  const found = cheaperThan({ ...replacement, requirements, types }, price);
  if (found instanceof Unfit || !isSingle) return found;
  const { length } = found.types;
  if (length < SPOT_FLEXIBILITY) {
    return new Unfit(
      `SpotToSpotConsolidation requires ${SPOT_FLEXIBILITY} cheaper instance type options than the current candidate to consolidate, got ${length}`,
    );
  }
  const { needed } = minValuesOf(found.types, requirements);
  const kept = requirements.hasMinValues ? Math.max(SPOT_FLEXIBILITY, needed) : SPOT_FLEXIBILITY;
  return { ...found, types: found.types.slice(0, kept) };
}

function spotOnly(requirements: Requirements): Requirements {
  return requirements.clone().add(Requirement.in(CAPACITY_TYPE_LABEL, ["spot"]));
}

function cheaperThan(replacement: Replacement, price: number): Replacement | Unfit {
  const { requirements } = replacement;
  const types = typesCheaperThan(replacement.types, requirements, price);
  const { isMet, unsatisfied } = minValuesOf(types, requirements);
  if (!isMet) {
    const labels = [...unsatisfied.keys()].sort().join(" ");
    return new Unfit(
      `Filtering by price: minValues requirement is not met for label(s) (label(s)=[${labels}])`,
    );
  }
  return types.length === 0 ? new Unfit(TOO_DEAR) : { ...replacement, types };
}

function typesCheaperThan(
  types: readonly InstanceType[],
  requirements: Requirements,
  price: number,
): readonly InstanceType[] {
  return types.filter((type) => {
    const worst = worstLaunchPrice(type, requirements);
    return worst !== null && worst < price;
  });
}

/**
 * The same without types that are not cheaper than the cheapest of the old nodes whose type it may have:
 * such a node could as well stay. Null when none is left.
 */
export function withoutSameType(
  replacement: Replacement,
  candidates: readonly Candidate[],
): Replacement | null {
  const prices = cheapestNodes(candidates);
  const shared = replacement.types.filter(({ name }) => prices.has(name));
  const limit = Math.min(Number.MAX_VALUE, ...shared.map(({ name }) => prices.get(name)!));
  const found = cheaperThan(replacement, limit);
  return found instanceof Unfit ? null : found;
}

/** Of each type among the nodes, what the cheapest costs; 0 where no offering is known. */
function cheapestNodes(candidates: readonly Candidate[]): ReadonlyMap<string, number> {
  const prices = new Map<string, number | null>();
  for (const { instanceType, node } of candidates) {
    if (instanceType === null) continue;
    const { name, offerings } = instanceType;
    const own = Requirements.ofLabels(node.labels);
    const known = [
      prices.get(name) ?? null,
      ...compatibleOfferings(offerings, own).map(({ price }) => price),
    ];
    const least = known.filter((price) => price !== null);
    prices.set(name, least.length === 0 ? null : Math.min(...least));
  }
  return new Map([...prices].map(([name, price]) => [name, price ?? 0]));
}
