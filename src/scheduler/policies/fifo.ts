import type { QueuedPod, QueueSortPlugin } from "../framework/interfaces.js";

/** True if `a` was created before `b`. */
export function cameFirst(a: QueuedPod, b: QueuedPod): boolean {
  return a.pod.creationTimeMicros < b.pod.creationTimeMicros;
}

/**
 * First come, first served: by when pods were created, whatever their priority, and also after attempts
 * that failed.
 *
 * Source: the order that D. G. Feitelson, L. Rudolph, "Parallel job scheduling: issues and approaches",
 * JSSPP 1995, takes as the base.
 */
export class Fifo implements QueueSortPlugin {
  readonly name = "FIFO";

  less(a: QueuedPod, b: QueuedPod): boolean {
    return cameFirst(a, b);
  }
}
