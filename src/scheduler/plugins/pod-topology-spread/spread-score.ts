import { ln } from "../../../kernel/math.js";
import { type StateData, StateKey } from "../../framework/cycle-state.js";
import { MAX_NODE_SCORE } from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import {
  HOSTNAME,
  type SpreadConstraint,
  countMatchingPods,
  hasAllKeys,
  includesNode,
} from "./spread-constraint.js";

/** A soft constraint with what was counted for it. */
export interface CountedConstraint {
  readonly constraint: SpreadConstraint;
  /** Pods by domain among the feasible nodes; null for the hostname, counted node by node. */
  readonly pods: Map<string, number> | null;
  /** ln(domains + 2): the more domains, the more a pod counts. */
  weight: number;
}

/** Domain of a node without the label, where the constraint does not ask for one. */
export const NO_LABEL = "";

export class SpreadScoreState implements StateData {
  constructor(
    private readonly namespace: string,
    private readonly counted: readonly CountedConstraint[],
    /** Feasible nodes that lack a topology key: they score 0. */
    private readonly ignored: ReadonlySet<NodeInfo>,
  ) {}

  /** Scores are not changed by what-ifs. */
  clone(): SpreadScoreState {
    return this;
  }

  /** No constraint at all. */
  get isEmpty(): boolean {
    return this.counted.length === 0;
  }

  /**
   * The fewer matching pods in the node's domains, the lower; normalisation turns it round. With
   * `hostCounts` the node's own pods were counted before, by constraint, and are not looked at.
   */
  score(node: NodeInfo, hostCounts: readonly number[] | null = null): number {
    if (this.ignored.has(node)) return 0;
    let score = 0;
    for (let i = 0; i < this.counted.length; i += 1) {
      const { constraint, pods, weight } = this.counted[i]!;
      const domain = node.labels[constraint.topologyKey];
      if (domain === undefined) continue;
      const count =
        pods === null
          ? (hostCounts?.[i] ?? countMatchingPods(node, constraint, this.namespace))
          : (pods.get(domain) ?? 0);
      score += count * weight + (constraint.maxSkew - 1);
    }
    return Math.round(score);
  }

  normalize(nodes: readonly NodeInfo[], scores: Float64Array): void {
    let min = Number.MAX_SAFE_INTEGER;
    let max = 0;
    const { ignored } = this;
    for (let i = 0; i < scores.length; i += 1) {
      if (ignored.size > 0 && ignored.has(nodes[i]!)) continue;
      const score = scores[i]!;
      if (score < min) min = score;
      if (score > max) max = score;
    }
    for (let i = 0; i < scores.length; i += 1) {
      if (ignored.size > 0 && ignored.has(nodes[i]!)) scores[i] = 0;
      else if (max === 0) scores[i] = MAX_NODE_SCORE;
      else scores[i] = Math.trunc((MAX_NODE_SCORE * (max + min - scores[i]!)) / max);
    }
  }
}

export const SPREAD_SCORE_KEY = new StateKey<SpreadScoreState>("PreScorePodTopologySpread");

interface Scoring {
  readonly pod: PodInfo;
  readonly constraints: readonly SpreadConstraint[];
  readonly feasible: readonly NodeInfo[];
  readonly allNodes: readonly NodeInfo[];
  /** False for the system's default constraints: a node without a zone still has a hostname. */
  readonly requireAllKeys: boolean;
}

/** The domains of the feasible nodes: only these are counted. */
function domainsOf({ constraints, feasible, requireAllKeys }: Scoring): {
  readonly counted: readonly CountedConstraint[];
  readonly ignored: ReadonlySet<NodeInfo>;
} {
  const byKey = new Map<string, Map<string, number>>();
  const counted = constraints.map((constraint): CountedConstraint => {
    const { topologyKey } = constraint;
    if (topologyKey === HOSTNAME) return { constraint, pods: null, weight: 0 };
    const pods = byKey.get(topologyKey) ?? new Map<string, number>();
    byKey.set(topologyKey, pods);
    return { constraint, pods, weight: 0 };
  });
  const ignored = new Set<NodeInfo>();
  for (const node of feasible) {
    if (requireAllKeys && !hasAllKeys(node, constraints)) {
      ignored.add(node);
      continue;
    }
    for (const { constraint, pods } of counted) {
      const domain = node.labels[constraint.topologyKey] ?? NO_LABEL;
      if (pods !== null && !pods.has(domain)) pods.set(domain, 0);
    }
  }
  for (const entry of counted) {
    const size = entry.pods === null ? feasible.length - ignored.size : entry.pods.size;
    entry.weight = ln(size + 2);
  }
  return { counted, ignored };
}

/** Counts the matching pods of all nodes in the domains of the feasible ones. */
export function spreadScoreState(scoring: Scoring): SpreadScoreState {
  const { pod, constraints, allNodes, requireAllKeys } = scoring;
  const { counted, ignored } = domainsOf(scoring);
  const { namespace } = pod.pod;
  const zonal = counted.filter(({ pods }) => pods !== null);
  if (zonal.length > 0) {
    for (const node of allNodes) {
      if (node.pods.length === 0) continue;
      if (requireAllKeys && !hasAllKeys(node, constraints)) continue;
      for (const { constraint, pods } of zonal) {
        const domain = node.labels[constraint.topologyKey] ?? NO_LABEL;
        const before = pods!.get(domain);
        if (before === undefined || !includesNode(constraint, pod, node)) continue;
        pods!.set(domain, before + countMatchingPods(node, constraint, namespace));
      }
    }
  }
  return new SpreadScoreState(namespace, counted, ignored);
}
