import type { Labels } from "../../api/kubernetes.js";
import { type AffinityTerm, termMatches } from "../framework/affinity-term.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodTemplateInfo } from "../framework/pod-template-info.js";
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
import { HostMarks, type MarkPart } from "./host-marks.js";
import { type LabelPair, neededPair } from "./label-pairs.js";
import type { NodeTable } from "./node-table.js";
import {
  type PodCounter,
  type TemplateUse,
  type TemplateUses,
  neededPairs,
} from "./template-uses.js";

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

/** What one pod of a template adds to a sum. */
export interface Contribution {
  readonly tally: DomainTally;
  readonly amount: number;
  readonly includes: ((node: NodeInfo) => boolean) | null;
}

/** At most one a topology key; there are few. */
type Tallies = DomainTally[];

const NO_TALLIES: readonly DomainTally[] = Object.freeze([]);

/**
 * What the placed pods come to for one class of incoming pods: sums by topology domain for each rule,
 * kept up to date as pods come and go, and computed anew when the nodes themselves change.
 */
export class ClassTally implements PodCounter<readonly Contribution[]> {
  readonly labels: Labels;
  readonly selectorPairs: readonly LabelPair[];
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
  /** The sums by node, of keys whose domains are single nodes. */
  readonly hosts: HostMarks;
  /** Grows whenever the sums were computed anew, or a tally was added. */
  generation = 0;
  private topologyVersion = -1;
  private subscribed = false;

  constructor(
    readonly rules: ClassRules,
    private readonly table: NodeTable,
    private readonly kinds: KeyKinds,
  ) {
    const { pod, hard, soft, affinityFilters } = rules;
    const { template } = pod;
    const near = affinityFilters ? template.requiredAffinityTerms.length : 0;
    this.hosts = new HostMarks({ soft: soft.length, hard: hard.length, near });
    const hostSums = (part: MarkPart, index: number) => ({ hosts: this.hosts, part, index });
    this.hard =
      hard.length === 0
        ? NO_TALLIES
        : hard.map(({ topologyKey }, i) => new DomainTally(topologyKey, hostSums("hard", i)));
    this.softHost =
      soft.length === 0
        ? NO_TALLIES
        : soft.map(({ topologyKey }, i) =>
            topologyKey === HOSTNAME
              ? new DomainTally(topologyKey, hostSums("soft", i), NO_LABEL)
              : null,
          );
    for (const { topologyKey } of soft) {
      if (topologyKey !== HOSTNAME) this.tally(this.softZonal, topologyKey, "soft", NO_LABEL);
    }
    if (affinityFilters) {
      for (const term of template.requiredAffinityTerms) {
        this.tally(this.affinity, term.topologyKey, "near");
      }
    }
    this.labels = template.labels;
    this.selectorPairs = selectorPairsOf(template, hard, soft);
  }

  private tally(
    tallies: Tallies,
    key: string,
    part: MarkPart,
    withoutLabel: string | null = null,
  ): DomainTally {
    for (const known of tallies) if (known.key === key) return known;
    const sums = { hosts: this.hosts, part, index: tallies.length };
    const tally = new DomainTally(key, sums, withoutLabel);
    tally.kind = this.kinds.of(key);
    tallies.push(tally);
    this.generation += 1;
    return tally;
  }

  /** Computes the sums, for one decision only; the table must be in sync. */
  countOnce(uses: TemplateUses): void {
    this.begin();
    this.countAll(uses);
  }

  /** Brings the sums up to date, and has them kept so; the table must be in sync. */
  sync(uses: TemplateUses): void {
    if (!this.subscribed) {
      this.subscribed = true;
      uses.subscribe(this);
    }
    if (this.topologyVersion === this.table.topologyVersion) return;
    this.begin();
    this.countAll(uses);
  }

  private countAll(uses: TemplateUses): void {
    for (const use of uses.concerning(this)) {
      const contributions = this.contributionsOf(use);
      if (contributions !== null) this.countUse(use, contributions);
    }
  }

