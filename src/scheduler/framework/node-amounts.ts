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

  /** Makes room for rows below `rows`. */
  reserve(rows: number): void {
    const needed = rows * AMOUNTS_PER_NODE;
    if (needed <= this.columns.length) return;
    const columns = new Float64Array(Math.max(needed, this.columns.length * 2));
    columns.set(this.columns);
    this.columns = columns;
  }
}
