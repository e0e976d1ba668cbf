import type { NodeClaimStatus } from "../../../api/schemas/types.js";

type Condition = NonNullable<NodeClaimStatus["conditions"]>[number];

export interface NewCondition {
  readonly type: string;
  /** Null: it is taken away. */
  readonly status: "True" | "False" | "Unknown" | null;
  readonly reason?: string;
  readonly message?: string;
}

/** What a NodeClaim has to be before it is Ready. */
const PARTS: readonly string[] = ["Launched", "Registered", "Initialized"];

/** The status with these conditions, the same where it has them; Ready follows from the others. `time` is now, as RFC 3339. */
export function withConditions(
  status: NodeClaimStatus,
  changes: readonly NewCondition[],
  time: string,
): NodeClaimStatus {
  let conditions: readonly Condition[] = status.conditions ?? [];
  for (const change of changes) conditions = put(conditions, change, time);
  const parts = PARTS.map((type) => conditions.find((one) => one.type === type));
  const isReady = parts.every((one) => one?.status === "True");
  const lacking = PARTS.filter((_, i) => parts[i]?.status !== "True");
  conditions = put(
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

function put(
  conditions: readonly Condition[],
  { type, status, reason = type, message = "" }: NewCondition,
  time: string,
): readonly Condition[] {
  const at = conditions.findIndex((one) => one.type === type);
  const before = conditions[at];
  if (status === null) return before === undefined ? conditions : conditions.toSpliced(at, 1);
  if (before?.status === status && before.reason === reason && before.message === message) {
    return conditions;
  }
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : time;
  const condition: Condition = { type, status, reason, message, lastTransitionTime };
  return before === undefined ? [...conditions, condition] : conditions.with(at, condition);
}
