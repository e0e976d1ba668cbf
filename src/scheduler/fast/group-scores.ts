import type { CountedGroups } from "../framework/counting-rule.js";
import { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { DomainSum } from "./domain-sum.js";
import type { NodeGroup } from "./node-groups.js";
import type { CountingPlugin, WeightedStaticScore } from "./plugin-parts.js";
import type { PodSums } from "./pod-sums.js";

/** Smallest count where no domain has a node, as upstream has it. */
const NO_DOMAIN = 2 ** 31 - 1;
const NO_SUMS: readonly DomainSum[] = [];

/** Some of the groups, side by side with how many feasible nodes each has, for one rule at a time. */
export class PresentGroups implements CountedGroups {
  length = 0;
  /** These are longer than `length`: what lies beyond is of earlier decisions. */
  readonly ids: number[] = [];
  readonly groups: NodeGroup[] = [];
  readonly fits: number[] = [];
  private sums: readonly DomainSum[] = NO_SUMS;

  add(id: number, group: NodeGroup, fits: number): void {
    const { length } = this;
    this.ids[length] = id;
    this.groups[length] = group;
    this.fits[length] = fits;
    this.length = length + 1;
  }

  /** For the rule of that number. */
  of({ byRule }: PodSums, rule: number): this {
    this.sums = byRule[rule]!;
    return this;
  }

  sample(group: number): NodeInfo {
    return this.groups[group]!.sample;
  }

  feasible(group: number): number {
    return this.fits[group]!;
  }

  count(group: number, sum: number): number {
    const { sample, counts } = this.groups[group]!;
    return this.sums[sum]!.count(sample.row, counts);
  }

  any(sum: number): boolean {
    return this.sums[sum]!.nonZero > 0;
  }

  domains(sum: number): number {
    return this.sums[sum]!.domains;
  }

  least(sum: number): number {
    return this.sums[sum]!.least(NO_DOMAIN);
  }
}

/** Arrays of one length, which are used over and over. */
interface Scratch {
  readonly samples: NodeInfo[];
  readonly totals: Float64Array;
  readonly scores: Float64Array;
}

/** Whom the groups are scored for. */
export interface ScoredClass {
  readonly shape: { readonly staticScores: readonly WeightedStaticScore[] };
  readonly pod: PodInfo;
  readonly sums: PodSums | null;
}

/** Weighted scores of groups of nodes by the plugins that look beyond one node. */
export class GroupScores {
  private readonly state = new CycleState();
  private readonly scratch: (Scratch | undefined)[] = [];

  constructor(private readonly counting: readonly CountingPlugin[]) {}

  /** The sum of the normalised, weighted scores of each group; valid until the next call. */
  totals(present: PresentGroups, { shape, pod, sums }: ScoredClass): Float64Array {
    const { groups, length } = present;
    const { samples, totals, scores } = this.scratchOf(length);
    totals.fill(0);
    const { staticScores } = shape;
    for (let i = 0; i < staticScores.length; i += 1) {
      const { plugin, weight } = staticScores[i]!;
      for (let g = 0; g < length; g += 1) {
        samples[g] = groups[g]!.sample;
        scores[g] = groups[g]!.rawScores[i]!;
      }
      plugin.normalizeScore(this.state, pod, samples, scores);
      addWeighted(totals, scores, weight);
    }
    if (sums === null) return totals;
    for (let i = 0; i < this.counting.length; i += 1) {
      const { weight } = this.counting[i]!;
      const rule = sums.rules[i]!;
      if (weight === 0 || !rule?.scores) continue;
      rule.score(present.of(sums, i), scores);
      addWeighted(totals, scores, weight);
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
}

function addWeighted(totals: Float64Array, scores: Float64Array, weight: number): void {
  for (let g = 0; g < totals.length; g += 1) totals[g]! += scores[g]! * weight;
}
