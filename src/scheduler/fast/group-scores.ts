import { ln } from "../../kernel/math.js";
import { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { normalizeByRange } from "../plugins/inter-pod-affinity/affinity-score.js";
import { hasAllKeys } from "../plugins/pod-topology-spread/spread-constraint.js";
import {
  type CountedConstraint,
  NO_LABEL,
  SpreadScoreState,
} from "../plugins/pod-topology-spread/spread-score.js";
import type { ClassTally } from "./class-tally.js";
import type { FastProfile, WeightedStaticScore } from "./fast-profile.js";
import type { NodeGroup } from "./grouped-shape.js";

/** Groups with a node that was found to fit, and how many such nodes each has. */
export interface PresentGroups {
  readonly groups: readonly NodeGroup[];
  readonly fits: readonly number[];
}

/** Whom the groups are scored for. */
interface ScoredClass {
  readonly staticScores: readonly WeightedStaticScore[];
  readonly pod: PodInfo;
  readonly tally: ClassTally | null;
}

/** Weighted scores of groups of nodes by the plugins that look beyond one node. */
export class GroupScores {
  private readonly state = new CycleState();
  private readonly logs: number[] = [];

  constructor(private readonly profile: FastProfile) {}

  /** The sum of the normalised, weighted scores of each group. */
  totals(present: PresentGroups, { staticScores, pod, tally }: ScoredClass): Float64Array {
    const { groups } = present;
    const totals = new Float64Array(groups.length);
    const samples = groups.map(({ fixed }) => fixed.sample);
    const scores = new Float64Array(groups.length);
    for (let i = 0; i < staticScores.length; i += 1) {
      const { plugin, weight } = staticScores[i]!;
      for (let g = 0; g < groups.length; g += 1) scores[g] = groups[g]!.fixed.rawScores[i]!;
      plugin.normalizeScore(this.state, pod, samples, scores);
      addWeighted(totals, scores, weight);
    }
    if (tally === null) return totals;
    if (tally.rules.soft.length > 0 && this.profile.spreadWeight > 0) {
      this.spread(tally, present, samples, scores);
      addWeighted(totals, scores, this.profile.spreadWeight);
    }
    if (tally.weights.length > 0) {
      this.weigh(tally, groups, scores);
      normalizeByRange(scores);
      addWeighted(totals, scores, this.profile.affinityWeight);
    }
    return totals;
  }

  private spread(
    tally: ClassTally,
    { groups, fits }: PresentGroups,
    samples: readonly NodeInfo[],
    scores: Float64Array,
  ): void {
    const { soft, requireAllKeys, pod } = tally.rules;
    const ignored = new Set<NodeInfo>();
    let counting = 0;
    for (let g = 0; g < groups.length; g += 1) {
      if (requireAllKeys && !hasAllKeys(samples[g]!, soft)) ignored.add(samples[g]!);
      else counting += fits[g]!;
    }
    const byKey = new Map<string, Map<string, number>>();
    for (const zonal of tally.softZonal) {
      const domains = new Map<string, number>();
      for (const sample of samples) {
        if (ignored.has(sample)) continue;
        domains.set(sample.labels[zonal.key] ?? NO_LABEL, zonal.ofDomain(sample));
      }
      byKey.set(zonal.key, domains);
    }
    const counted = soft.map((constraint, i): CountedConstraint => {
      const pods = tally.softHost[i] === null ? byKey.get(constraint.topologyKey)! : null;
      return { constraint, pods, weight: this.weightOf(pods === null ? counting : pods.size) };
    });
    const state = new SpreadScoreState(pod.pod.namespace, counted, ignored);
    for (let g = 0; g < groups.length; g += 1) {
      scores[g] = state.score(samples[g]!, groups[g]!.hostCounts);
    }
    state.normalize(samples, scores);
  }

  private weightOf(domains: number): number {
    let log = this.logs[domains];
    if (log === undefined) {
      log = ln(domains + 2);
      if (domains < 1024) this.logs[domains] = log;
    }
    return log;
  }

  private weigh(tally: ClassTally, groups: readonly NodeGroup[], scores: Float64Array): void {
    for (let g = 0; g < groups.length; g += 1) {
      const { fixed, weight } = groups[g]!;
      let sum = weight;
      for (const one of tally.weights) {
        if (one.kind !== "host") sum += one.ofDomain(fixed.sample);
      }
      scores[g] = sum;
    }
  }
}

function addWeighted(totals: Float64Array, scores: Float64Array, weight: number): void {
  for (let g = 0; g < totals.length; g += 1) totals[g]! += scores[g]! * weight;
}
