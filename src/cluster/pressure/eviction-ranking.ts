import { isMirrorPod } from "../../api/mirror-pod.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { PodWorker } from "../pod-worker.js";
import type { PressureCondition } from "./eviction-policy.js";

/** Of this priority on a pod is critical, as those of `system-cluster-critical` are. */
const CRITICAL_PRIORITY = 2_000_000_000;

/** A pod that no kubelet evicts: one of the system's priorities, or a static one. */
export function isCritical(pod: PodVersion): boolean {
  return isMirrorPod(pod) || (pod.spec.priority ?? 0) >= CRITICAL_PRIORITY;
}

type Order = (a: PodWorker, b: PodWorker) => number;

/** A pod whose containers do not run has no usage that is known, and goes before all others. */
const unknownFirst: Order = (a, b) => Number(isKnown(a)) - Number(isKnown(b));
const lowPriorityFirst: Order = (a, b) => (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0);
const aboveRequestFirst: Order = (a, b) =>
  Number(aboveRequest(b) > 0) - Number(aboveRequest(a) > 0);
const mostAboveRequestFirst: Order = (a, b) => aboveRequest(b) - aboveRequest(a);
const mostProcessesFirst: Order = (a, b) => b.processes - a.processes;
const aboveDiskRequestFirst: Order = (a, b) =>
  Number(aboveDiskRequest(b) > 0) - Number(aboveDiskRequest(a) > 0);
const mostAboveDiskRequestFirst: Order = (a, b) => aboveDiskRequest(b) - aboveDiskRequest(a);

const ORDERS: Readonly<Record<PressureCondition, readonly Order[]>> = {
  MemoryPressure: [unknownFirst, aboveRequestFirst, lowPriorityFirst, mostAboveRequestFirst],
  DiskPressure: [unknownFirst, aboveDiskRequestFirst, lowPriorityFirst, mostAboveDiskRequestFirst],
  PIDPressure: [lowPriorityFirst, unknownFirst, mostProcessesFirst],
};

/**
 * Pods in the order in which they are evicted. Those that nothing tells apart go as they came to the node;
 * upstream leaves their order open.
 * Source: Kubernetes, "Node-pressure Eviction: Pod selection for kubelet eviction".
 */
export function rankedForEviction(
  pods: Iterable<PodWorker>,
  condition: PressureCondition,
): readonly PodWorker[] {
  const orders = ORDERS[condition];
  return [...pods].sort((a, b) => {
    for (const order of orders) {
      const found = order(a, b);
      if (found !== 0) return found;
    }
    return a.serial - b.serial;
  });
}

function isKnown({ containers }: PodWorker): boolean {
  return containers.some(({ status }) => status.state === "running");
}

function aboveRequest({ demand, memoryBytes }: PodWorker): number {
  return memoryBytes - (demand.requests.get("memory") ?? 0);
}

function aboveDiskRequest({ demand, diskBytes }: PodWorker): number {
  return diskBytes - (demand.requests.get("ephemeral-storage") ?? 0);
}
