import type { CycleState } from "../framework/cycle-state.js";
import type { RowScore, ScorePlugin } from "../framework/interfaces.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Reads } from "../framework/reads.js";
import type { ScalarResources } from "../framework/resources.js";
import { balancedAllocationArgs } from "../plugins/node-resources-balanced-allocation/balanced-allocation-args.js";
import { type RowAllocation, rowAllocations } from "../plugins/node-resources/allocation-rows.js";
import {
  type Allocation,
  type ResourceSpec,
  type ScoredResource,
  allocate,
  allocatedParts,
  scoredResources,
} from "../plugins/node-resources/resource-allocation.js";

/** Arguments of the policies that look at shares: the resources that count, cpu and memory by default. */
export interface SharesArgs {
  readonly resources: readonly ResourceSpec[];
}

export const sharesArgs = balancedAllocationArgs;

/** One pod on one node, resource by resource, in shares of what the node has to give. */
export class Shares {
  /** Resources that count here: those that the node has, and of extended ones those that the pod asks for. */
  count = 0;
  /** What is free before the pod comes, from 0 to 1. */
  readonly free: Float64Array;
  /** What the pod asks for; above 1 where it asks for more than there is. */
  readonly demand: Float64Array;

  constructor(resources: number) {
    this.free = new Float64Array(resources);
    this.demand = new Float64Array(resources);
  }

  add(allocatable: number, requested: number, more: number): void {
    if (allocatable === 0) return;
    this.free[this.count] = Math.max(allocatable - requested, 0) / allocatable;
    this.demand[this.count] = more / allocatable;
    this.count += 1;
  }

  /** What is free of a resource with the pod, from 0 to 1. */
  left(i: number): number {
    return Math.max(this.free[i]! - this.demand[i]!, 0);
  }
}

/** From a pod and a node in shares to a whole number from 0 to 100; the highest is best. */
export type Rate = (shares: Shares) => number;

/** A policy that rates a node by its own numbers alone, so that its scores are remembered. */
export class SharesScore implements ScorePlugin {
  readonly reads: Reads;
  private readonly resources: readonly ScoredResource[];
  private readonly shares: Shares;
  private readonly allocation: Allocation = { allocatable: 0, requested: 0, before: 0 };

  constructor(
    readonly name: string,
    private readonly rate: Rate,
    args: SharesArgs,
    scalars: ScalarResources,
  ) {
    this.resources = scoredResources(args.resources, scalars);
    this.shares = new Shares(this.resources.length);
    this.reads = {
      pod: ["resources.requests", "resources.scoreRequests"],
      node: allocatedParts(this.resources, false),
    };
  }

  score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
    const { allocation, shares } = this;
    shares.count = 0;
    for (const resource of this.resources) {
      allocate(resource, pod, node, false, allocation);
      const { allocatable, before, requested } = allocation;
      shares.add(allocatable, before, requested - before);
    }
    return this.rate(shares);
  }

  rowScore({ template }: PodInfo): RowScore | null {
    const rows = rowAllocations(this.resources, template, false);
    return rows === null ? null : new SharesRows(rows, this.shares, this.rate);
  }
}

class SharesRows implements RowScore {
  constructor(
    private readonly rows: readonly RowAllocation[],
    private readonly shares: Shares,
    private readonly rate: Rate,
  ) {}

  addScores(
    columns: Float64Array,
    offsets: Int32Array,
    count: number,
    totals: Float64Array,
    weight: number,
  ): void {
    const { rows, shares } = this;
    for (let i = 0; i < count; i += 1) {
      const at = offsets[i]!;
      shares.count = 0;
      for (const { allocatable, requested, more } of rows) {
        shares.add(columns[at + allocatable]!, columns[at + requested]!, more);
      }
      totals[i]! += weight * this.rate(shares);
    }
  }
}
