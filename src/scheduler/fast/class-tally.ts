import type { Labels } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import { type AffinityTerm, termMatches } from "../framework/affinity-term.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { matchesAll } from "../plugins/inter-pod-affinity/affinity-filter.js";
import type { InterPodAffinityArgs } from "../plugins/inter-pod-affinity/affinity-score.js";
import {
  HOSTNAME,
  type SpreadConstraint,
  hasAllKeys,
  includesNode,
} from "../plugins/pod-topology-spread/spread-constraint.js";
import { NO_LABEL } from "../plugins/pod-topology-spread/spread-score.js";
import { DomainTally } from "./domain-tally.js";
import type { KeyKinds } from "./key-kinds.js";
import { neededPair, pairsOf } from "./label-pairs.js";
import type { NodeTable } from "./node-table.js";
import { allTerms, type PodCounter, type TemplateUse, type TemplateUses } from "./template-uses.js";

const NOTHING: readonly Contribution[] = [];
const NO_LABELS: Labels = Object.freeze({});

/** The rules of a class that look at the pods of other nodes. */
export interface ClassRules {
  readonly pod: PodInfo;
  readonly hard: readonly SpreadConstraint[];
  readonly soft: readonly SpreadConstraint[];
  /** Soft constraints leave out nodes that lack one of their keys. */
  readonly requireAllKeys: boolean;
  /** Whether InterPodAffinity filters. */
  readonly affinityFilters: boolean;
  /** Null where InterPodAffinity does not score. */
  readonly affinityScores: InterPodAffinityArgs | null;
}

interface Contribution {
  readonly tally: DomainTally;
  readonly amount: number;
  readonly includes: ((node: NodeInfo) => boolean) | null;
}

/** At most one a topology key; there are few. */
type Tallies = DomainTally[];

/**
 * What the placed pods come to for one class of incoming pods: sums by topology domain for each rule,
 * kept up to date as pods come and go, and computed anew when the nodes themselves change.
 */
export class ClassTally implements PodCounter {
  readonly labelPairs: readonly string[];
  readonly selectorPairs: readonly string[];
  /** Pods that all required affinity terms speak of. */
  readonly affinity: Tallies = [];
  readonly ownAntiAffinity: Tallies = [];
  readonly existingAntiAffinity: Tallies = [];
  /** Weights of preferences, of both sides. */
  readonly weights: Tallies = [];
  /** By hard constraint. */
  readonly hard: readonly DomainTally[];
  /** By soft constraint, nodes' own pods for the hostname, else null. */
  readonly softHost: readonly (DomainTally | null)[];
  /** By topology key, for the other soft constraints. */
  readonly softZonal: Tallies = [];
  /** Grows whenever the sums were computed anew, or a tally was added. */
  generation = 0;
  private contributions: Map<TemplateUse, readonly Contribution[]> | null = null;
  private topologyVersion = -1;
  private subscribed = false;

  constructor(
    readonly rules: ClassRules,
    private readonly table: NodeTable,
    private readonly kinds: KeyKinds,
  ) {
    const { pod, hard, soft, affinityFilters } = rules;
    const { template } = pod;
    this.hard = hard.map(({ topologyKey }) => new DomainTally(topologyKey));
    this.softHost = soft.map(({ topologyKey }) =>
      topologyKey === HOSTNAME ? new DomainTally(topologyKey, NO_LABEL) : null,
    );
    for (const { topologyKey } of soft) {
      if (topologyKey !== HOSTNAME) this.tally(this.softZonal, topologyKey, NO_LABEL);
    }
    if (affinityFilters) {
      for (const term of template.requiredAffinityTerms) {
        this.tally(this.affinity, term.topologyKey);
      }
    }
    this.labelPairs = pairsOf(template.labels);
    const pairs: string[] = [];
    const need = ({ selector }: { readonly selector: Selector }): void => {
      const pair = neededPair(selector);
      if (!pairs.includes(pair)) pairs.push(pair);
    };
    if (template.hasAffinity) for (const term of allTerms(template)) need(term);
    for (const constraint of hard) need(constraint);
    for (const constraint of soft) need(constraint);
    this.selectorPairs = pairs;
  }

