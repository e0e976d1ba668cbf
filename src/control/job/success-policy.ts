import type { SuccessPolicy } from "../../api/schemas/types.js";
import { IndexIntervals } from "./index-intervals.js";

/**
 * Why the Job has succeeded by its success policy; null where no rule is fulfilled.
 * Source: Kubernetes, "Jobs: Success policy"; KEP-3998.
 */
export function metSuccessPolicy(
  policy: SuccessPolicy | undefined | null,
  succeeded: IndexIntervals,
  completions: number,
): string | null {
  if (policy == null || succeeded.isEmpty) return null;
  for (const [at, { succeededIndexes, succeededCount }] of policy.rules.entries()) {
    const reached = (count: number): boolean => succeededCount != null && count >= succeededCount;
    if (succeededIndexes == null) {
      if (reached(succeeded.size)) return `Matched rules at index ${at}`;
      continue;
    }
    const required = IndexIntervals.parse(succeededIndexes, completions);
    if (required.isEmpty) continue;
    const met = required.overlap(succeeded);
    if (met === required.size || reached(met)) return `Matched rules at index ${at}`;
  }
  return null;
}
