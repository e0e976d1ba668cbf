import { parseResource } from "../../api/quantity.js";
import type { ResourceList } from "../../api/kubernetes.js";
import type { ClusterCapacity } from "./trace-options.js";
import { GPU_RESOURCE } from "./trace-pod.js";

/** What these nodes let pods have, together. */
export function capacityOf(
  nodes: Iterable<{ readonly status?: { readonly allocatable?: ResourceList } | undefined }>,
): ClusterCapacity {
  let cpuMillis = 0;
  let memoryBytes = 0;
  let gpus = 0;
  for (const node of nodes) {
    const allocatable = node.status?.allocatable ?? {};
    cpuMillis += parseResource("cpu", allocatable.cpu ?? 0);
    memoryBytes += parseResource("memory", allocatable.memory ?? 0);
    gpus += parseResource(GPU_RESOURCE, allocatable[GPU_RESOURCE] ?? 0);
  }
  return { cpuMillis, memoryBytes, gpus };
}
