import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import type { ObjectVersion } from "../../api/object-version.js";

const OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

/**
 * The pods that have ended beyond `threshold`, those first that go first: evicted ones, then the
 * oldest. None when the threshold is 0.
 * Source: upstream's `--terminated-pod-gc-threshold`.
 */
export function terminatedPods(
  pods: Iterable<PodVersion>,
  threshold: number,
): readonly PodVersion[] {
  if (threshold <= 0) return [];
  const ended: PodVersion[] = [];
  for (const pod of pods) if (isPodTerminal(pod)) ended.push(pod);
  if (ended.length <= threshold) return [];
  return ended.sort(inOrderOfRemoval).slice(0, ended.length - threshold);
}

/** Whether the pod is bound to a node that is not there. */
export function isOrphaned(pod: PodVersion, nodeExists: (name: string) => boolean): boolean {
  return pod.nodeName !== "" && !nodeExists(pod.nodeName);
}

/** Whether the pod is being deleted with no kubelet that could end it. */
export function isUnscheduledTerminating(pod: PodVersion): boolean {
  return pod.deletionTimeMicros !== null && pod.nodeName === "";
}

/**
 * Whether somebody has declared the node dead: it is not ready and tainted as out of service.
 * Source: Kubernetes, "Non-graceful node shutdown handling".
 */
export function isOutOfService(node: ObjectVersion<"Node">): boolean {
  if (node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) !== true) return false;
  const ready = node.status.conditions?.find(({ type }) => type === "Ready");
  return ready?.status !== "True";
}

function inOrderOfRemoval(a: PodVersion, b: PodVersion): number {
  const evicted = Number(isEvicted(b)) - Number(isEvicted(a));
  if (evicted !== 0) return evicted;
  const age = a.creationTimeMicros - b.creationTimeMicros;
  if (age !== 0) return age;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function isEvicted(pod: PodVersion): boolean {
  return pod.phase === "Failed" && pod.status.reason === "Evicted";
}
