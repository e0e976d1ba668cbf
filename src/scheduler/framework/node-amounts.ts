import type { PodResourcesInfo } from "./pod-resources-info.js";

/** Numbers that each node has in {@link NodeAmounts.columns}, from its offset on. */
export const AMOUNTS_PER_NODE = 8;

/** Allocatable cpu, in millicores. */
export const CPU_ALLOCATABLE = 0;
/** Allocatable memory, in bytes. */
export const MEMORY_ALLOCATABLE = 1;
/** Sum of the cpu requests of the node's pods, in millicores. */
export const CPU_REQUESTED = 2;
/** Sum of the memory requests of the node's pods, in bytes. */
export const MEMORY_REQUESTED = 3;
/** The same with upstream's stand-ins for containers that state no request. */
export const CPU_NON_ZERO = 4;
export const MEMORY_NON_ZERO = 5;
/** Pods that the node still takes: below 0 where it has more than it may. */
export const PODS_FREE = 6;
/** Ephemeral storage that is not requested, in bytes; the same. */
export const STORAGE_FREE = 7;

/**
 * The amounts of many nodes, by row, the numbers of one node side by side: a rule that goes through
 * many nodes touches one or two cache lines a node, and none of the objects. They are not an index
 * but the sums themselves; {@link NodeInfo} reads and writes its own.
 */
export class NodeAmounts {
  columns: Float64Array;

  constructor(rows = 64) {
    this.columns = new Float64Array(rows * AMOUNTS_PER_NODE);
  }

  /** Makes room for the row, and begins it with zeros. */
  begin(row: number): void {
    const offset = row * AMOUNTS_PER_NODE;
    if (offset >= this.columns.length) {
      const columns = new Float64Array(Math.max(offset + AMOUNTS_PER_NODE, offset * 2));
      columns.set(this.columns);
      this.columns = columns;
    }
    this.columns.fill(0, offset, offset + AMOUNTS_PER_NODE);
  }

  /** Counts what a pod asks for on the node whose numbers begin at `offset`, or takes it back. */
  count(offset: number, resources: PodResourcesInfo, sign: 1 | -1): void {
    const { requests } = resources;
    const { columns } = this;
    columns[offset + CPU_REQUESTED]! += sign * requests.cpuMillis;
    columns[offset + MEMORY_REQUESTED]! += sign * requests.memoryBytes;
    columns[offset + CPU_NON_ZERO]! += sign * resources.nonZeroCpuMillis;
    columns[offset + MEMORY_NON_ZERO]! += sign * resources.nonZeroMemoryBytes;
    columns[offset + PODS_FREE]! -= sign;
    columns[offset + STORAGE_FREE]! -= sign * requests.ephemeralStorageBytes;
  }
}
