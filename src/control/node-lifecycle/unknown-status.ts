import type { NodeStatus } from "../../api/kubernetes.js";

/** Conditions that a kubelet reports; `NetworkUnavailable` is others'. */
const REPORTED = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/**
 * The status of a node whose kubelet is not heard of any more. Times are timestamps: `now`, and when
 * the node was created. Source: upstream's `nodelifecycle` (tryUpdateNodeHealth).
 */
export function unknownStatus(
  status: NodeStatus,
  times: { readonly now: string; readonly created: string },
): NodeStatus {
  const known = status.conditions ?? [];
  const conditions = known.map((condition) =>
    REPORTED.includes(condition.type) && condition.status !== "Unknown"
      ? {
          ...condition,
          status: "Unknown" as const,
          reason: "NodeStatusUnknown",
          message: "Kubelet stopped posting node status.",
          lastTransitionTime: times.now,
        }
      : condition,
  );
  const never = REPORTED.filter((type) => !known.some((condition) => condition.type === type)).map(
    (type) => ({
      type,
      status: "Unknown" as const,
      reason: "NodeStatusNeverUpdated",
      message: "Kubelet never posted node status.",
      lastHeartbeatTime: times.created,
      lastTransitionTime: times.now,
    }),
  );
  return { ...status, conditions: [...conditions, ...never] };
}
