import type { PodSpec } from "../../api/kubernetes.js";
import { isMirrorPod } from "../../api/mirror-pod.js";
import { type Amounts, podRequests } from "../../api/pod-resources.js";
import type { PodVersion } from "../../api/pod-version.js";
import { mustParseQuantity } from "../../api/quantity.js";
import type { TimeMicros } from "../../base/time.js";
import type { NodeVersion } from "../../scheduler/framework/node-info.js";
import { isLongTerminating } from "./long-terminating.js";
import { isDaemonSetPod } from "./pod-kinds.js";

/** Pods of a template share their spec, and all of them are asked in every scan. */
const REQUESTS = new WeakMap<PodSpec, Amounts>();

export interface UtilizationOptions {
  /** Takes DaemonSets' pods out of the use, and off what the node has. */
  readonly ignoreDaemonSets: boolean;
  /** The same for mirror pods. */
  readonly ignoreMirrorPods: boolean;
  /** The resource of its GPUs, by which alone a GPU node is judged; null for any other node. */
  readonly gpuResource: string | null;
  readonly nowMicros: TimeMicros;
}

/** Shares of what pods may use of a node; NaN or infinite where nothing of it is left. */
export interface Utilization {
  readonly shares: Readonly<Record<string, number>>;
  /** The one with the largest share, which is `utilization`; memory where they are equal. */
  readonly resource: string;
  readonly utilization: number;
}

/**
 * How much of a node is asked for by its pods; null where it cannot be told, because the node's
 * allocatable cpu or memory is missing or zero. GPUs that are missing are not used.
 * Source: Cluster Autoscaler 1.36, simulator/utilization.
 */
export function nodeUtilization(
  node: NodeVersion,
  pods: readonly PodVersion[],
  options: UtilizationOptions,
): Utilization | null {
  const { gpuResource } = options;
  if (gpuResource !== null) {
    const share = shareOf(gpuResource, node, pods, options) ?? 0;
    return { shares: { [gpuResource]: share }, resource: gpuResource, utilization: share };
  }
  const cpu = shareOf("cpu", node, pods, options);
  const memory = shareOf("memory", node, pods, options);
  if (cpu === null || memory === null) return null;
  const [resource, utilization] = cpu > memory ? ["cpu", cpu] : ["memory", memory];
  return { shares: { cpu, memory }, resource, utilization };
}

function shareOf(
  resource: string,
  node: NodeVersion,
  pods: readonly PodVersion[],
  { ignoreDaemonSets, ignoreMirrorPods, nowMicros }: UtilizationOptions,
): number | null {
  const has = node.status.allocatable?.[resource];
  const allocatable = has === undefined ? 0n : mustParseQuantity(has).milliValue();
  if (allocatable === 0n) return null;
  let used = 0n;
  let setAside = 0n;
  for (const pod of pods) {
    const asked = requestsOf(pod.spec).get(resource)?.milliValue() ?? 0n;
    if ((ignoreDaemonSets && isDaemonSetPod(pod)) || (ignoreMirrorPods && isMirrorPod(pod))) {
      setAside += asked;
    } else if (!isLongTerminating(pod, nowMicros)) {
      used += asked;
    }
  }
  return Number(used) / Number(allocatable - setAside);
}

function requestsOf(spec: PodSpec): Amounts {
  let requests = REQUESTS.get(spec);
  if (requests === undefined) {
    requests = podRequests({ spec });
    REQUESTS.set(spec, requests);
  }
  return requests;
}
