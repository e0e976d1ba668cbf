import { parseBytes } from "../../api/quantity.js";
import type { KubeletNode } from "../kubelet-node.js";
import {
  amountOf,
  type EvictionPolicy,
  type Observation,
  type Observations,
} from "./eviction-policy.js";

/** What something outside of the pods may take of a machine. */
export type MachineResource = "memory" | "disk" | "pids";

/** Linux' largest `kernel.pid_max`, as most distributions for 64 bits set it. Assumed. */
const MAX_PROCESSES = 4_194_304;

/**
 * What a node has left, as its kubelet observes it. A machine has at least the hard threshold of memory beyond
 * what is allocatable, which is how upstream works out what is allocatable; each container that runs is one process, unless its behavior says otherwise.
 */
export function observe(node: KubeletNode, policy: EvictionPolicy): Observations {
  const observed = new Map<Parameters<Observations["get"]>[0], Observation>();
  const memory = memoryOf(node, policy);
  if (memory !== null) {
    const { machineBytes, cgroupBytes } = memory;
    const taken = node.taken.get("memory") ?? 0;
    observed.set("memory.available", within(machineBytes, node.memoryBytes + taken));
    observed.set("allocatableMemory.available", within(cgroupBytes, node.memoryBytes));
  }
  const disk = diskOf(node);
  if (disk !== null) {
    const left = within(disk.capacityBytes, disk.usedBytes);
    observed.set("nodefs.available", left);
    observed.set("imagefs.available", left);
  }
  const processes = processesOf(node) + (node.taken.get("pids") ?? 0);
  observed.set("pid.available", within(MAX_PROCESSES, processes));
  return observed;
}

/** How much is left of that resource: what a fault of the machine takes. */
export function leftOf(
  node: KubeletNode,
  policy: EvictionPolicy,
  resource: MachineResource,
): number {
  const signals = { memory: "memory.available", disk: "nodefs.available", pids: "pid.available" };
  const signal = signals[resource] as Parameters<Observations["get"]>[0];
  return observe(node, policy).get(signal)?.available ?? 0;
}

/** What its pods may use of memory before any threshold is met. */
export function calmMemoryBytes(node: KubeletNode, policy: EvictionPolicy): number {
  const memory = memoryOf(node, policy);
  let calm = Number.POSITIVE_INFINITY;
  if (memory === null) return calm;
  const { machineBytes, cgroupBytes } = memory;
  const machineLeft = machineBytes - (node.taken.get("memory") ?? 0);
  for (const { signal, level } of policy.thresholds) {
    if (signal === "memory.available") {
      calm = Math.min(calm, machineLeft - amountOf(level, machineBytes));
    } else if (signal === "allocatableMemory.available") {
      calm = Math.min(calm, cgroupBytes - amountOf(level, cgroupBytes));
    }
  }
  return calm;
}

/** A node's disk, filled by images, by what containers write, and what else takes of it; null of a node that does not say how large it is. */
export function diskOf({ node, imageRecords, taken, diskBytes }: KubeletNode) {
  const size = node.status.capacity?.["ephemeral-storage"];
  const capacityBytes = size === undefined ? 0 : parseBytes(size);
  if (capacityBytes === 0) return null;
  let usedBytes = (taken.get("disk") ?? 0) + diskBytes;
  for (const { bytes } of imageRecords.values()) usedBytes += bytes;
  return { capacityBytes, usedBytes, availableBytes: Math.max(0, capacityBytes - usedBytes) };
}

function memoryOf({ node, allocatable }: KubeletNode, { thresholds }: EvictionPolicy) {
  const allocatableBytes = allocatable.get("memory") ?? 0;
  if (allocatableBytes === 0) return null;
  const capacityBytes = parseBytes(node.status.capacity?.["memory"] ?? 0);
  let hardBytes = 0;
  for (const { signal, graceMicros, level } of thresholds) {
    if (signal !== "memory.available" || graceMicros !== null) continue;
    hardBytes = Math.max(hardBytes, amountOf(level, capacityBytes));
  }
  const cgroupBytes = allocatableBytes + hardBytes;
  return { cgroupBytes, machineBytes: Math.max(capacityBytes, cgroupBytes) };
}

function within(capacity: number, used: number): Observation {
  return { capacity, available: Math.max(0, capacity - used) };
}

function processesOf({ pods }: KubeletNode): number {
  let count = 0;
  for (const { processes } of pods) count += processes;
  return count;
}
