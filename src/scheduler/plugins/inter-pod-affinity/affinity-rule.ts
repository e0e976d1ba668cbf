import type { Labels } from "../../../api/kubernetes.js";
import { type AffinityTerm, termMatches } from "../../framework/affinity-term.js";
import type {
  Amounts,
  CountedGroups,
  CountedSum,
  CountingRule,
  PlacedPods,
  Selecting,
} from "../../framework/counting-rule.js";
import type { Handle, Result } from "../../framework/interfaces.js";
import { namespaceLabels } from "../../framework/listers.js";
import type { PodTemplateInfo } from "../../framework/pod-template-info.js";
import {
  AFFINITY_UNMET,
  ANTI_AFFINITY_BROKEN,
  EXISTING_ANTI_AFFINITY_BROKEN,
  matchesAll,
} from "./affinity-filter.js";
import { type InterPodAffinityArgs, normalizeByRange } from "./affinity-score.js";
import { type IncomingTerms, incomingTerms } from "./incoming-terms.js";

const NO_LABELS: Labels = Object.freeze({});

/** Numbers of the sums of one kind; there is one a topology key. Most have none or one. */
type Sums = readonly number[];
type Kind = "near" | "own" | "existing" | "weights";

const NONE: Sums = [];

/** InterPodAffinity by the pods of each domain: a sum for each kind of terms and topology key. */
export class AffinityRule implements CountingRule {
  readonly key = "";
  readonly labels: Labels;
  readonly selectors: readonly Selecting[];
  sums: readonly CountedSum[] = [];
  /** Pods that all required terms speak of, pods to keep away from, and pods that keep this one away. */
  private near = NONE;
  private own = NONE;
  private existing = NONE;
  /** Weights of preferences, of both sides. */
  private weights = NONE;
  private readonly terms: IncomingTerms;
  private readonly isFirstOfSeries: boolean;
  private readonly namespaces: number;
  private readsNamespaces: boolean;

  constructor(
    private readonly template: PodTemplateInfo,
    private readonly args: InterPodAffinityArgs,
    private readonly handle: Pick<Handle, "listers" | "features">,
  ) {
    this.labels = template.labels;
    this.selectors = template.terms;
    this.terms = incomingTerms(template, handle);
    this.isFirstOfSeries = matchesAll(this.terms.requiredAffinity, template);
    this.namespaces = handle.listers.namespaces.version;
    this.readsNamespaces = template.readsNamespaces;
    for (const { topologyKey } of template.requiredAffinityTerms) this.sum("near", topologyKey);
  }

  get isOutdated(): boolean {
    return this.readsNamespaces && this.handle.listers.namespaces.version !== this.namespaces;
  }

  get scores(): boolean {
    return this.weights.length > 0;
  }

  private sum(kind: Kind, topologyKey: string): number {
    const { sums } = this;
    for (const known of this[kind]) if (sums[known]!.topologyKey === topologyKey) return known;
    const filters = kind !== "weights";
    this.sums = [...sums, { topologyKey, presence: filters, filters }];
    this[kind] = [...this[kind], sums.length];
    return sums.length;
  }

  amounts({ template: other }: PlacedPods, to: Amounts): void {
    if (other.readsNamespaces) this.readsNamespaces = true;
    this.requirements(other, to);
    this.preferences(other, to);
  }

  private requirements(other: PodTemplateInfo, to: Amounts): void {
    const { requiredAffinity, requiredAntiAffinity } = this.terms;
    if (matchesAll(requiredAffinity, other)) {
      for (const { topologyKey } of requiredAffinity) to.add(this.sum("near", topologyKey), 1);
    }
    for (const term of requiredAntiAffinity) {
      if (termMatches(term, other, NO_LABELS)) to.add(this.sum("own", term.topologyKey), 1);
    }
    for (const term of other.requiredAntiAffinityTerms) {
      if (this.isSpokenOf(term)) to.add(this.sum("existing", term.topologyKey), 1);
    }
  }

  private isSpokenOf(term: AffinityTerm): boolean {
    const { template, handle } = this;
    return termMatches(term, template, namespaceLabels(handle.listers, template.namespace));
  }

  private preferences(other: PodTemplateInfo, to: Amounts): void {
    const { preferredAffinity, preferredAntiAffinity } = this.terms;
    const { ignorePreferredTermsOfExistingPods, hardPodAffinityWeight } = this.args;
    const prefers = preferredAffinity.length + preferredAntiAffinity.length > 0;
    if (ignorePreferredTermsOfExistingPods && !prefers) return;
    for (const { term, weight } of preferredAffinity) {
      if (termMatches(term, other, NO_LABELS)) this.weigh(to, term, weight);
    }
    for (const { term, weight } of preferredAntiAffinity) {
      if (termMatches(term, other, NO_LABELS)) this.weigh(to, term, -weight);
    }
    if (!other.hasAffinity) return;
    if (hardPodAffinityWeight > 0) {
      for (const term of other.requiredAffinityTerms) {
        if (this.isSpokenOf(term)) this.weigh(to, term, hardPodAffinityWeight);
      }
    }
    for (const { term, weight } of other.preferredAffinityTerms) {
      if (this.isSpokenOf(term)) this.weigh(to, term, weight);
    }
    for (const { term, weight } of other.preferredAntiAffinityTerms) {
      if (this.isSpokenOf(term)) this.weigh(to, term, -weight);
    }
  }

  private weigh(to: Amounts, { topologyKey }: AffinityTerm, weight: number): void {
    to.add(this.sum("weights", topologyKey), weight);
  }

  begin(): void {}

  filter(groups: CountedGroups, group: number): Result {
    if (!this.satisfiesAffinity(groups, group)) return AFFINITY_UNMET;
    if (anyOf(this.own, groups, group)) return ANTI_AFFINITY_BROKEN;
    return anyOf(this.existing, groups, group) ? EXISTING_ANTI_AFFINITY_BROKEN : null;
  }

  private satisfiesAffinity(groups: CountedGroups, group: number): boolean {
    const { near, sums } = this;
    if (near.length === 0) return true;
    let podsExist = true;
    let anywhere = false;
    for (let i = 0; i < near.length; i += 1) {
      const sum = near[i]!;
      if (groups.any(sum)) anywhere = true;
      if (groups.sample(group).labels[sums[sum]!.topologyKey] === undefined) return false;
      if (groups.count(group, sum) <= 0) podsExist = false;
    }
    return podsExist || (!anywhere && this.isFirstOfSeries);
  }

  score(groups: CountedGroups, scores: Float64Array): void {
    const { weights } = this;
    for (let g = 0; g < groups.length; g += 1) {
      let sum = 0;
      for (let i = 0; i < weights.length; i += 1) sum += groups.count(g, weights[i]!);
      scores[g] = sum;
    }
    normalizeByRange(scores);
  }
}

function anyOf(sums: Sums, groups: CountedGroups, group: number): boolean {
  for (let i = 0; i < sums.length; i += 1) if (groups.count(group, sums[i]!) > 0) return true;
  return false;
}
