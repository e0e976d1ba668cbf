import { compatibleOfferings, orderByPrice } from "./instance-prices.js";
import type { InstanceType, Offering } from "./instance-type.js";
import { SIMULATED_LABELS } from "./node-template.js";
import type { OpenNode } from "./open-node.js";
import { Requirement } from "./requirement.js";
import type { Requirements } from "./requirements.js";
import type { ResourceAmounts } from "./resource-amounts.js";
import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL } from "./well-known-labels.js";

/** The most types that a NodeClaim names. Source: karpenter 1.15, `MaxInstanceTypes`. */
export const MAX_INSTANCE_TYPES = 600;

/** What is known of a node that is to be made. */
export type PlannedNode = Pick<
  OpenNode,
  "template" | "types" | "requirements" | "requests" | "pods" | "isMinValuesRelaxed"
>;

/** What a NodeClaim will say. */
export interface NodeClaimPlan {
  readonly nodePool: string;
  /** From the cheapest on. */
  readonly types: readonly InstanceType[];
  /** That of the type names those that are left. */
  readonly requirements: Requirements;
  readonly requests: ResourceAmounts;
}

/**
 * The NodeClaim of a node that is to be made: its cheapest types, and the capacity types that these can be had in.
 *
 * Source: karpenter 1.15, `ToNodeClaim` in `pkg/controllers/provisioning/scheduling/nodeclaimtemplate.go`.
 */
export function nodeClaimPlan(node: PlannedNode, most = MAX_INSTANCE_TYPES): NodeClaimPlan {
  const types = orderByPrice(node.types, node.requirements).slice(0, most);
  const requirements = node.requirements.clone();
  for (const key of SIMULATED_LABELS) requirements.delete(key);
  requirements.add(
    Requirement.in(
      INSTANCE_TYPE_LABEL,
      types.map(({ name }) => name),
    ),
  );
  const capacityTypes = types.flatMap(({ launchable }) =>
    compatibleOfferings(launchable, requirements).map(({ capacityType }) => capacityType),
  );
  if (capacityTypes.length > 0) {
    requirements.add(Requirement.in(CAPACITY_TYPE_LABEL, capacityTypes));
  }
  return { nodePool: node.template.pool.name, types, requirements, requests: node.requests };
}

/** What an instance is started as. */
export interface Launch {
  readonly type: InstanceType;
  readonly offering: Offering;
  /** Equally good ones of that type, `offering` among them. */
  readonly equal: readonly Offering[];
}

/**
 * What a cloud would start for a NodeClaim: the cheapest available offering, over the types by name; a later type
 * only when it is cheaper. Null: none.
 *
 * Source: karpenter 1.15, `kwok/cloudprovider`.
 */
export function launchOf({
  types,
  requirements,
}: Pick<NodeClaimPlan, "types" | "requirements">): Launch | null {
  let launch: Launch | null = null;
  for (const type of types.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const fitting = compatibleOfferings(type.available, requirements);
    if (fitting.length === 0) continue;
    const price = Math.min(...fitting.map((offering) => offering.price));
    if (launch !== null && price >= launch.offering.price) continue;
    const equal = fitting.filter((offering) => offering.price === price);
    launch = { type, offering: equal[0]!, equal };
  }
  return launch;
}
