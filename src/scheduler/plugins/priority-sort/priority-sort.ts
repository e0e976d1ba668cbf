import type { QueueSortPlugin, QueuedPod } from "../../framework/interfaces.js";

/** Higher priority first; among equals the one that came into the queue earlier. */
export class PrioritySort implements QueueSortPlugin {
  readonly name = "PrioritySort";

  less(a: QueuedPod, b: QueuedPod): boolean {
    if (a.priority !== b.priority) return a.priority > b.priority;
    return a.timestampMicros < b.timestampMicros;
  }
}