  private tally(tallies: Tallies, key: string, withoutLabel: string | null = null): DomainTally {
    for (const known of tallies) if (known.key === key) return known;
    const tally = new DomainTally(key, withoutLabel);
    tally.kind = this.kinds.of(key);
    tallies.push(tally);
    this.generation += 1;
    return tally;
  }

  /** Computes the sums, for one decision only; the table must be in sync. */
  countOnce(uses: TemplateUses): void {
    this.begin();
    for (const use of uses.concerning(this)) this.countUse(use);
  }

  /** Brings the sums up to date, and has them kept so; the table must be in sync. */
  sync(uses: TemplateUses): void {
    if (!this.subscribed) {
      this.subscribed = true;
      uses.subscribe(this);
    }
    if (this.topologyVersion === this.table.topologyVersion) return;
    this.begin();
    for (const use of uses.usesOf(this)) this.countUse(use);
  }

  private begin(): void {
    this.topologyVersion = this.table.topologyVersion;
    this.generation += 1;
    for (const tally of this.all()) tally.clear(this.kinds.of(tally.key));
    for (const tally of this.softHost) tally?.clear("host");
    this.knowDomains();
  }

  private countUse(use: TemplateUse): void {
    const { positionOf, nodes } = this.table;
    for (const [row, count] of use.rows) {
      const position = positionOf[row]!;
      if (position >= 0) this.apply(use, nodes[position]!, count);
    }
  }

  /** Every tally but those of the hostname in soft constraints, which is always one node each. */
  *all(): Generator<DomainTally> {
    yield* this.hard;
    for (const tallies of [
      this.affinity,
      this.ownAntiAffinity,
      this.existingAntiAffinity,
      this.weights,
      this.softZonal,
    ]) {
      yield* tallies;
    }
  }

  /** Every eligible domain of a hard constraint counts, also one without pods. */
  private knowDomains(): void {
    const { hard, pod } = this.rules;
    if (hard.length === 0) return;
    for (const node of this.table.nodes) {
      if (!hasAllKeys(node, hard)) continue;
      for (let i = 0; i < hard.length; i += 1) {
        if (includesNode(hard[i]!, pod, node)) this.hard[i]!.know(node);
      }
    }
  }

  isConcerned(use: TemplateUse): boolean {
    const contributions = this.contributionsOf(use);
    if (contributions.length === 0) return false;
    this.contributions ??= new Map();
    this.contributions.set(use, contributions);
    return true;
  }

  ended(use: TemplateUse): void {
    this.contributions?.delete(use);
  }

  count(use: TemplateUse, node: NodeInfo, sign: 1 | -1): void {
    // A node that comes later, or goes, makes everything be counted anew.
    if (node.node !== null) this.apply(use, node, sign);
  }

  private apply(use: TemplateUse, node: NodeInfo, times: number): void {
    for (const { tally, amount, includes } of this.contributions?.get(use) ?? NOTHING) {
      if (includes === null || includes(node)) tally.add(node, amount * times);
    }
  }

  private contributionsOf(use: TemplateUse): readonly Contribution[] {
    const into: Contribution[] = [];
    const add = (tally: DomainTally, amount: number): void => {
      into.push({ tally, amount, includes: null });
    };
    if (this.rules.affinityFilters) this.requirements(use, add);
    if (this.rules.affinityScores !== null) this.preferences(use, this.rules.affinityScores, add);
    this.spread(use, into);
    return into;
  }

