import type { ReadonlyResources } from "../framework/resources.js";
import type { Snapshot } from "../framework/snapshot.js";

/** Sums of resources: cpu in millicores, memory in bytes, scalar resources by id. */
export class Amounts {
  cpuMillis = 0;
  memoryBytes = 0;
  readonly scalars: number[] = [];

  add({ cpuMillis, memoryBytes, scalars }: ReadonlyResources, sign: 1 | -1): void {
    this.cpuMillis += sign * cpuMillis;
    this.memoryBytes += sign * memoryBytes;
    for (let id = 0; id < scalars.length; id += 1) {
      const amount = scalars[id];
      if (amount !== undefined) this.scalars[id] = (this.scalars[id] ?? 0) + sign * amount;
    }
  }
}

/** What all nodes together have to give. */
export class ClusterTotals {
  private totals = new Amounts();
  private version = -1;

  constructor(private readonly snapshot: Snapshot) {}

  /** Sums up anew if nodes have changed; true if they have. */
  refresh(): boolean {
    const { nodesVersion, nodes } = this.snapshot;
    if (nodesVersion === this.version) return false;
    this.version = nodesVersion;
    this.totals = new Amounts();
    for (const { allocatable } of nodes) this.totals.add(allocatable, 1);
    return true;
  }

  /** The largest share of the cluster that this is of any resource; 0 before the first {@link refresh}. */
  dominantShare({ cpuMillis, memoryBytes, scalars }: ReadonlyResources | Amounts): number {
    const { totals } = this;
    let share = 0;
    const look = (amount: number, total: number): void => {
      if (total > 0) share = Math.max(share, amount / total);
    };
    look(cpuMillis, totals.cpuMillis);
    look(memoryBytes, totals.memoryBytes);
    for (let id = 0; id < scalars.length; id += 1) look(scalars[id] ?? 0, totals.scalars[id] ?? 0);
    return share;
  }
}
