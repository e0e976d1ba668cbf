import type { PodVersion } from "../../api/pod-version.js";
import {
  compareForDeletion,
  type DeletionCandidate,
  deletionCandidate,
  type DeletionOrderOptions,
} from "./deletion-order.js";

interface Ordered {
  readonly candidate: DeletionCandidate;
  readonly tie: number;
}

interface Ranked extends Ordered {
  readonly pod: PodVersion;
}

/**
 * The `count` pods of `pods` that go first. `related` are the active pods of the ReplicaSets with the
 * same controller: of two pods the one on the node with more of them goes. Upstream breaks ties by
 * UID, which is random; here by numbers that `drawTie` gives.
 */
export function podsToDelete(
  pods: readonly PodVersion[],
  related: Iterable<PodVersion>,
  count: number,
  options: DeletionOrderOptions,
  drawTie: () => number,
): readonly PodVersion[] {
  if (count >= pods.length) return pods;
  const onNode = new Map<string, number>();
  for (const pod of related) onNode.set(pod.nodeName, (onNode.get(pod.nodeName) ?? 0) + 1);
  const ranked: Ranked[] = pods.map((pod) => ({
    pod,
    candidate: deletionCandidate(pod, onNode.get(pod.nodeName) ?? 0),
    tie: drawTie(),
  }));
  return inDeletionOrder(ranked, options)
    .slice(0, count)
    .map(({ pod }) => pod);
}

/** First comes what is deleted first; `tie` decides between candidates that nothing tells apart. */
export function inDeletionOrder<T extends Ordered>(
  ranked: readonly T[],
  options: DeletionOrderOptions,
): readonly T[] {
  return ranked.toSorted(
    (a, b) => compareForDeletion(a.candidate, b.candidate, options) || a.tie - b.tie,
  );
}
