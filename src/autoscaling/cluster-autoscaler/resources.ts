import type { PodSpec } from "../../api/kubernetes.js";
import type { VersionOf } from "../../api/object-version.js";
import { parseBytes, parseCpuMillis } from "../../api/quantity.js";
import { own } from "../../base/own.js";

/** CPU in thousandths of a core, memory in bytes. */
export interface CpuAndMemory {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

const OF_SPEC = new WeakMap<PodSpec, CpuAndMemory>();

/** The sum of what the pod's containers request; init containers and overhead are left out, as upstream does here. */
export function containerRequests(spec: PodSpec): CpuAndMemory {
  const known = OF_SPEC.get(spec);
  if (known !== undefined) return known;
  let cpuMillis = 0;
  let memoryBytes = 0;
  for (const { resources } of spec.containers) {
    cpuMillis += parseCpuMillis(own(resources?.requests, "cpu") ?? 0);
    memoryBytes += parseBytes(own(resources?.requests, "memory") ?? 0);
  }
  const requests = { cpuMillis, memoryBytes };
  OF_SPEC.set(spec, requests);
  return requests;
}

type NodeResources = Pick<VersionOf<"Node">, "status">;

export function nodeCapacity({ status }: NodeResources): CpuAndMemory {
  return amountsOf(status.capacity);
}

export function nodeAllocatable({ status }: NodeResources): CpuAndMemory {
  return amountsOf(status.allocatable);
}

function amountsOf(list: Readonly<Record<string, string | number>> | undefined): CpuAndMemory {
  return {
    cpuMillis: parseCpuMillis(own(list, "cpu") ?? 0),
    memoryBytes: parseBytes(own(list, "memory") ?? 0),
  };
}

/** Whole cores, rounded up, and bytes: what limits of a cluster count. */
export function coresAndMemory(node: NodeResources): { cores: number; memoryBytes: number } {
  const { cpuMillis, memoryBytes } = nodeCapacity(node);
  return { cores: Math.ceil(cpuMillis / 1000), memoryBytes };
}
