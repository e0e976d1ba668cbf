import type { TimeMicros } from "../../../base/time.js";
import type { InstanceType } from "../instance-type.js";
import { MAX_INSTANCE_TYPES } from "../node-claim-plan.js";
import type { SchedulingGround } from "../scheduling-ground.js";
import type { StateNode } from "../state-node.js";
import { NODE_POOL_LABEL } from "../well-known-labels.js";
import { poolTotals } from "./balanced.js";
import { type Candidate, candidatesAmong } from "./candidate.js";
import type { Simulation } from "./command.js";
import { isUnderConsolidateAfter } from "./conditions.js";
import type { DisruptionNode, PoolDisruption } from "./disruption-node.js";
import type { Candidates, DisruptionWorld } from "./disruption-world.js";
import { EvictionLimits } from "./eviction-limits.js";
import { type HomelessPods, homelessPods, simulateRemoval } from "./simulate-removal.js";
import { disruptionNode, poolDisruption } from "./state-view.js";

export interface ClusterDisruptionOptions {
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
  /** A command is about that node. */
  readonly isQueued: (node: string) => boolean;
  /** Karpenter itself writes what it costs to delete a pod (its gate PodDeletionCostManagement). */
  readonly managesDeletionCost: boolean;
  /** The most types that a NodeClaim names; default: upstream's. */
  readonly maxInstanceTypes?: number;
}

/** The cluster at one moment, as the methods of disruption ask of it. */
export class ClusterDisruption implements DisruptionWorld {
  readonly nodes: readonly DisruptionNode[];
  readonly pools: ReadonlyMap<string, PoolDisruption>;
  private readonly states: ReadonlyMap<string, StateNode>;
  private readonly types: ReadonlyMap<string, InstanceType>;
  private readonly limits: EvictionLimits;
  private readonly sealed: ReadonlySet<StateNode>;
  private homeless: HomelessPods | null = null;

  constructor(
    readonly ground: SchedulingGround,
    private readonly options: ClusterDisruptionOptions,
  ) {
    const { nodes, nodePools, instanceTypes, budgets, nowMicros } = ground.view;
    const { startTimeMs } = options;
    this.nodes = nodes.map((node) => disruptionNode(node, nowMicros, startTimeMs));
    this.pools = new Map(nodePools.map((pool) => [pool.name, poolDisruption(pool)]));
    this.types = new Map(instanceTypes.map((type) => [type.name, type]));
    this.limits = new EvictionLimits(budgets);
    this.states = new Map(nodes.map((node) => [node.name, node]));
    this.sealed = new Set(nodes.filter((_, at) => this.isSealed(this.nodes[at]!)));
  }

  get now(): TimeMicros {
    return this.ground.view.nowMicros;
  }

  get epochMicros(): number {
    return this.now + this.options.startTimeMs * 1000;
  }

  private isSealed({ claim, labels }: DisruptionNode): boolean {
    const pool = this.pools.get(labels[NODE_POOL_LABEL] ?? "");
    return claim !== null && pool !== undefined && isUnderConsolidateAfter(claim, pool, this.now);
  }

  candidates(kind: "graceful" | "eventual"): Candidates {
    const { isQueued, managesDeletionCost } = this.options;
    const { pools, limits, nodes, now } = this;
    const typesOf = () => this.types;
    const isEventual = kind === "eventual";
    const rules = { pools, typesOf, limits, now, isQueued, managesDeletionCost, isEventual };
    const { candidates, blocked } = candidatesAmong(nodes, rules);
    return { candidates, blocked, totals: poolTotals(candidates, nodes, rules) };
  }

  simulate(going: readonly Candidate[], isConsolidation: boolean): Simulation | null {
    if (going.some(({ node }) => node.isDeleting)) return null;
    const { limits, options, ground } = this;
    this.homeless ??= homelessPods(ground);
    return simulateRemoval(ground, {
      homeless: this.homeless,
      going: new Set(going.map(({ node }) => this.states.get(node.name)!)),
      limits,
      sealed: isConsolidation ? this.sealed : NO_NODES,
      maxInstanceTypes: options.maxInstanceTypes ?? MAX_INSTANCE_TYPES,
    });
  }
}

const NO_NODES: ReadonlySet<StateNode> = new Set();
