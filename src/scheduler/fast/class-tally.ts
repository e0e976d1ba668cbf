import type { Labels } from "../../api/kubernetes.js";
import { type AffinityTerm, termMatches } from "../framework/affinity-term.js";
import { namespaceLabels } from "../framework/listers.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { matchesAll } from "../plugins/inter-pod-affinity/affinity-filter.js";
import type { InterPodAffinityArgs } from "../plugins/inter-pod-affinity/affinity-score.js";
import { type IncomingTerms, incomingTerms } from "../plugins/inter-pod-affinity/incoming-terms.js";
import {
  HOSTNAME,
  type SpreadConstraint,
  hasAllKeys,
  includesNode,
} from "../plugins/pod-topology-spread/spread-constraint.js";
import { NO_LABEL } from "../plugins/pod-topology-spread/spread-score.js";
import type { ClassRules } from "./class-rules.js";
import { DomainTally } from "./domain-tally.js";
import type { TopologyKeys } from "./topology-keys.js";
import { HostMarks, type MarkPart } from "./host-marks.js";
import type { Selecting } from "./label-pairs.js";
import type { NodeTable } from "./node-table.js";
import type { PodCounter, TemplateUse, TemplateUses } from "./template-uses.js";

const NO_LABELS: Labels = Object.freeze({});

/** What one pod of a template adds to a sum. */
export interface Contribution {
  readonly tally: DomainTally;
  readonly amount: number;
  readonly includes: ((node: NodeInfo) => boolean) | null;
}

/** At most one a topology key; there are few. */
type Tallies = readonly DomainTally[];
type TalliesByKey =
  | "affinity"
  | "ownAntiAffinity"
  | "existingAntiAffinity"
  | "weights"
  | "softZonal";

const PART_OF = {
  affinity: "near",
  ownAntiAffinity: "own",
  existingAntiAffinity: "existing",
  weights: "weight",
} as const;

const NO_TALLIES: Tallies = Object.freeze([]);

/**
 * What the placed pods come to for one class of incoming pods: sums by topology domain for each rule,
 * kept up to date as pods come and go, and computed anew when the nodes themselves change.
 */
export class ClassTally implements PodCounter<readonly Contribution[]> {
  readonly labels: Labels;
  readonly selectors: readonly Selecting[];
  /** As of when the class was made. */
  readonly terms: IncomingTerms;
  /** Pods that all required affinity terms speak of. */
  affinity: Tallies = NO_TALLIES;
  ownAntiAffinity: Tallies = NO_TALLIES;
  existingAntiAffinity: Tallies = NO_TALLIES;
  /** Weights of preferences, of both sides. */
  weights: Tallies = NO_TALLIES;
  /** By hard constraint. */
  readonly hard: Tallies = NO_TALLIES;
  /** By soft constraint, nodes' own pods for the hostname, else null. */
  readonly softHost: readonly (DomainTally | null)[];
  /** By topology key, for the other soft constraints. */
  softZonal: Tallies = NO_TALLIES;
  /** All of these but those of the hostname in soft constraints, which is always one node each. */
  readonly byKey: DomainTally[] = [];
  /** The sums by node, of keys whose domains are single nodes. */
  readonly hosts: HostMarks;
  /** Grows whenever the sums were computed anew, or a tally was added. */
  generation = 0;
  private topologyVersion = -1;
  private subscribed = false;

