import type { PodVersion } from "../../../api/pod-version.js";
import type { TimeMicros } from "../../../base/time.js";

const DISRUPTION_COST = "karpenter.sh/disruption-cost";
const POD_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

const ANNOTATION_SCALE = 2 ** 27;
const PRIORITY_SCALE = 2 ** 25;
const MOST = 10;

/** What disrupting a node costs at least, be there pods on it or not. */
export const NODE_BASE_COST = 1;

/** The integer of 32 bits that `text` spells, or null. */
function parseInt32(text: string): number | null {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : null;
}

/** What its annotation adds; the second one is read only where there is no first, whatever that says. */
function annotatedCost({ annotations }: PodVersion, managesDeletionCost: boolean): number {
  const own = annotations[DISRUPTION_COST];
  const text = own ?? (managesDeletionCost ? undefined : annotations[POD_DELETION_COST]);
  return text === undefined ? 0 : (parseInt32(text) ?? 0) / ANNOTATION_SCALE;
}

/**
 * What it costs to evict a pod, without a unit: 1 for an ordinary one, from −10 to 10.
 *
 * Source: Karpenter, `pkg/utils/disruption/disruption.go` (1.15.0).
 *
 * @param managesDeletionCost Karpenter itself writes `pod-deletion-cost` (its gate PodDeletionCostManagement)
 */
export function evictionCost(pod: PodVersion, managesDeletionCost: boolean): number {
  const priority = (pod.spec.priority ?? 0) / PRIORITY_SCALE;
  const cost = 1 + annotatedCost(pod, managesDeletionCost) + priority;
  return Math.min(Math.max(cost, -MOST), MOST);
}

/** What it costs to move these pods elsewhere, with their node. */
export function rescheduleCost(pods: readonly PodVersion[], managesDeletionCost: boolean): number {
  return pods.reduce(
    (sum, pod) => sum + Math.max(0, evictionCost(pod, managesDeletionCost)),
    NODE_BASE_COST,
  );
}

/** The share of a node's life that is left, from 0 to 1; 1 where it never expires. */
export function lifetimeLeft(
  createdMicros: TimeMicros,
  expireAfterMicros: TimeMicros | null,
  now: TimeMicros,
): number {
  if (expireAfterMicros === null) return 1;
  const left = (expireAfterMicros - (now - createdMicros)) / expireAfterMicros;
  return Math.min(Math.max(left, 0), 1);
}
