import { CPU_REQUESTED, MEMORY_REQUESTED, type NodeAmounts, STORAGE_FREE } from "./node-amounts.js";
import type { ReadonlyResources } from "./resources.js";

/** The sums of the requests of a node's pods, read from the amounts of all nodes. */
export class RequestedResources implements ReadonlyResources {
  /** By scalar id; holes where no pod of the node ever named the resource. */
  readonly scalars: (number | undefined)[] = [];
  /** Allocatable, of which the columns have what is free. */
  storageBytes = 0;

  constructor(
    private readonly amounts: NodeAmounts,
    private readonly offset: number,
  ) {}

  get cpuMillis(): number {
    return this.amounts.columns[this.offset + CPU_REQUESTED]!;
  }

  get memoryBytes(): number {
    return this.amounts.columns[this.offset + MEMORY_REQUESTED]!;
  }

  get ephemeralStorageBytes(): number {
    return this.storageBytes - this.amounts.columns[this.offset + STORAGE_FREE]!;
  }

  scalar(id: number): number {
    return this.scalars[id] ?? 0;
  }
}
