import type { PodVersion } from "../../api/pod-version.js";
import { compareForDeletion, deletionCandidate } from "../replicaset/deletion-order.js";

/** Neither annotations nor magnitudes count for pods of Jobs. */
const OPTIONS = { podDeletionCost: false, logarithmicScaleDown: false, nowMicros: 0 };

/** The pods that have come the least far first; of equal ones the one that was known first. */
export function inRemovalOrder(pods: readonly PodVersion[]): readonly PodVersion[] {
  const candidates = pods.map((pod) => ({ pod, candidate: deletionCandidate(pod, 0) }));
  return candidates
    .sort((a, b) => compareForDeletion(a.candidate, b.candidate, OPTIONS))
    .map(({ pod }) => pod);
}
