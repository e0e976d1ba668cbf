import type { PodToPlace } from "./pod-to-place.js";

/**
 * Pods in the order in which nodes are looked for: the largest first. One that finds none goes to the end; once
 * all that wait have been tried in vain, there is no next.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/scheduling/queue.go`.
 */
export class PodQueue {
  private readonly waiting: PodToPlace[];
  private first = 0;
  /** How many waited when the pod was put back. */
  private readonly lengthAt = new Map<PodToPlace, number>();

  constructor(pods: readonly PodToPlace[]) {
    this.waiting = pods.toSorted(bySize);
  }

  pop(): PodToPlace | undefined {
    const next = this.waiting[this.first];
    if (next === undefined) return undefined;
    if (this.lengthAt.get(next) === this.waiting.length - this.first) return undefined;
    this.first += 1;
    return next;
  }

  putBack(pod: PodToPlace): void {
    this.waiting.push(pod);
    this.lengthAt.set(pod, this.waiting.length - this.first);
  }
}

function bySize(a: PodToPlace, b: PodToPlace): number {
  for (const resource of ["cpu", "memory"]) {
    const difference = (b.requests.get(resource) ?? 0) - (a.requests.get(resource) ?? 0);
    if (difference !== 0) return difference;
  }
  const created = a.pod.creationTimeMicros - b.pod.creationTimeMicros;
  if (created !== 0) return created;
  return a.pod.uid < b.pod.uid ? -1 : a.pod.uid > b.pod.uid ? 1 : 0;
}