  constructor(
    readonly rules: ClassRules,
    private readonly table: NodeTable,
    private readonly keys: TopologyKeys,
  ) {
    const { pod, hard, soft, affinityFilters } = rules;
    const { template } = pod;
    const near = affinityFilters ? template.requiredAffinityTerms.length : 0;
    this.hosts = new HostMarks({ soft: soft.length, hard: hard.length, near });
    const { hosts } = this;
    if (hard.length > 0) {
      this.hard = hard.map(
        ({ topologyKey }, index) => new DomainTally(topologyKey, { hosts, part: "hard", index }),
      );
      this.byKey.push(...this.hard);
    }
    this.softHost =
      soft.length === 0
        ? NO_TALLIES
        : soft.map(({ topologyKey }, i) =>
            topologyKey === HOSTNAME
              ? new DomainTally(topologyKey, { hosts, part: "soft", index: i }, NO_LABEL)
              : null,
          );
    for (const { topologyKey } of soft) {
      if (topologyKey !== HOSTNAME) this.softTally(topologyKey);
    }
    if (affinityFilters) {
      for (const term of template.requiredAffinityTerms) {
        this.tally("affinity", term.topologyKey, "near");
      }
    }
    this.terms = incomingTerms(template, rules);
    this.labels = template.labels;
    this.selectors =
      hard.length + soft.length === 0 ? template.terms : [...template.terms, ...hard, ...soft];
  }

  private softTally(topologyKey: string): DomainTally {
    const withoutLabel = this.rules.requireAllKeys ? null : NO_LABEL;
    return this.tally("softZonal", topologyKey, "soft", withoutLabel);
  }

  private tally(
    of: TalliesByKey,
    key: string,
    part: MarkPart,
    withoutLabel: string | null = null,
  ): DomainTally {
    const tallies = this[of];
    for (const known of tallies) if (known.key === key) return known;
    const sums = { hosts: this.hosts, part, index: tallies.length };
    const tally = new DomainTally(key, sums, withoutLabel);
    tally.begin(this.keys.of(key));
    this[of] = tallies.length === 0 ? [tally] : [...tallies, tally];
    this.byKey.push(tally);
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
    for (const tally of this.byKey) tally.begin(this.keys.of(tally.key));
    for (const tally of this.softHost) tally?.beginByHost();
    this.knowDomains();
  }

  private countUse(use: TemplateUse, contributions: readonly Contribution[]): void {
    const { table } = this;
    use.forEachRow((row, count) => {
      if (table.positionOf(row) >= 0) this.apply(contributions, row, count);
    });
  }

  /** Every eligible domain of a hard constraint counts, also one without pods. */
  private knowDomains(): void {
    const { hard, pod } = this.rules;
    if (hard.length === 0) return;
    for (const node of this.table.nodes) {
      if (!hasAllKeys(node, hard)) continue;
      for (let i = 0; i < hard.length; i += 1) {
        if (includesNode(hard[i]!, pod, node)) this.hard[i]!.know(node.row);
      }
    }
  }

  count(contributions: readonly Contribution[], row: number, sign: 1 | -1): void {
    const { state } = this.table;
    // Once nodes have come, gone or changed everything is counted anew before it is asked for.
    if (this.topologyVersion !== state.topologyVersion) return;
    if (state.hasNode(row)) this.apply(contributions, row, sign);
  }

  private apply(contributions: readonly Contribution[], row: number, times: number): void {
    for (let i = 0; i < contributions.length; i += 1) {
      const { tally, amount, includes } = contributions[i]!;
      if (includes === null || includes(this.table.state.nodeInRow(row))) {
        tally.add(row, amount * times);
      }
    }
  }

  contributionsOf(use: TemplateUse): readonly Contribution[] | null {
    const into: Contribution[] = [];
    if (this.rules.affinityFilters) this.requirements(use, into);
    if (this.rules.affinityScores !== null) this.preferences(use, this.rules.affinityScores, into);
    this.spread(use, into);
    return into.length === 0 ? null : into;
  }

  private add(
    into: Contribution[],
    of: "affinity" | "ownAntiAffinity" | "existingAntiAffinity" | "weights",
    topologyKey: string,
    amount: number,
  ): void {
    const tally = this.tally(of, topologyKey, PART_OF[of]);
    into.push({ tally, amount, includes: null });
  }

