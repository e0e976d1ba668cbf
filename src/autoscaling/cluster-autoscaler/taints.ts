/** Set on a node that is being removed: nothing is scheduled there. */
export const TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler";
/** Set on a node that is not needed: the scheduler rather takes another. */
export const DELETION_CANDIDATE = "DeletionCandidateOfClusterAutoscaler";

/** Taints that tell of a condition of the moment. Source: cluster-autoscaler, `NodeConditionTaints`. */
const OF_CONDITIONS: ReadonlySet<string> = new Set([
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
  "node.kubernetes.io/unschedulable",
  "node.kubernetes.io/memory-pressure",
  "node.kubernetes.io/disk-pressure",
  "node.kubernetes.io/network-unavailable",
  "node.kubernetes.io/pid-pressure",
  "node.cloudprovider.kubernetes.io/uninitialized",
  "node.cloudprovider.kubernetes.io/shutdown",
  "cloud.google.com/impending-node-termination",
  "NodeWithImpairedVolumes",
]);

const STARTUP_PREFIXES = [
  "ignore-taint.cluster-autoscaler.kubernetes.io/",
  "startup-taint.cluster-autoscaler.kubernetes.io/",
];
const STATUS_PREFIX = "status-taint.cluster-autoscaler.kubernetes.io/";

/** True for a taint that goes once a node is ready: one of `named`, or by its key. */
export function isStartupTaint(key: string, named: readonly string[]): boolean {
  return named.includes(key) || STARTUP_PREFIXES.some((prefix) => key.startsWith(prefix));
}

/** False for taints that say something of one node, and not of its group. */
export function isOfGroup(key: string, startupTaints: readonly string[]): boolean {
  if (key === TO_BE_DELETED || key === DELETION_CANDIDATE) return false;
  return (
    !OF_CONDITIONS.has(key) && !isStartupTaint(key, startupTaints) && !key.startsWith(STATUS_PREFIX)
  );
}
