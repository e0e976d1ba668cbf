import type { TimeMicros } from "../../base/time.js";
import { type BackoffOptions, backoffAttempts, backoffEnd, isBackingOff } from "./backoff.js";
import { PodHeap } from "./pod-heap.js";
import type { QueuedPod } from "./queued-pod.js";

/**
 * Pods that wait for their backoff to end: those that plugins refused, and apart from them those whose
 * attempt ended with an error, which nobody may take before their time. Source: kube-scheduler,
 * `backoff_queue.go`; KEP-5142.
 */
export class BackoffQueue {
  private readonly refused: PodHeap;
  private readonly failed: PodHeap;

  /** `before` orders pods whose waits end together. */
  constructor(
    private readonly options: BackoffOptions,
    before: (a: QueuedPod, b: QueuedPod) => boolean,
  ) {
    const sooner = (a: QueuedPod, b: QueuedPod) =>
      a.backoffUntilMicros === b.backoffUntilMicros
        ? before(a, b)
        : a.backoffUntilMicros < b.backoffUntilMicros;
    this.refused = new PodHeap(sooner);
    this.failed = new PodHeap(sooner);
  }

  get size(): number {
    return this.refused.size + this.failed.size;
  }

  /** Pods that {@link popEarly} may take. */
  get refusedCount(): number {
    return this.refused.size;
  }

  /** When the pod's wait ends, by its attempts so far and the time at which it was queued. */
  endOf(queued: QueuedPod): TimeMicros {
    const attempts = backoffAttempts(this.options, queued);
    return backoffEnd(this.options, queued.timestampMicros, attempts);
  }

  isBackingOff(queued: QueuedPod, now: TimeMicros): boolean {
    return isBackingOff(this.options, this.endOf(queued), now);
  }

  add(queued: QueuedPod): void {
    queued.place = "backoff";
    queued.backoffUntilMicros = this.endOf(queued);
    this.heapOf(queued).push(queued);
  }

  remove(queued: QueuedPod): void {
    this.heapOf(queued).remove(queued);
  }

  /** As {@link PodHeap.sortAnew}. */
  sortAnew(): void {
    this.refused.sortAnew();
    this.failed.sortAnew();
  }

  /** The next pod that a plugin refused, whether its wait is over or not. */
  popEarly(): QueuedPod | undefined {
    return this.refused.pop();
  }

  /** Takes out the pods whose wait is over, in the order in which it ended. */
  popCompleted(now: TimeMicros): readonly QueuedPod[] {
    const completed: QueuedPod[] = [];
    for (const heap of [this.refused, this.failed]) {
      for (let top = heap.peek(); top !== undefined; top = heap.peek()) {
        if (isBackingOff(this.options, top.backoffUntilMicros, now)) break;
        heap.remove(top);
        completed.push(top);
      }
    }
    return completed;
  }

  /** The end of the wait that ends first; null when nobody waits. */
  get nextEndMicros(): TimeMicros | null {
    const refused = this.refused.peek();
    const failed = this.failed.peek();
    if (refused === undefined || failed === undefined) {
      return (refused ?? failed)?.backoffUntilMicros ?? null;
    }
    return Math.min(refused.backoffUntilMicros, failed.backoffUntilMicros);
  }

  private heapOf(queued: QueuedPod): PodHeap {
    return queued.rejectors.length === 0 ? this.failed : this.refused;
  }
}
