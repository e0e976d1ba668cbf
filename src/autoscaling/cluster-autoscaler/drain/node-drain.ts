import type { PodVersion } from "../../../api/pod-version.js";
import { isDaemonSetPod } from "../pod-kinds.js";
import { type BlockingReason, type DrainContext, drainVerdict } from "./drain-rules.js";

/** What removing a node asks of its pods. */
export interface NodeDrain {
  /** Need a place elsewhere. */
  readonly move: readonly PodVersion[];
  /** Go with their node. */
  readonly daemonPods: readonly PodVersion[];
  /** Must have ended by themselves. */
  readonly waitFor: readonly PodVersion[];
}

export interface BlockingPod {
  readonly pod: PodVersion;
  readonly reason: BlockingReason;
}

/** What becomes of the pods of a node, or the first in their order that keeps it. */
export function nodeDrain(
  pods: readonly PodVersion[],
  context: DrainContext,
): NodeDrain | BlockingPod {
  const move: PodVersion[] = [];
  const daemonPods: PodVersion[] = [];
  const waitFor: PodVersion[] = [];
  for (const pod of pods) {
    const verdict = drainVerdict(pod, context);
    if (verdict === "wait") waitFor.push(pod);
    else if (verdict === "evict") (isDaemonSetPod(pod) ? daemonPods : move).push(pod);
    else if (verdict !== "ignore") return { pod, reason: verdict.blocked };
  }
  return { move, daemonPods, waitFor };
}