  private begin(): void {
    this.topologyVersion = this.table.topologyVersion;
    this.generation += 1;
    this.hosts.clear();
    this.forEach((tally) => tally.clear(this.kinds.of(tally.key)));
    for (const tally of this.softHost) tally?.clear("host");
    this.knowDomains();
  }

  private countUse(use: TemplateUse, contributions: readonly Contribution[]): void {
    const { positionOf, nodes } = this.table;
    for (const [row, count] of use.rows) {
      const position = positionOf[row]!;
      if (position >= 0) apply(contributions, nodes[position]!, count);
    }
  }

  /** Every tally but those of the hostname in soft constraints, which is always one node each. */
  forEach(visit: (tally: DomainTally) => void): void {
    for (const tally of this.hard) visit(tally);
    for (const tally of this.affinity) visit(tally);
    for (const tally of this.ownAntiAffinity) visit(tally);
    for (const tally of this.existingAntiAffinity) visit(tally);
    for (const tally of this.weights) visit(tally);
    for (const tally of this.softZonal) visit(tally);
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

  count(contributions: readonly Contribution[], node: NodeInfo, sign: 1 | -1): void {
    // A node that comes later, or goes, makes everything be counted anew.
    if (node.node !== null) apply(contributions, node, sign);
  }

  contributionsOf(use: TemplateUse): readonly Contribution[] | null {
    const into: Contribution[] = [];
    const add = (tally: DomainTally, amount: number): void => {
      into.push({ tally, amount, includes: null });
    };
    if (this.rules.affinityFilters) this.requirements(use, add);
    if (this.rules.affinityScores !== null) this.preferences(use, this.rules.affinityScores, add);
    this.spread(use, into);
    return into.length === 0 ? null : into;
  }

  private requirements(use: TemplateUse, add: (tally: DomainTally, amount: number) => void): void {
    const { template } = this.rules.pod;
    const subject = { namespace: use.template.namespace, labels: use.template.labels };
    if (matchesAll(template.requiredAffinityTerms, subject)) {
      for (const { topologyKey } of template.requiredAffinityTerms) {
        add(this.tally(this.affinity, topologyKey, "near"), 1);
      }
    }
    for (const term of template.requiredAntiAffinityTerms) {
      if (termMatches(term, subject, NO_LABELS)) {
        add(this.tally(this.ownAntiAffinity, term.topologyKey, "own"), 1);
      }
    }
    for (const term of use.template.requiredAntiAffinityTerms) {
      if (!this.isSpokenOf(term)) continue;
      add(this.tally(this.existingAntiAffinity, term.topologyKey, "existing"), 1);
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
      add(this.tally(this.weights, topologyKey, "weight"), weight);
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
    if (hard.length + soft.length === 0) return;
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
      const tally = this.tally(this.softZonal, constraint.topologyKey, "soft", NO_LABEL);
      into.push({ tally, amount: 1, includes });
    });
  }

  /** Memory of the sums by node, the only ones of a size worth telling. */
  get bytes(): number {
    return this.hosts.bytes;
  }
}

function apply(contributions: readonly Contribution[], node: NodeInfo, times: number): void {
  for (let i = 0; i < contributions.length; i += 1) {
    const { tally, amount, includes } = contributions[i]!;
    if (includes === null || includes(node)) tally.add(node, amount * times);
  }
}

const NO_PAIRS: readonly LabelPair[] = Object.freeze([]);

/** One pair of labels that each selector of the class needs. */
function selectorPairsOf(
  template: PodTemplateInfo,
  hard: readonly SpreadConstraint[],
  soft: readonly SpreadConstraint[],
): readonly LabelPair[] {
  const ofTerms = template.hasAffinity ? neededPairs(template) : NO_PAIRS;
  if (hard.length + soft.length === 0) return ofTerms;
  return [...ofTerms, ...[...hard, ...soft].map(({ selector }) => neededPair(selector))];
}
