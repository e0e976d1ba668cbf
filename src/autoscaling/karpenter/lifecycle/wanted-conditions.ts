import type { TimeMicros } from "../../../base/time.js";
import type { NodePool } from "../cluster-view.js";
import type { NewCondition } from "../controller/conditions.js";
import { consolidatableFrom, driftReason } from "../disruption/conditions.js";
import { disruptionClaim, poolDisruption } from "../disruption/state-view.js";
import type { InstanceType } from "../instance-type.js";
import { Requirements } from "../requirements.js";
import { claimCondition } from "../state-node.js";
import type { NodeClaim } from "./node-claim.js";

interface WantedConditions {
  readonly changes: readonly NewCondition[];
  /** When it may be consolidated, as things are; null: never. */
  readonly consolidatableFromMicros: TimeMicros | null;
}

/** What the conditions of a NodeClaim should be that disruption chooses by. */
export function wantedConditions(
  claim: NodeClaim,
  pool: NodePool,
  rules: {
    readonly types: ReadonlyMap<string, InstanceType>;
    readonly isTemplateChanged: boolean;
    readonly now: TimeMicros;
    readonly startTimeMs: number;
  },
): WantedConditions {
  const { types, isTemplateChanged, now, startTimeMs } = rules;
  const own = disruptionClaim(claim, startTimeMs);
  const from = consolidatableFrom(own, poolDisruption(pool));
  const requirements = Requirements.ofRaw(pool.spec.template.spec.requirements);
  const isLaunched = claimCondition(claim, "Launched")?.status === "True";
  const drift = isLaunched
    ? driftReason(own, { requirements, types, isTemplateChanged }, now)
    : null;
  return {
    changes: [
      { type: "Consolidatable", status: from !== null && from <= now ? "True" : null },
      drift === null
        ? { type: "Drifted", status: null }
        : { type: "Drifted", status: "True", reason: drift },
    ],
    consolidatableFromMicros: from,
  };
}
