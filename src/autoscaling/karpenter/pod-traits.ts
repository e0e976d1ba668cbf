import type { Taint, Toleration } from "../../api/kubernetes.js";
import { type PodVersion, podCondition } from "../../api/pod-version.js";
import { anyTolerates } from "../../api/taints.js";
import { isDaemonPod, isMirrorPod } from "./disruption/evictable-pods.js";

/** The scheduler has found no node for it, and none is being made free. Source: karpenter 1.15, `pkg/utils/pod/scheduling.go`. */
export function isProvisionable(pod: PodVersion): boolean {
  return (
    podCondition(pod, "PodScheduled")?.reason === "Unschedulable" &&
    pod.nodeName === "" &&
    pod.nominatedNodeName === "" &&
    !isDaemonPod(pod) &&
    !isMirrorPod(pod)
  );
}

/** The taints that nothing tolerates, whatever their effects. */
export function untolerated(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
): readonly Taint[] {
  return taints.filter((taint) => !anyTolerates(tolerations, taint, COMPARISONS));
}

export function toleratesAll(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
): boolean {
  for (const taint of taints) {
    if (!anyTolerates(tolerations, taint, COMPARISONS)) return false;
  }
  return true;
}

const COMPARISONS = { comparisonOperators: true };
