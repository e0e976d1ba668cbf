import type { ObjectVersion } from "../../../api/object-version.js";
import { formatTimestamp } from "../../../api/timestamp.js";
import type { TimeMicros } from "../../../base/time.js";

export type NodeClaim = ObjectVersion<"NodeClaim">;
type Condition = NonNullable<NodeClaim["status"]["conditions"]>[number];

/** What is to become of a condition; `status: null` takes it away. */
export interface ConditionChange {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown" | null;
  /** Default: the type. */
  readonly reason?: string;
}

/**
 * The conditions of a NodeClaim with some changed; the time of the last transition stays where the status does. The
 * same list where nothing changes.
 */
export function withConditions(
  conditions: readonly Condition[],
  changes: readonly ConditionChange[],
  now: TimeMicros,
  startTimeMs: number,
): readonly Condition[] {
  let list = conditions;
  for (const { type, status, reason = type } of changes) {
    const before = list.find((one) => one.type === type);
    if (status === null) {
      if (before !== undefined) list = list.filter((one) => one !== before);
      continue;
    }
    if (before?.status === status && before.reason === reason) continue;
    const lastTransitionTime =
      before?.status === status ? before.lastTransitionTime : formatTimestamp(now, startTimeMs);
    const after = { type, status, reason, message: reason, lastTransitionTime } as Condition;
    list =
      before === undefined ? [...list, after] : list.map((one) => (one === before ? after : one));
  }
  return list;
}
