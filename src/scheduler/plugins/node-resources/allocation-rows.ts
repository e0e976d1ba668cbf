import {
  CPU_ALLOCATABLE,
  CPU_NON_ZERO,
  CPU_REQUESTED,
  MEMORY_ALLOCATABLE,
  MEMORY_NON_ZERO,
  MEMORY_REQUESTED,
} from "../../framework/node-amounts.js";
import type { PodTemplateInfo } from "../../framework/pod-template-info.js";
import type { ScoredResource } from "./resource-allocation.js";

/** A resource among the numbers of a node, and what a pod adds to it. */
export interface RowAllocation {
  readonly allocatable: number;
  readonly requested: number;
  readonly more: number;
  readonly weight: number;
}

/**
 * Where the resources of a score stand among the numbers of a node (`NodeAmounts`), and what the pod
 * adds: the row form of `allocate`. Null if one of them is not cpu or memory.
 */
export function rowAllocations(
  resources: readonly ScoredResource[],
  { resources: wanted }: PodTemplateInfo,
  defaults: boolean,
): readonly RowAllocation[] | null {
  const rows: RowAllocation[] = [];
  for (const { kind, weight } of resources) {
    if (kind === "cpu") {
      rows.push({
        allocatable: CPU_ALLOCATABLE,
        requested: defaults ? CPU_NON_ZERO : CPU_REQUESTED,
        more: defaults ? wanted.scoreNonZeroCpuMillis : wanted.scoreRequests.cpuMillis,
        weight,
      });
    } else if (kind === "memory") {
      rows.push({
        allocatable: MEMORY_ALLOCATABLE,
        requested: defaults ? MEMORY_NON_ZERO : MEMORY_REQUESTED,
        more: defaults ? wanted.scoreNonZeroMemoryBytes : wanted.scoreRequests.memoryBytes,
        weight,
      });
    } else return null;
  }
  return rows;
}
