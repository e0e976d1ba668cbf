import type { CycleState } from "../../framework/cycle-state.js";
import type { Features } from "../../../api/features.js";
import {
  MAX_NODE_SCORE,
  type PreScorePlugin,
  type Result,
  type RowScore,
  type ScorePlugin,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import type { Reads } from "../../framework/reads.js";
import type { ScalarResources } from "../../framework/resources.js";
import { Status } from "../../framework/status.js";
import { type RowAllocation, rowAllocations } from "../node-resources/allocation-rows.js";
import {
  type Allocation,
  type ResourceSpec,
  type ScoredResource,
  allocate,
  allocatedParts,
  scoredResources,
} from "../node-resources/resource-allocation.js";
import { signRequests } from "../pod-signature.js";

const NAME = "NodeResourcesBalancedAllocation";
const SKIP = new Status("Skip", [], NAME);

export interface NodeResourcesBalancedAllocationArgs {
  readonly resources: readonly ResourceSpec[];
}

function fraction(requested: number, allocatable: number): number {
  return Math.min(requested / allocatable, 1);
}

function deviationOfTwo(a: number, b: number): number {
  return Math.abs((a - b) / 2);
}

function scoreOf(deviation: number): number {
  return Math.trunc((1 - deviation) * MAX_NODE_SCORE);
}

/** 1 minus the standard deviation of the shares in use, as a score. */
function balance(fractions: Float64Array, count: number): number {
  let deviation = 0;
  if (count === 2) {
    deviation = deviationOfTwo(fractions[0]!, fractions[1]!);
  } else if (count > 2) {
    let total = 0;
    for (let i = 0; i < count; i += 1) total += fractions[i]!;
    const mean = total / count;
    let squares = 0;
    for (let i = 0; i < count; i += 1) {
      squares += (fractions[i]! - mean) * (fractions[i]! - mean);
    }
    deviation = Math.sqrt(squares / count);
  }
  return scoreOf(deviation);
}

/**
 * From the balance with the pod and without it: 75 where they are alike, 100 where the pod makes up for
 * an imbalance. Each is from 50 to 100. Source: kube-scheduler `balancedResourceScorer` from v1.35 on.
 */
function changeScore(after: number, before: number): number {
  return 50 + Math.trunc((50 + after - before) / 2);
}

/** Prefers nodes on which the pod leaves the resources equally used. */
export class NodeResourcesBalancedAllocation implements PreScorePlugin, ScorePlugin {
  readonly name = NAME;
  readonly reads: Reads;
  private readonly resources: readonly ScoredResource[];
  private readonly fractions: Float64Array;
  /** The same without the pod. */
  private readonly fractionsBefore: Float64Array;
  private readonly allocation: Allocation = { allocatable: 0, requested: 0, before: 0 };

  constructor(
    args: NodeResourcesBalancedAllocationArgs,
    scalars: ScalarResources,
    private readonly features: Features,
  ) {
    this.resources = scoredResources(args.resources, scalars);
    this.fractions = new Float64Array(this.resources.length);
    this.reads = {
      pod: ["resources.requests", "resources.scoreRequests"],
      node: allocatedParts(this.resources, false),
    };
    this.fractionsBefore = new Float64Array(this.resources.length);
  }

  signPod({ template }: PodInfo): string {
    return signRequests(template);
  }

  preScore(_state: CycleState, pod: PodInfo): Result {
    const { requests } = pod.template.resources;
    const asksForNone = this.resources.every(({ kind, scalar }) =>
      kind === "cpu"
        ? requests.cpuMillis === 0
        : kind === "memory"
          ? requests.memoryBytes === 0
          : kind === "ephemeral-storage"
            ? requests.ephemeralStorageBytes === 0
            : kind === "other" || requests.scalar(scalar) === 0,
    );
    return asksForNone && this.features.BalancedAllocationSkipsBestEffort ? SKIP : null;
  }

  score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
    const allocation = this.allocation;
    let count = 0;
    for (const resource of this.resources) {
      allocate(resource, pod, node, false, allocation);
      if (allocation.allocatable === 0) continue;
      this.fractions[count] = fraction(allocation.requested, allocation.allocatable);
      this.fractionsBefore[count] = fraction(allocation.before, allocation.allocatable);
      count += 1;
    }
    const after = balance(this.fractions, count);
    if (!this.features.BalancedAllocationScoresChange) return after;
    return changeScore(after, balance(this.fractionsBefore, count));
  }

  rowScore({ template }: PodInfo): RowScore | null {
    const rows = rowAllocations(this.resources, template, false);
    const change = this.features.BalancedAllocationScoresChange;
    return rows === null ? null : new BalanceRows(rows, this.fractions, change);
  }
}

/** Hot path: the two resources of the default arguments without a loop over them. */
class BalanceRows implements RowScore {
  constructor(
    private readonly rows: readonly RowAllocation[],
    private readonly fractions: Float64Array,
    private readonly scoresChange: boolean,
  ) {}

  addScores(
    columns: Float64Array,
    offsets: Int32Array,
    count: number,
    totals: Float64Array,
    weight: number,
  ): void {
    const [a, b] = this.rows;
    const isPair = this.rows.length === 2;
    const { scoresChange } = this;
    for (let i = 0; i < count; i += 1) {
      const at = offsets[i]!;
      const ofOne = isPair ? columns[at + a!.allocatable]! : 0;
      const ofTwo = isPair ? columns[at + b!.allocatable]! : 0;
      let score: number;
      if (ofOne > 0 && ofTwo > 0) {
        const one = columns[at + a!.requested]!;
        const two = columns[at + b!.requested]!;
        score = pairScore(fraction(one + a!.more, ofOne), fraction(two + b!.more, ofTwo));
        if (scoresChange) {
          score = changeScore(score, pairScore(fraction(one, ofOne), fraction(two, ofTwo)));
        }
      } else {
        score = this.score(columns, at, true);
        if (scoresChange) score = changeScore(score, this.score(columns, at, false));
      }
      totals[i]! += weight * score;
    }
  }

  private score(columns: Float64Array, at: number, withPod: boolean): number {
    const { fractions } = this;
    let count = 0;
    for (const { allocatable: ofNode, requested, more } of this.rows) {
      const allocatable = columns[at + ofNode]!;
      if (allocatable === 0) continue;
      const taken = columns[at + requested]! + (withPod ? more : 0);
      fractions[count] = fraction(taken, allocatable);
      count += 1;
    }
    return balance(fractions, count);
  }
}

function pairScore(one: number, two: number): number {
  return scoreOf(deviationOfTwo(one, two));
}
