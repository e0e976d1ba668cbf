import type { NodeVersion } from "../../../scheduler/framework/node-info.js";
import type { AutoscalerOptions } from "../options.js";
import { coresAndMemory } from "../resources.js";

/** How many cores and bytes of the cluster may still go; infinite where it has no minimum. */
export class MinimalResources {
  private coresLeft: number;
  private memoryLeftBytes: number;

  /** `nodes`: those that are not being removed. */
  constructor(nodes: Iterable<NodeVersion>, { cores, memoryBytes }: AutoscalerOptions) {
    let totalCores = 0;
    let totalBytes = 0;
    for (const node of nodes) {
      const has = coresAndMemory(node);
      totalCores += has.cores;
      totalBytes += has.memoryBytes;
    }
    this.coresLeft = aboveMinimum(totalCores, cores.min);
    this.memoryLeftBytes = aboveMinimum(totalBytes, memoryBytes.min);
  }

  /** Counts the node as gone, if the cluster keeps its minimum without it. */
  take(node: NodeVersion): boolean {
    const { cores, memoryBytes } = coresAndMemory(node);
    if (cores > this.coresLeft || memoryBytes > this.memoryLeftBytes) return false;
    this.coresLeft -= cores;
    this.memoryLeftBytes -= memoryBytes;
    return true;
  }
}

function aboveMinimum(total: number, min: number): number {
  return min > 0 ? Math.max(0, total - min) : Number.POSITIVE_INFINITY;
}
