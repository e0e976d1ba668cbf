import { MICROS_PER_HOUR, type TimeMicros } from "../../../base/time.js";
import { compatibleOfferings } from "../instance-prices.js";
import type { InstanceType } from "../instance-type.js";
import { Requirement } from "../requirement.js";
import { Requirements } from "../requirements.js";
import {
  CAPACITY_TYPE_LABEL,
  INSTANCE_TYPE_LABEL,
  RESERVATION_ID_LABEL,
} from "../well-known-labels.js";
import type { DisruptionClaim, PoolDisruption } from "./disruption-node.js";

/**
 * When the NodeClaim has been left in peace for as long as its pool asks: after the last pod came or went, or after it
 * was initialized where none did. Null: never, as things are.
 *
 * Source: Karpenter, `pkg/controllers/nodeclaim/disruption/consolidation.go` (1.15.0).
 */
export function consolidatableFrom(
  { initializedMicros, lastPodEventMicros }: DisruptionClaim,
  { consolidateAfterMicros }: PoolDisruption,
): TimeMicros | null {
  if (consolidateAfterMicros === null || initializedMicros === null) return null;
  if (consolidateAfterMicros === 0) return initializedMicros;
  return (lastPodEventMicros ?? initializedMicros) + consolidateAfterMicros;
}

/** True while pods that are moved should not go to the node, because it is not yet to be consolidated. */
export function isUnderConsolidateAfter(
  claim: DisruptionClaim,
  pool: PoolDisruption,
  now: TimeMicros,
): boolean {
  if (pool.consolidateAfterMicros === 0) return false;
  const from = consolidatableFrom(claim, pool);
  return from !== null && now < from;
}

export type DriftReason = "NodePoolDrifted" | "RequirementsDrifted" | "InstanceTypeNotFound";

/** The table of types may be behind for so long after a node was made. */
const TYPES_SETTLED_MICROS = MICROS_PER_HOUR;

export interface DriftRules {
  /** Of the pool alone; its template's labels are not among them. */
  readonly requirements: Requirements;
  readonly types: ReadonlyMap<string, InstanceType>;
  /** Whether the template of the pool has changed since the NodeClaim was made of it. */
  readonly isTemplateChanged: boolean;
}

/**
 * In what a NodeClaim is no longer what its pool would make; null when it is.
 *
 * Source: Karpenter, `pkg/controllers/nodeclaim/disruption/drift.go` (1.15.0).
 */
export function driftReason(
  { labels, creationTimeMicros }: DisruptionClaim,
  { requirements, types, isTemplateChanged }: DriftRules,
  now: TimeMicros,
): DriftReason | null {
  if (isTemplateChanged) return "NodePoolDrifted";
  const own = Requirements.ofLabels(labels);
  if (!own.isCompatible(requirements)) return "RequirementsDrifted";
  if (now - creationTimeMicros <= TYPES_SETTLED_MICROS) return null;
  const type = types.get(labels[INSTANCE_TYPE_LABEL] ?? "");
  return type === undefined || !isOffered(type, own) ? "InstanceTypeNotFound" : null;
}

/** A reservation may have been demoted to on-demand before its label says so. */
function isOffered(type: InstanceType, own: Requirements): boolean {
  if (own.find(CAPACITY_TYPE_LABEL)?.has("reserved") === true) {
    own.replace(Requirement.in(CAPACITY_TYPE_LABEL, ["reserved", "on-demand"]));
    own.delete(RESERVATION_ID_LABEL);
  }
  return compatibleOfferings(type.offerings, own).length > 0;
}
