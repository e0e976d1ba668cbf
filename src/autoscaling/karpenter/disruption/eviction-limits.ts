import { type Selector, selectorOrNothing } from "../../../api/label-selector.js";
import type { ObjectVersion } from "../../../api/object-version.js";
import { type PodVersion, podCondition } from "../../../api/pod-version.js";
import { SelectorIndex } from "../../../api/selector-index.js";
import type { TimeMicros } from "../../../base/time.js";
import { isDisruptable, isEvictable, isReschedulable } from "./evictable-pods.js";

export type PodDisruptionBudget = ObjectVersion<"PodDisruptionBudget">;

interface Limit {
  readonly selector: Selector;
  readonly disruptionsAllowed: number;
  /** It can never allow an eviction, whatever becomes of its pods. */
  readonly isFullyBlocking: boolean;
  readonly letsUnhealthyGo: boolean;
}

/** What stands in the way of an eviction. */
export type EvictionBlocker = "budget" | "several budgets";

/**
 * What the PodDisruptionBudgets of a cluster say to evictions.
 *
 * Source: Karpenter, `pkg/utils/pdb/pdb.go` (1.15.0).
 */
export class EvictionLimits {
  private readonly limits = new SelectorIndex<Limit>();

  constructor(budgets: readonly PodDisruptionBudget[]) {
    for (const budget of budgets) this.limits.add(budget.namespace, limitOf(budget));
  }

  /** What forbids to evict one of these pods now; null when each of them could be evicted, if not all at once. */
  blockerOf(pods: readonly PodVersion[], now: TimeMicros): EvictionBlocker | null {
    for (const pod of pods) {
      const blocker = this.blocked(pod, now, ({ disruptionsAllowed }) => disruptionsAllowed === 0);
      if (blocker !== null) return blocker;
    }
    return null;
  }

  /**
   * True for a pod that will be evicted from a node that goes, and needs another place: capacity for one that
   * cannot be evicted would wait in vain.
   */
  isCurrentlyReschedulable(pod: PodVersion, now: TimeMicros): boolean {
    return (
      isReschedulable(pod) &&
      isDisruptable(pod, now) &&
      this.blocked(pod, now, ({ isFullyBlocking }) => isFullyBlocking) === null
    );
  }

  private blocked(
    pod: PodVersion,
    now: TimeMicros,
    forbids: (limit: Limit) => boolean,
  ): EvictionBlocker | null {
    const matching = this.limits.matching(pod.namespace, pod.labels);
    if (matching.length === 0 || !isEvictable(pod, now)) return null;
    if (matching.length > 1) return "several budgets";
    const [limit] = matching;
    if (limit === undefined) return null;
    const isUnready = podCondition(pod, "Ready")?.status === "False";
    if (limit.letsUnhealthyGo && isUnready) return null;
    return forbids(limit) ? "budget" : null;
  }
}

function limitOf({ spec, status }: PodDisruptionBudget): Limit {
  const { maxUnavailable, minAvailable } = spec;
  return {
    selector: selectorOrNothing(spec.selector),
    disruptionsAllowed: status.disruptionsAllowed ?? 0,
    isFullyBlocking: maxUnavailable === 0 || maxUnavailable === "0%" || minAvailable === "100%",
    letsUnhealthyGo: spec.unhealthyPodEvictionPolicy === "AlwaysAllow",
  };
}
