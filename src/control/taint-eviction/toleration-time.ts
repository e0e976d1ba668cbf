import type { Taint, Toleration } from "../../api/kubernetes.js";
import { tolerates } from "../../api/taints.js";

/** Of the taints those that evict pods. */
export function noExecuteTaints(taints: readonly Taint[]): readonly Taint[] {
  return taints.filter(({ effect }) => effect === "NoExecute");
}

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
  const used: Toleration[] = [];
  for (const taint of taints) {
    const first = tolerations.find((toleration) => tolerates(toleration, taint));
    if (first === undefined) return null;
    used.push(first);
  }
  return shortestSeconds(used);
}

/** The shortest time of tolerations that are used: Infinity when all are for ever, 0 of none. */
export function shortestSeconds(used: readonly Toleration[]): number {
  if (used.length === 0) return 0;
  let shortest = Number.POSITIVE_INFINITY;
  for (const { tolerationSeconds: seconds = Number.POSITIVE_INFINITY } of used) {
    shortest = Math.min(shortest, Math.max(0, seconds));
  }
  return shortest;
}
