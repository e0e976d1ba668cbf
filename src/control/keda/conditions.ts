/** A condition as KEDA sets it in one step. */
export interface KedaCondition {
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

type ConditionType = "Ready" | "Active" | "Paused" | "Fallback";

/** The conditions that a step sets, by type. */
export type KedaConditions = Partial<Record<ConditionType, KedaCondition>>;

export function condition(
  status: KedaCondition["status"],
  reason: string,
  message: string,
): KedaCondition {
  return { status, reason, message };
}
