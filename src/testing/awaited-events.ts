import type { AnyVersion } from "../api/object-version.js";
import {
  type ClusterEvent,
  type ClusterEventWithHint,
  eventMatches,
} from "../scheduler/framework/cluster-event.js";
import type { PodInfo } from "../scheduler/framework/pod-info.js";

/** Pods that are remembered at a time. */
const MOST_WAITING = 8;

/**
 * Pods that a plugin alone refused, and the events that it says may help them: whoever fits after another event has waited
 * for nothing.
 */
export class AwaitedEvents {
  private waiting: PodInfo[] = [];

  constructor(
    private readonly registered: readonly ClusterEventWithHint[],
    /** The node that a pod would get now; null if none. */
    private readonly nodeFor: (pod: PodInfo) => string | null,
  ) {}

  refused(pod: PodInfo): void {
    this.waiting.push(pod);
    if (this.waiting.length > MOST_WAITING) this.waiting.shift();
  }

  /** What is wrong with the events that the plugin registers; null if nothing is. */
  happened(
    event: ClusterEvent,
    subject: { readonly before: AnyVersion | null; readonly after: AnyVersion | null },
  ): string | null {
    if (event.actions === 0) return null;
    const { before, after } = subject;
    const isAwaited = ({ pod }: PodInfo): boolean =>
      this.registered.some(
        ({ event: awaited, hint }) =>
          eventMatches(awaited, event) &&
          (hint === undefined || hint(pod, before, after) === "Queue"),
      );
    // Who is woken gets a decision of its own.
    this.waiting = this.waiting.filter((pod) => !isAwaited(pod));
    for (const pod of this.waiting) {
      const node = this.nodeFor(pod);
      if (node === null) continue;
      const name = (after ?? before)?.name ?? "";
      return `${pod.pod.name}, which it alone refused, fits ${node} after a change of ${event.resource} ${name} that \`eventsToRegister\` does not wake it for`;
    }
    return null;
  }
}
