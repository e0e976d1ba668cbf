import { MAX_NODE_SCORE, type RowScore } from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import type { NodePart } from "../../framework/reads.js";
import type { ScalarResources } from "../../framework/resources.js";
import { type RowAllocation, rowAllocations } from "../node-resources/allocation-rows.js";
import {
  type Allocation,
  type ResourceSpec,
  type ScoredResource,
  allocate,
  allocatedParts,
  scoredResources,
} from "../node-resources/resource-allocation.js";

/** A point of the shape: at this utilisation (percent) this score (0 to 10). */
export interface UtilizationShapePoint {
  readonly utilization: number;
  readonly score: number;
}

export interface ScoringStrategy {
  readonly type: "LeastAllocated" | "MostAllocated" | "RequestedToCapacityRatio";
  readonly resources: readonly ResourceSpec[];
  readonly requestedToCapacityRatio?: { readonly shape: readonly UtilizationShapePoint[] };
}

const MAX_UTILIZATION = 100;
/** Scores of a shape go from 0 to 10. */
const MAX_CUSTOM_PRIORITY_SCORE = 10;

export type ResourceScorer = (requested: number, allocatable: number) => number;

function leastRequested(requested: number, allocatable: number): number {
  if (requested > allocatable) return 0;
  return Math.trunc(((allocatable - requested) * MAX_NODE_SCORE) / allocatable);
}

function mostRequested(requested: number, allocatable: number): number {
  return Math.trunc((Math.min(requested, allocatable) * MAX_NODE_SCORE) / allocatable);
}

/** The broken line through `shape`, in whole numbers that are cut, not rounded. */
export function brokenLinear(
  shape: readonly UtilizationShapePoint[],
): (utilization: number) => number {
  const points = shape.map(({ utilization, score }) => ({
    utilization,
    score: score * (MAX_NODE_SCORE / MAX_CUSTOM_PRIORITY_SCORE),
  }));
  return (utilization) => {
    for (let i = 0; i < points.length; i += 1) {
      const point = points[i]!;
      if (utilization > point.utilization) continue;
      const before = points[i - 1];
      if (before === undefined) return point.score;
      const rise = (point.score - before.score) * (utilization - before.utilization);
      return before.score + Math.trunc(rise / (point.utilization - before.utilization));
    }
    return points[points.length - 1]?.score ?? 0;
  };
}

function requestedToCapacity(strategy: ScoringStrategy): ResourceScorer {
  const line = brokenLinear(strategy.requestedToCapacityRatio?.shape ?? []);
  return (requested, allocatable) =>
    requested > allocatable
      ? line(MAX_UTILIZATION)
      : line(Math.trunc((requested * MAX_UTILIZATION) / allocatable));
}

/**
 * Scores a node by how full it would be. Source: kube-scheduler `noderesources`, LeastAllocated,
 * MostAllocated and RequestedToCapacityRatio.
 */
export class StrategyScorer {
  private readonly resources: readonly ScoredResource[];
  private readonly scoreOf: ResourceScorer;
  /** In a ratio, resources that score 0 take no part and the mean is rounded, not cut. */
  private readonly isRatio: boolean;
  private readonly allocation: Allocation = { allocatable: 0, requested: 0, before: 0 };
  private readonly sums = new WeightedSums();

  constructor(strategy: ScoringStrategy, scalars: ScalarResources) {
    this.resources = scoredResources(strategy.resources, scalars);
    this.isRatio = strategy.type === "RequestedToCapacityRatio";
    this.scoreOf = this.isRatio
      ? requestedToCapacity(strategy)
      : strategy.type === "LeastAllocated"
        ? leastRequested
        : mostRequested;
  }

  /** What of a node it reads. */
  get nodeParts(): readonly NodePart[] {
    return allocatedParts(this.resources, true);
  }

  score(pod: PodInfo, node: NodeInfo): number {
    const allocation = this.allocation;
    let sum = 0;
    let weights = 0;
    for (const resource of this.resources) {
      allocate(resource, pod, node, true, allocation);
      if (allocation.allocatable === 0) continue;
      const score = this.scoreOf(allocation.requested, allocation.allocatable);
      if (this.isRatio && score <= 0) continue;
      sum += score * resource.weight;
      weights += resource.weight;
    }
    return meanOf(sum, weights, this.isRatio);
  }

  /** The same on the numbers of a node; null if a resource is not among them. */
  rows({ template }: PodInfo): RowScore | null {
    const rows = rowAllocations(this.resources, template, true);
    return rows === null ? null : new StrategyRows(rows, this.scoreOf, this.isRatio, this.sums);
  }
}

function meanOf(sum: number, weights: number, isRatio: boolean): number {
  if (weights === 0) return 0;
  return isRatio ? Math.round(sum / weights) : Math.trunc(sum / weights);
}

/** Where scores are summed up node by node; one for all shapes, as it is used for a moment only. */
class WeightedSums {
  sums = new Float64Array(16);
  weights = new Float64Array(16);

  begin(count: number): void {
    if (this.sums.length < count) {
      this.sums = new Float64Array(count * 2);
      this.weights = new Float64Array(count * 2);
      return;
    }
    this.sums.fill(0, 0, count);
    this.weights.fill(0, 0, count);
  }
}

/** Hot path: resource after resource over all nodes, so that nothing waits for memory twice. */
class StrategyRows implements RowScore {
  constructor(
    private readonly rows: readonly RowAllocation[],
    private readonly scoreOf: ResourceScorer,
    private readonly isRatio: boolean,
    private readonly sums: WeightedSums,
  ) {}

  addScores(
    columns: Float64Array,
    offsets: Int32Array,
    count: number,
    totals: Float64Array,
    weight: number,
  ): void {
    this.sums.begin(count);
    const { sums, weights } = this.sums;
    const { isRatio } = this;
    for (const row of this.rows) this.addResource(row, columns, offsets, count);
    for (let i = 0; i < count; i += 1) {
      totals[i]! += weight * meanOf(sums[i]!, weights[i]!, isRatio);
    }
  }

  private addResource(
    { allocatable: ofNode, requested, more, weight }: RowAllocation,
    columns: Float64Array,
    offsets: Int32Array,
    count: number,
  ): void {
    const { sums, weights } = this.sums;
    const { isRatio, scoreOf } = this;
    for (let i = 0; i < count; i += 1) {
      const at = offsets[i]!;
      const allocatable = columns[at + ofNode]!;
      if (allocatable === 0) continue;
      const score = scoreOf(columns[at + requested]! + more, allocatable);
      if (isRatio && score <= 0) continue;
      sums[i]! += score * weight;
      weights[i]! += weight;
    }
  }
}
