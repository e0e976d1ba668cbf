import { ln } from "../../kernel/math.js";
import { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { normalizeByRange } from "../plugins/inter-pod-affinity/affinity-score.js";
import { hasAllKeys } from "../plugins/pod-topology-spread/spread-constraint.js";
import {
  NO_LABEL,
  normalizeSpread,
  spreadTerm,
} from "../plugins/pod-topology-spread/spread-score.js";
import type { ClassTally } from "./class-tally.js";
import type { DomainTally } from "./domain-tally.js";
import type { FastProfile, WeightedStaticScore } from "./fast-profile.js";
import type { NodeGroup } from "./node-group.js";

/** Groups with a node that was found to fit, side by side with how many such nodes each has. */
export class PresentGroups {
  count = 0;
  /** These are longer than `count`: what lies beyond is of earlier decisions. */
  readonly ids: number[] = [];
  readonly groups: NodeGroup[] = [];
  readonly fits: number[] = [];

  clear(): void {
    this.count = 0;
  }

  add(id: number, group: NodeGroup, fits: number): void {
    const { count } = this;
    this.ids[count] = id;
    this.groups[count] = group;
    this.fits[count] = fits;
    this.count = count + 1;
  }
}

/** Arrays of one length, which are used over and over. */
interface Scratch {
  readonly samples: NodeInfo[];
  readonly totals: Float64Array;
  readonly scores: Float64Array;
}

/** Whom the groups are scored for. */
interface ScoredClass {
  readonly shape: { readonly staticScores: readonly WeightedStaticScore[] };
  readonly pod: PodInfo;
  readonly tally: ClassTally | null;
}

/** Weighted scores of groups of nodes by the plugins that look beyond one node. */
export class GroupScores {
  private readonly state = new CycleState();
  private readonly logs: number[] = [];
  private readonly weights: number[] = [];
  private readonly domains: string[] = [];
  private readonly ignored: boolean[] = [];
  private readonly scratch: (Scratch | undefined)[] = [];
  private readonly isIgnored = (i: number): boolean => this.ignored[i]!;

  constructor(private readonly profile: FastProfile) {}

  /** The sum of the normalised, weighted scores of each group; valid until the next call. */
  totals(present: PresentGroups, { shape, pod, tally }: ScoredClass): Float64Array {
    const { groups, count } = present;
    const scratch = this.scratchOf(count);
    const { samples, totals, scores } = scratch;
    for (let g = 0; g < count; g += 1) samples[g] = groups[g]!.fixed.sample;
    totals.fill(0);
    const { staticScores } = shape;
    for (let i = 0; i < staticScores.length; i += 1) {
      const { plugin, weight } = staticScores[i]!;
      for (let g = 0; g < count; g += 1) scores[g] = groups[g]!.fixed.rawScores[i]!;
      plugin.normalizeScore(this.state, pod, samples, scores);
      addWeighted(totals, scores, weight);
    }
    if (tally === null) return totals;
    if (tally.rules.soft.length > 0 && this.profile.spreadWeight > 0) {
      this.spread(tally, present, scratch);
      addWeighted(totals, scores, this.profile.spreadWeight);
    }
    if (tally.weights.length > 0) {
      weigh(tally, groups, scores);
      normalizeByRange(scores);
      addWeighted(totals, scores, this.profile.affinityWeight);
    }
    return totals;
  }

  private scratchOf(length: number): Scratch {
    let scratch = this.scratch[length];
    if (scratch === undefined) {
      scratch = {
        samples: [],
        totals: new Float64Array(length),
        scores: new Float64Array(length),
      };
      this.scratch[length] = scratch;
    }
    return scratch;
  }

  private spread(tally: ClassTally, present: PresentGroups, { samples, scores }: Scratch): void {
    const { groups, fits, count } = present;
    const { soft, requireAllKeys } = tally.rules;
    const { ignored, weights } = this;
    let counting = 0;
    let anyIgnored = false;
    for (let g = 0; g < count; g += 1) {
      ignored[g] = requireAllKeys && !hasAllKeys(samples[g]!, soft);
      if (ignored[g]) anyIgnored = true;
      else counting += fits[g]!;
    }
    for (let i = 0; i < soft.length; i += 1) {
      const isHost = tally.softHost[i] !== null;
      const domains = isHost ? counting : this.domainsOf(soft[i]!.topologyKey, samples);
      weights[i] = this.weightOf(domains);
    }
    for (let g = 0; g < count; g += 1) {
      scores[g] = ignored[g] ? 0 : this.spreadScore(tally, groups[g]!);
    }
    normalizeSpread(scores, anyIgnored ? this.isIgnored : null);
  }

  /** Domains of a key among the groups that are not ignored; nodes without the key are one. */
  private domainsOf(key: string, samples: readonly NodeInfo[]): number {
    const { domains } = this;
    let count = 0;
    for (let g = 0; g < samples.length; g += 1) {
      if (this.ignored[g]) continue;
      const domain = samples[g]!.labels[key] ?? NO_LABEL;
      let i = 0;
      while (i < count && domains[i] !== domain) i += 1;
      domains[i] = domain;
      if (i === count) count += 1;
    }
    return count;
  }

  private spreadScore(tally: ClassTally, { fixed, marks }: NodeGroup): number {
    const { soft } = tally.rules;
    let score = 0;
    for (let i = 0; i < soft.length; i += 1) {
      const constraint = soft[i]!;
      if (fixed.sample.labels[constraint.topologyKey] === undefined) continue;
      const count =
        tally.softHost[i] === null
          ? zonalOf(tally, constraint.topologyKey).ofDomain(fixed.sample.row)
          : (marks?.soft[i] ?? 0);
      score += spreadTerm(count, this.weights[i]!, constraint);
    }
    return Math.round(score);
  }

  private weightOf(domains: number): number {
    let log = this.logs[domains];
    if (log === undefined) {
      log = ln(domains + 2);
      if (domains < 1024) this.logs[domains] = log;
    }
    return log;
  }
}

function zonalOf({ softZonal }: ClassTally, key: string): DomainTally {
  for (let i = 0; i < softZonal.length; i += 1) {
    if (softZonal[i]!.key === key) return softZonal[i]!;
  }
  throw new Error(`no sums by ${key}`);
}

function weigh(tally: ClassTally, groups: readonly NodeGroup[], scores: Float64Array): void {
  for (let g = 0; g < scores.length; g += 1) {
    const { fixed, marks } = groups[g]!;
    let sum = marks?.weight ?? 0;
    for (const one of tally.weights) {
      if (one.kind !== "host") sum += one.ofDomain(fixed.sample.row);
    }
    scores[g] = sum;
  }
}

function addWeighted(totals: Float64Array, scores: Float64Array, weight: number): void {
  for (let g = 0; g < totals.length; g += 1) totals[g]! += scores[g]! * weight;
}
