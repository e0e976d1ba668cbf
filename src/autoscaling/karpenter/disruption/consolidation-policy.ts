import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, ZONE_LABEL } from "../well-known-labels.js";
import { type Candidate, isEmpty } from "./candidate.js";

/** Says why a node is not consolidated, as an Event of it. */
export type Unconsolidatable = (node: string, reason: string) => void;

/**
 * True for a node that consolidation may take away or replace; empty ones are left to {@link isEmptiable}.
 *
 * Source: Karpenter, `pkg/controllers/disruption/consolidation.go` (1.15.0), `ShouldDisrupt`.
 */
export function isConsolidatable(candidate: Candidate, say: Unconsolidatable): boolean {
  const obstacle = obstacleOf(candidate);
  if (obstacle !== null) {
    say(candidate.node.name, obstacle);
    return false;
  }
  if (isEmpty(candidate)) return false;
  const { pool, claim } = candidate;
  if (pool.consolidationPolicy === "WhenEmpty") {
    const name = JSON.stringify(pool.name);
    const reason = `NodePool ${name} has consolidation policy WhenEmpty, but node is not empty`;
    say(candidate.node.name, reason);
    return false;
  }
  return claim.isConsolidatable;
}

/** What must be known to compare prices. */
function obstacleOf({ node, pool, instanceType }: Candidate): string | null {
  const { labels } = node;
  if (instanceType === null) {
    return `Instance Type ${JSON.stringify(labels[INSTANCE_TYPE_LABEL] ?? "")} not found`;
  }
  for (const label of [CAPACITY_TYPE_LABEL, ZONE_LABEL]) {
    if (labels[label] === undefined) return `Node does not have label ${JSON.stringify(label)}`;
  }
  return pool.consolidateAfterMicros === null ? disabledText(pool.name) : null;
}

const disabledText = (pool: string): string =>
  `NodePool ${JSON.stringify(pool)} has consolidation disabled`;

/** True for an empty node that may be taken away, whatever the policy. */
export function isEmptiable(candidate: Candidate, say: Unconsolidatable): boolean {
  const { pool, node, claim } = candidate;
  if (pool.consolidateAfterMicros === null) {
    say(node.name, disabledText(pool.name));
    return false;
  }
  return isEmpty(candidate) && claim.isConsolidatable;
}
