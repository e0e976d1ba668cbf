import { labelOf } from "../../../api/label-of.js";
import { ln } from "../../../kernel/math.js";
import type {
  Amounts,
  CountedGroups,
  CountedSum,
  CountingRule,
  PlacedPods,
} from "../../framework/counting-rule.js";
import type { Result } from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { HOSTNAME, type SpreadConstraint, hasAllKeys, includesNode } from "./spread-constraint.js";
import { SKEWED, WITHOUT_LABEL, globalMin } from "./spread-filter.js";
import { NO_LABEL, normalizeSpread, spreadTerm } from "./spread-score.js";

const NO_CONSTRAINTS: readonly SpreadConstraint[] = [];

interface Constraints {
  readonly hard: readonly SpreadConstraint[];
  readonly soft: readonly SpreadConstraint[];
  /** Soft constraints leave out nodes that lack one of their keys. */
  readonly requireAllKeys: boolean;
  /** Logarithms that are known, by number. */
  readonly logs: number[];
}

/** PodTopologySpread by the pods of each domain: a sum a constraint, hard ones first. */
export class SpreadRule implements CountingRule {
  readonly isOutdated = false;
  readonly labels: PodInfo["template"]["labels"];
  readonly selectors: readonly SpreadConstraint[];
  readonly sums: readonly CountedSum[];
  readonly scores: boolean;
  private readonly namespace: string;
  private readonly selfMatch: readonly number[];
  private readonly mins: number[] = [];
  private readonly ignored: boolean[] = [];
  private readonly domains: string[] = [];

  constructor(
    { template }: PodInfo,
    readonly constraints: Constraints,
    readonly key: string,
  ) {
    const { hard, soft, requireAllKeys } = constraints;
    this.labels = template.labels;
    this.namespace = template.namespace;
    this.selectors = [...hard, ...soft];
    this.scores = soft.length > 0;
    this.selfMatch = hard.map(({ selector }) => (selector.matches(template.labels) ? 1 : 0));
    const needed = requireAllKeys ? soft : NO_CONSTRAINTS;
    this.sums = [
      ...hard.map((constraint): CountedSum => {
        const { topologyKey } = constraint;
        const includes = inclusion(constraint, template, hard);
        return { topologyKey, includes, ranked: true, filters: true };
      }),
      ...soft.map((constraint): CountedSum => {
        const { topologyKey } = constraint;
        if (topologyKey === HOSTNAME) return { topologyKey, perNode: true };
        const unlabelled = requireAllKeys ? {} : { unlabelled: NO_LABEL };
        const includes = inclusion(constraint, template, needed);
        return { topologyKey, includes, telling: true, ...unlabelled };
      }),
    ];
  }

  amounts({ template, terminating }: PlacedPods, to: Amounts): void {
    if (terminating || template.namespace !== this.namespace) return;
    const { selectors } = this;
    for (let i = 0; i < selectors.length; i += 1) {
      const { selector, counts } = selectors[i]!;
      if (counts && selector.matches(template.labels)) to.add(i, 1);
    }
  }

  begin(groups: CountedGroups): void {
    const { hard } = this.constraints;
    for (let i = 0; i < hard.length; i += 1) {
      this.mins[i] = globalMin(hard[i]!, { min: groups.least(i), size: groups.domains(i) });
    }
  }

  filter(groups: CountedGroups, group: number): Result {
    const { hard } = this.constraints;
    for (let i = 0; i < hard.length; i += 1) {
      const { topologyKey, maxSkew } = hard[i]!;
      if (labelOf(groups.sample(group).labels, topologyKey) === undefined) return WITHOUT_LABEL;
      const skew = groups.count(group, i) + this.selfMatch[i]! - this.mins[i]!;
      if (skew > maxSkew) return SKEWED;
    }
    return null;
  }

  score(groups: CountedGroups, scores: Float64Array): void {
    const { hard, soft, requireAllKeys } = this.constraints;
    const { ignored } = this;
    let counting = 0;
    let anyIgnored = false;
    for (let g = 0; g < groups.length; g += 1) {
      ignored[g] = requireAllKeys && !hasAllKeys(groups.sample(g), soft);
      if (ignored[g]) anyIgnored = true;
      else counting += groups.feasible(g);
    }
    scores.fill(0);
    for (let i = 0; i < soft.length; i += 1) {
      const constraint = soft[i]!;
      const { topologyKey } = constraint;
      const isHost = topologyKey === HOSTNAME;
      const weight = this.logOf((isHost ? counting : this.domainsOf(topologyKey, groups)) + 2);
      for (let g = 0; g < groups.length; g += 1) {
        if (ignored[g] || labelOf(groups.sample(g).labels, topologyKey) === undefined) continue;
        const count = isHost
          ? groups.count(g, hard.length + i)
          : this.countOfKey(groups, g, topologyKey);
        scores[g]! += spreadTerm(count, weight, constraint);
      }
    }
    for (let g = 0; g < groups.length; g += 1) scores[g] = Math.round(scores[g]!);
    normalizeSpread(scores, anyIgnored ? (g) => ignored[g]! : null);
  }

  /** Constraints of one key count each other's pods too. */
  private countOfKey(groups: CountedGroups, group: number, key: string): number {
    const { hard, soft } = this.constraints;
    let count = 0;
    for (let i = 0; i < soft.length; i += 1) {
      if (soft[i]!.topologyKey === key) count += groups.count(group, hard.length + i);
    }
    return count;
  }

  /** Domains of a key among the groups that are not ignored; nodes without the key are one. */
  private domainsOf(key: string, groups: CountedGroups): number {
    const { domains } = this;
    let count = 0;
    for (let g = 0; g < groups.length; g += 1) {
      if (this.ignored[g]) continue;
      const domain = labelOf(groups.sample(g).labels, key) ?? NO_LABEL;
      let i = 0;
      while (i < count && domains[i] !== domain) i += 1;
      domains[i] = domain;
      if (i === count) count += 1;
    }
    return count;
  }

  private logOf(n: number): number {
    const { logs } = this.constraints;
    let log = logs[n];
    if (log === undefined) {
      log = ln(n);
      if (n < 1024) logs[n] = log;
    }
    return log;
  }
}

/**
 * Whether pods of a node count for the constraint: by its policies, and only if the node has the keys
 * of all the constraints given. Null if a look at the constraint's own key is enough.
 */
function inclusion(
  constraint: SpreadConstraint,
  template: PodInfo["template"],
  constraints: readonly SpreadConstraint[],
): ((node: NodeInfo) => boolean) | null {
  const honorsNothing =
    !constraint.honorsTaints &&
    (!constraint.honorsAffinity || template.requiredNodeAffinity.isEmpty);
  const { topologyKey } = constraint;
  if (honorsNothing && constraints.every((other) => other.topologyKey === topologyKey)) return null;
  return (node) => hasAllKeys(node, constraints) && includesNode(constraint, { template }, node);
}
