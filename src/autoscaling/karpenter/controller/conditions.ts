/** A condition of a NodeClaim or of a NodePool. */
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime: string;
}

export interface NewCondition {
  readonly type: string;
  /** Null: it is taken away. */
  readonly status: "True" | "False" | "Unknown" | null;
  readonly reason?: string;
  readonly message?: string;
}

/** The conditions with another in the place of that of its type, the same where it is there. `time` is now, as RFC 3339. */
export function withCondition<C extends Condition>(
  conditions: readonly C[],
  { type, status, reason = type, message = "" }: NewCondition,
  time: string,
): readonly C[] {
  const at = conditions.findIndex((one) => one.type === type);
  const before = conditions[at];
  if (status === null) return before === undefined ? conditions : conditions.toSpliced(at, 1);
  if (before?.status === status && before.reason === reason && before.message === message) {
    return conditions;
  }
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : time;
  const condition = { type, status, reason, message, lastTransitionTime } as unknown as C;
  return before === undefined ? [...conditions, condition] : conditions.with(at, condition);
}
