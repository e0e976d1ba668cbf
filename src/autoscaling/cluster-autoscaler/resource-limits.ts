import type { NodeVersion } from "../../scheduler/framework/node-info.js";
import type { AutoscalerOptions } from "./options.js";
import { coresAndMemory } from "./resources.js";

/** What the limits of the cluster as a whole leave. Source: cluster-autoscaler, `resourcequotas`. */
export class ResourceLimits {
  private coresLeft: number;
  private memoryLeftBytes: number;

  /** `nodes`: all that count already. */
  constructor(
    { cores, memoryBytes }: Pick<AutoscalerOptions, "cores" | "memoryBytes">,
    nodes: readonly NodeVersion[],
  ) {
    this.coresLeft = cores.max;
    this.memoryLeftBytes = memoryBytes.max;
    for (const node of nodes) this.take(node, 1);
  }

  /** How many of `wanted` nodes like this one the limits leave room for. */
  allowed(node: NodeVersion, wanted: number): number {
    const { cores, memoryBytes } = coresAndMemory(node);
    return Math.min(
      wanted,
      roomFor(this.coresLeft, cores),
      roomFor(this.memoryLeftBytes, memoryBytes),
    );
  }

  /** Counts nodes like this one from now on. */
  take(node: NodeVersion, count: number): void {
    const { cores, memoryBytes } = coresAndMemory(node);
    this.coresLeft -= cores * count;
    this.memoryLeftBytes -= memoryBytes * count;
  }

  /** Which limits leave no room for so many nodes like this one. */
  exceeded(node: NodeVersion, count: number): readonly string[] {
    const { cores, memoryBytes } = coresAndMemory(node);
    const found: string[] = [];
    if (roomFor(this.coresLeft, cores) < count) found.push("cpu");
    if (roomFor(this.memoryLeftBytes, memoryBytes) < count) found.push("memory");
    return found;
  }
}

function roomFor(left: number, each: number): number {
  return each <= 0 ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor(left / each));
}
