import type { PreemptionCandidate } from "../../framework/interfaces.js";
import type { PodInfo } from "../../framework/pod-info.js";

/** Makes every priority a positive number, so that more victims weigh more. */
const PRIORITY_OFFSET = 2 ** 31;

/** When the pod started; a pod that has not started counts as starting now. */
function startTime({ pod }: PodInfo): number {
  return pod.status.startTimeMicros ?? Number.POSITIVE_INFINITY;
}

/** Higher priority first, then the one that has run longer. */
export function moreImportantFirst(a: PodInfo, b: PodInfo): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  const startA = startTime(a);
  const startB = startTime(b);
  return startA === startB ? 0 : startA - startB;
}

function highestPriority(victims: readonly PodInfo[]): number {
  return Math.max(...victims.map(({ priority }) => priority));
}

/** The earliest start among the victims of the highest priority. */
function earliestStart({ victims }: PreemptionCandidate): number {
  const highest = highestPriority(victims);
  return Math.min(...victims.filter((pod) => pod.priority === highest).map(startTime));
}

type Criterion = (candidate: PreemptionCandidate) => number;

/**
 * The criteria in their order; the smaller the better. Source: kube-scheduler preemption,
 * `pickOneNodeForPreemption`.
 */
function criteria(options: { readonly firstVictimAsHighest: boolean }): readonly Criterion[] {
  return [
    ({ pdbViolations }) => pdbViolations,
    ({ victims }) =>
      options.firstVictimAsHighest ? victims[0]!.priority : highestPriority(victims),
    ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + PRIORITY_OFFSET, 0),
    ({ victims }) => victims.length,
    (candidate) => -earliestStart(candidate),
  ];
}

/** The best candidate; of equals the first in cluster order. `candidates` is not empty. */
export function pickCandidate(
  candidates: readonly PreemptionCandidate[],
  options: { readonly firstVictimAsHighest: boolean },
): PreemptionCandidate {
  let left = candidates;
  for (const criterion of criteria(options)) {
    if (left.length === 1) break;
    const values = left.map(criterion);
    const best = Math.min(...values);
    left = left.filter((_, i) => values[i] === best);
  }
  return left.reduce((first, other) => (other.node.ordinal < first.node.ordinal ? other : first));
}