  private requirements(use: TemplateUse, add: (tally: DomainTally, amount: number) => void): void {
    const { template } = this.rules.pod;
    const subject = { namespace: use.template.namespace, labels: use.template.labels };
    if (matchesAll(template.requiredAffinityTerms, subject)) {
      for (const { topologyKey } of template.requiredAffinityTerms) {
        add(this.tally(this.affinity, topologyKey), 1);
      }
    }
    for (const term of template.requiredAntiAffinityTerms) {
      if (termMatches(term, subject, NO_LABELS)) {
        add(this.tally(this.ownAntiAffinity, term.topologyKey), 1);
      }
    }
    for (const term of use.template.requiredAntiAffinityTerms) {
      if (this.isSpokenOf(term)) add(this.tally(this.existingAntiAffinity, term.topologyKey), 1);
    }
  }

  private isSpokenOf(term: AffinityTerm): boolean {
    return termMatches(term, this.rules.pod.pod, NO_LABELS);
  }

  private preferences(
    use: TemplateUse,
    args: InterPodAffinityArgs,
    add: (tally: DomainTally, amount: number) => void,
  ): void {
    const { preferredAffinityTerms, preferredAntiAffinityTerms } = this.rules.pod.template;
    const prefers = preferredAffinityTerms.length + preferredAntiAffinityTerms.length > 0;
    if (args.ignorePreferredTermsOfExistingPods && !prefers) return;
    const weigh = ({ topologyKey }: AffinityTerm, weight: number): void => {
      add(this.tally(this.weights, topologyKey), weight);
    };
    const subject = { namespace: use.template.namespace, labels: use.template.labels };
    for (const { term, weight } of preferredAffinityTerms) {
      if (termMatches(term, subject, NO_LABELS)) weigh(term, weight);
    }
    for (const { term, weight } of preferredAntiAffinityTerms) {
      if (termMatches(term, subject, NO_LABELS)) weigh(term, -weight);
    }
    if (args.hardPodAffinityWeight > 0) {
      for (const term of use.template.requiredAffinityTerms) {
        if (this.isSpokenOf(term)) weigh(term, args.hardPodAffinityWeight);
      }
    }
    for (const { term, weight } of use.template.preferredAffinityTerms) {
      if (this.isSpokenOf(term)) weigh(term, weight);
    }
    for (const { term, weight } of use.template.preferredAntiAffinityTerms) {
      if (this.isSpokenOf(term)) weigh(term, -weight);
    }
  }

  private spread(use: TemplateUse, into: Contribution[]): void {
    const { pod, hard, soft, requireAllKeys } = this.rules;
    if (use.terminating || use.template.namespace !== pod.pod.namespace) return;
    const counts = ({ selector, counts: any }: SpreadConstraint): boolean =>
      any && selector.matches(use.template.labels);
    hard.forEach((constraint, i) => {
      if (!counts(constraint)) return;
      const includes = (node: NodeInfo): boolean =>
        hasAllKeys(node, hard) && includesNode(constraint, pod, node);
      into.push({ tally: this.hard[i]!, amount: 1, includes });
    });
    soft.forEach((constraint, i) => {
      if (!counts(constraint)) return;
      const host = this.softHost[i] ?? null;
      if (host !== null) {
        into.push({ tally: host, amount: 1, includes: null });
        return;
      }
      const includes = (node: NodeInfo): boolean =>
        (!requireAllKeys || hasAllKeys(node, soft)) && includesNode(constraint, pod, node);
      const tally = this.tally(this.softZonal, constraint.topologyKey, NO_LABEL);
      into.push({ tally, amount: 1, includes });
    });
  }

  /** Memory of the sums by node, the only ones of a size worth telling. */
  get bytes(): number {
    let bytes = 0;
    for (const tally of this.weights) bytes += tally.bytes;
    for (const tally of this.ownAntiAffinity) bytes += tally.bytes;
    for (const tally of this.existingAntiAffinity) bytes += tally.bytes;
    for (const tally of this.softHost) bytes += tally?.bytes ?? 0;
    return bytes;
  }
}