  private requirements({ template: other }: TemplateUse, into: Contribution[]): void {
    const { requiredAffinity, requiredAntiAffinity } = this.terms;
    if (matchesAll(requiredAffinity, other)) {
      for (const { topologyKey } of requiredAffinity) this.add(into, "affinity", topologyKey, 1);
    }
    for (const term of requiredAntiAffinity) {
      if (termMatches(term, other, NO_LABELS)) {
        this.add(into, "ownAntiAffinity", term.topologyKey, 1);
      }
    }
    for (const term of other.requiredAntiAffinityTerms) {
      if (this.isSpokenOf(term)) this.add(into, "existingAntiAffinity", term.topologyKey, 1);
    }
  }

  private isSpokenOf(term: AffinityTerm): boolean {
    const { pod, listers } = this.rules;
    return termMatches(term, pod.pod, namespaceLabels(listers, pod.pod.namespace));
  }

  private preferences(
    { template: other }: TemplateUse,
    args: InterPodAffinityArgs,
    into: Contribution[],
  ): void {
    const { preferredAffinity, preferredAntiAffinity } = this.terms;
    const prefers = preferredAffinity.length + preferredAntiAffinity.length > 0;
    if (args.ignorePreferredTermsOfExistingPods && !prefers) return;
    for (const { term, weight } of preferredAffinity) {
      if (termMatches(term, other, NO_LABELS)) this.weigh(into, term, weight);
    }
    for (const { term, weight } of preferredAntiAffinity) {
      if (termMatches(term, other, NO_LABELS)) this.weigh(into, term, -weight);
    }
    if (!other.hasAffinity) return;
    if (args.hardPodAffinityWeight > 0) {
      for (const term of other.requiredAffinityTerms) {
        if (this.isSpokenOf(term)) this.weigh(into, term, args.hardPodAffinityWeight);
      }
    }
    for (const { term, weight } of other.preferredAffinityTerms) {
      if (this.isSpokenOf(term)) this.weigh(into, term, weight);
    }
    for (const { term, weight } of other.preferredAntiAffinityTerms) {
      if (this.isSpokenOf(term)) this.weigh(into, term, -weight);
    }
  }

  private weigh(into: Contribution[], { topologyKey }: AffinityTerm, weight: number): void {
    this.add(into, "weights", topologyKey, weight);
  }

  private spread(use: TemplateUse, into: Contribution[]): void {
    const { pod, hard, soft, requireAllKeys } = this.rules;
    if (hard.length + soft.length === 0) return;
    if (use.terminating || use.template.namespace !== pod.pod.namespace) return;
    const counts = ({ selector, counts: any }: SpreadConstraint): boolean =>
      any && selector.matches(use.template.labels);
    hard.forEach((constraint, i) => {
      if (!counts(constraint)) return;
      const includes = inclusion(constraint, pod, hard);
      into.push({ tally: this.hard[i]!, amount: 1, includes });
    });
    soft.forEach((constraint, i) => {
      if (!counts(constraint)) return;
      const host = this.softHost[i] ?? null;
      if (host !== null) {
        into.push({ tally: host, amount: 1, includes: null });
        return;
      }
      const includes = inclusion(constraint, pod, requireAllKeys ? soft : NO_CONSTRAINTS);
      into.push({ tally: this.softTally(constraint.topologyKey), amount: 1, includes });
    });
  }

  /** Memory of the sums by node, the only ones of a size worth telling. */
  get bytes(): number {
    return this.hosts.bytes;
  }
}

const NO_CONSTRAINTS: readonly SpreadConstraint[] = [];

/**
 * Whether pods of a node count for the constraint: by its policies, and only if the node has the keys
 * of all the constraints given. Null if a look at the constraint's own key is enough.
 */
function inclusion(
  constraint: SpreadConstraint,
  pod: PodInfo,
  constraints: readonly SpreadConstraint[],
): ((node: NodeInfo) => boolean) | null {
  const honorsNothing =
    !constraint.honorsTaints &&
    (!constraint.honorsAffinity || pod.template.requiredNodeAffinity.isEmpty);
  const { topologyKey } = constraint;
  if (honorsNothing && constraints.every((other) => other.topologyKey === topologyKey)) return null;
  return (node) => hasAllKeys(node, constraints) && includesNode(constraint, pod, node);
}
