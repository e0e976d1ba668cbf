import { labelOf } from "../../../api/label-of.js";
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

  /** The fewer matching pods in the node's domains, the lower; normalisation turns it round. */
  score(node: NodeInfo): number {
    if (this.ignored.has(node)) return 0;
    let score = 0;
    for (const { constraint, pods, weight } of this.counted) {
      const domain = labelOf(node.labels, constraint.topologyKey);
      if (domain === undefined) continue;
      const count =
        pods === null
          ? countMatchingPods(node, constraint, this.namespace)
          : (pods.get(domain) ?? 0);
      score += spreadTerm(count, weight, constraint);
    }
    return Math.round(score);
  }

  normalize(nodes: readonly NodeInfo[], scores: Float64Array): void {
    const { ignored } = this;
    normalizeSpread(scores, ignored.size === 0 ? null : (i) => ignored.has(nodes[i]!));
  }
}

/** What one constraint adds to a score, for so many matching pods in the domain. */
export function spreadTerm(
  count: number,
  weight: number,
  { maxSkew }: Pick<SpreadConstraint, "maxSkew">,
): number {
  return count * weight + (maxSkew - 1);
}

/** Turns scores round: the domains with the fewest pods become 100, nodes that are ignored 0. */
export function normalizeSpread(
  scores: Float64Array,
  isIgnored: ((i: number) => boolean) | null,
): void {
  let min = Number.MAX_SAFE_INTEGER;
  let max = 0;
  for (let i = 0; i < scores.length; i += 1) {
    if (isIgnored?.(i) === true) continue;
    const score = scores[i]!;
    if (score < min) min = score;
    if (score > max) max = score;
  }
  for (let i = 0; i < scores.length; i += 1) {
    if (isIgnored?.(i) === true) scores[i] = 0;
    else if (max === 0) scores[i] = MAX_NODE_SCORE;
    else scores[i] = Math.trunc((MAX_NODE_SCORE * (max + min - scores[i]!)) / max);
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
      const domain = labelOf(node.labels, constraint.topologyKey) ?? NO_LABEL;
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
      if (node.podCount === 0) continue;
      if (requireAllKeys && !hasAllKeys(node, constraints)) continue;
      for (const { constraint, pods } of zonal) {
        const domain = labelOf(node.labels, constraint.topologyKey) ?? NO_LABEL;
        const before = pods!.get(domain);
        if (before === undefined || !includesNode(constraint, pod, node)) continue;
        pods!.set(domain, before + countMatchingPods(node, constraint, namespace));
      }
    }
  }
  return new SpreadScoreState(namespace, counted, ignored);
}
