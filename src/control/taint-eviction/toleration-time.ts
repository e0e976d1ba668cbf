import type { Taint, Toleration } from "../../api/kubernetes.js";
import { tolerates } from "../../api/taints.js";

/**
 * How many seconds a pod with `tolerations` may stay under NoExecute `taints`: null when one of them
 * is not tolerated, Infinity when all are for ever. Of the tolerations of one taint the first counts;
 * of several taints the shortest time does.
 *
 * Source: Kubernetes, "Taints and Tolerations: Taint based Evictions".
 */
export function tolerationSeconds(
  tolerations: readonly Toleration[],
  taints: readonly Taint[],
): number | null {
  let shortest = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const used = tolerations.find((toleration) => tolerates(toleration, taint));
    if (used === undefined) return null;
    const seconds = used.tolerationSeconds ?? Number.POSITIVE_INFINITY;
    shortest = Math.min(shortest, Math.max(0, seconds));
  }
  return shortest;
}
