import type { NodeClaimStatus } from "../../../api/schemas/types.js";
import { type NewCondition, withCondition } from "./conditions.js";

type Condition = NonNullable<NodeClaimStatus["conditions"]>[number];

/** What a NodeClaim has to be before it is Ready. */
const PARTS: readonly string[] = ["Launched", "Registered", "Initialized"];

/** The status with these conditions, the same where it has them; Ready follows from the others. `time` is now, as RFC 3339. */
export function withConditions(
  status: NodeClaimStatus,
  changes: readonly NewCondition[],
  time: string,
): NodeClaimStatus {
  let conditions: readonly Condition[] = status.conditions ?? [];
  for (const change of changes) conditions = withCondition(conditions, change, time);
  const parts = PARTS.map((type) => conditions.find((one) => one.type === type));
  const isReady = parts.every((one) => one?.status === "True");
  const lacking = PARTS.filter((_, i) => parts[i]?.status !== "True");
  conditions = withCondition(
    conditions,
    isReady
      ? { type: "Ready", status: "True" }
      : {
          ...{ type: "Ready", status: "Unknown", reason: "UnhealthyDependents" },
          message: lacking.map((type) => `${type}=Unknown`).join(", "),
        },
    time,
  );
  return conditions === status.conditions ? status : { ...status, conditions: [...conditions] };
}
