import type { RowFilter } from "../../framework/interfaces.js";
import {
  CPU_ALLOCATABLE,
  CPU_REQUESTED,
  MEMORY_ALLOCATABLE,
  MEMORY_REQUESTED,
  PODS_FREE,
  STORAGE_FREE,
} from "../../framework/node-amounts.js";
import type { PodTemplateInfo } from "../../framework/pod-template-info.js";

/** What a node lacks, as the sum of these. */
export const TOO_MANY_PODS = 1;
export const CPU = 2;
export const MEMORY = 4;
export const STORAGE = 8;
/** Beside the others: the node could not hold the pod if it were empty. */
export const FOR_GOOD = 16;

/** True if more is wanted than is free. `zeroToo`: nothing is too much where less is left. */
export function lacks(wanted: number, free: number, zeroToo: boolean): boolean {
  return wanted > free && (zeroToo || wanted > 0);
}

/** What differs between versions. */
export interface FitRules {
  /** Nothing is too much where less is left. */
  readonly zeroToo: boolean;
  /** A node that is too small even when empty is refused for good. */
  readonly forGood: boolean;
}

/**
 * NodeResourcesFit's filter on the numbers of a node, for pods whose amounts stand there. Hot path: it
 * reads one or two lines of memory a node.
 */
export class FitRows implements RowFilter {
  private readonly cpuMillis: number;
  private readonly memoryBytes: number;
  private readonly storageBytes: number;
  private readonly asksForNone: boolean;

  constructor(
    { resources }: PodTemplateInfo,
    private readonly rules: FitRules,
  ) {
    this.cpuMillis = resources.requests.cpuMillis;
    this.memoryBytes = resources.requests.memoryBytes;
    this.storageBytes = resources.requests.ephemeralStorageBytes;
    this.asksForNone = resources.isEmpty;
  }

  filterRows(
    columns: Float64Array,
    offsets: Int32Array,
    count: number,
    refusals: Int32Array,
  ): void {
    const { asksForNone, cpuMillis, memoryBytes, storageBytes } = this;
    const { zeroToo, forGood } = this.rules;
    for (let i = 0; i < count; i += 1) {
      const at = offsets[i]!;
      let refusal = columns[at + PODS_FREE]! < 1 ? TOO_MANY_PODS : 0;
      if (!asksForNone) {
        const cpu = columns[at + CPU_ALLOCATABLE]! - columns[at + CPU_REQUESTED]!;
        const memory = columns[at + MEMORY_ALLOCATABLE]! - columns[at + MEMORY_REQUESTED]!;
        if (lacks(cpuMillis, cpu, zeroToo)) refusal += CPU;
        if (lacks(memoryBytes, memory, zeroToo)) refusal += MEMORY;
        if (lacks(storageBytes, columns[at + STORAGE_FREE]!, zeroToo)) refusal += STORAGE;
        if (refusal !== 0 && forGood) {
          const ofCpu = cpuMillis > columns[at + CPU_ALLOCATABLE]!;
          if (ofCpu || memoryBytes > columns[at + MEMORY_ALLOCATABLE]!) refusal += FOR_GOOD;
        }
      }
      refusals[i] = refusal;
    }
  }
}
