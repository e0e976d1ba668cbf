import type { NodeInfo } from "../../../scheduler/framework/node-info.js";
import { type DrainContext, drainVerdict } from "../drain/drain-rules.js";
import { isDaemonSetPod } from "../pod-kinds.js";

/**
 * Candidates in the order in which they are looked at: those without pods to move, then those without pods
 * that are waited for, then those that were not needed in the loop before; else as they were.
 * Whose pods have no owner any more, or a budget that is used up, is not asked here.
 */
export function candidateOrder(
  nodes: readonly NodeInfo[],
  wasUnneeded: (name: string) => boolean,
  { options, nowMicros }: Pick<DrainContext, "options" | "nowMicros">,
): readonly NodeInfo[] {
  const context: DrainContext = { options, nowMicros, owners: null, budgets: null };
  const rank = (node: NodeInfo): number => {
    let isEmpty = true;
    let waits = false;
    for (const { pod } of node.pods) {
      const verdict = drainVerdict(pod, context);
      if (verdict === "wait") waits = true;
      else if (verdict !== "ignore" && !(verdict === "evict" && isDaemonSetPod(pod))) {
        isEmpty = false;
      }
    }
    return (isEmpty ? 0 : 4) + (waits ? 2 : 0) + (wasUnneeded(node.name) ? 0 : 1);
  };
  return nodes
    .map((node) => ({ node, rank: rank(node) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ node }) => node);
}
