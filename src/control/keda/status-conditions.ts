import type { KedaConditions } from "./conditions.js";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

const TYPES = ["Ready", "Active", "Fallback", "Paused"] as const;

/** The conditions of a status with those of one step laid over them; one never set is Unknown. */
export function withConditions(
  before: readonly Condition[],
  set: KedaConditions,
): { type: string; status: string; reason?: string; message?: string }[] {
  return TYPES.map((type) => {
    const now = set[type];
    if (now !== undefined) return { type, ...now };
    return before.find((one) => one.type === type) ?? { type, status: "Unknown" };
  });
}
