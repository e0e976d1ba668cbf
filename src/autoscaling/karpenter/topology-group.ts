import type { Labels, Taint, Toleration } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import { toleratesAll } from "./pod-traits.js";
import { Requirement } from "./requirement.js";
import type { Requirements } from "./requirements.js";
import { HOSTNAME_LABEL } from "./well-known-labels.js";

export type TopologyKind = "topology spread" | "pod affinity" | "pod anti-affinity";

/** The nodes that count for a spread constraint. */
export interface TopologyNodeFilter {
  /** Alternatives: what the pod that states the constraint asks of its node; null: any node counts. */
  readonly requirements: readonly Requirements[] | null;
  /** What that pod tolerates; null: taints do not matter. */
  readonly tolerations: readonly Toleration[] | null;
}

export function filterMatches(
  { requirements, tolerations }: TopologyNodeFilter,
  taints: readonly Taint[],
  labels: Requirements,
): boolean {
  if (requirements !== null && !requirements.some((one) => labels.isCompatible(one))) return false;
  return tolerations === null || toleratesAll(taints, tolerations);
}

/** What the pods share that are spread, drawn together or held apart by one rule. */
export interface TopologyRule {
  readonly kind: TopologyKind;
  /** The label whose values are the domains. */
  readonly key: string;
  readonly namespaces: ReadonlySet<string>;
  readonly selector: Selector;
  readonly maxSkew: number;
  readonly minDomains: number | null;
  readonly filter: TopologyNodeFilter | null;
}

type Pod = { readonly namespace: string; readonly labels: Labels };

/**
 * How many pods that a rule speaks of are in each domain, and where the next one may go. Domains are tried in the
 * order of their names.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/scheduling/topologygroup.go`.
 */
export class TopologyGroup {
  private readonly counts = new Map<string, number>();
  /** Domains without a pod. */
  private readonly empty = new Set<string>();
  private byName: readonly string[] | null = null;

  /**
   * `shared`: counts that this group begins with and that stay as they are for others. By host alone: there a node
   * is one domain, so that nobody asks which domains there are.
   */
  constructor(
    readonly rule: TopologyRule,
    private readonly shared: ReadonlyMap<string, number> = NO_COUNTS,
  ) {}

  get key(): string {
    return this.rule.key;
  }

  /** Makes domains known. */
  register(domain: string): void {
    if (this.counts.has(domain)) return;
    this.counts.set(domain, 0);
    this.empty.add(domain);
    this.byName = null;
  }

  record(domain: string, pods = 1): void {
    if (!this.counts.has(domain)) this.byName = null;
    this.counts.set(domain, this.count(domain) + pods);
    this.empty.delete(domain);
  }

  private count(domain: string): number {
    return this.counts.get(domain) ?? this.shared.get(domain) ?? 0;
  }

  selects({ namespace, labels }: Pod): boolean {
    return this.rule.namespaces.has(namespace) && this.rule.selector.matches(labels);
  }

  /** True if a pod on a node like that would count. */
  wouldCount(pod: Pod, taints: readonly Taint[], node: Requirements): boolean {
    const { filter } = this.rule;
    return this.selects(pod) && (filter === null || filterMatches(filter, taints, node));
  }

  /** Where the pod may go, of what `podDomains` and `nodeDomains` leave; DoesNotExist: nowhere. */
  next(pod: Pod, podDomains: Requirement, nodeDomains: Requirement): Requirement {
    switch (this.rule.kind) {
      case "topology spread":
        return this.allowed(this.spread(pod, podDomains, nodeDomains));
      case "pod affinity":
        return this.allowed(this.together(pod, podDomains, nodeDomains));
      case "pod anti-affinity":
        return this.allowed(this.apart(podDomains, nodeDomains));
    }
  }

  private allowed(domains: readonly string[]): Requirement {
    return Requirement.in(this.key, domains);
  }

  private get sorted(): readonly string[] {
    this.byName ??= [...this.counts.keys()].sort();
    return this.byName;
  }

  /** Of known domains those that the node may have. */
  private known(nodeDomains: Requirement): readonly string[] {
    return nodeDomains.operator === "In"
      ? nodeDomains.sorted.filter((domain) => this.counts.has(domain))
      : this.sorted.filter((domain) => nodeDomains.has(domain));
  }

  /** The one host that a node is. */
  private host(nodeDomains: Requirement): string | undefined {
    return this.key === HOSTNAME_LABEL ? nodeDomains.single : undefined;
  }

  private spread(pod: Pod, podDomains: Requirement, nodeDomains: Requirement): readonly string[] {
    const { maxSkew } = this.rule;
    const itself = this.selects(pod) ? 1 : 0;
    const host = this.host(nodeDomains);
    if (host !== undefined) {
      return this.count(host) + itself <= maxSkew ? [host] : [];
    }
    const least = this.leastCount(podDomains);
    let best: string | null = null;
    let bestCount = Number.POSITIVE_INFINITY;
    for (const domain of this.known(nodeDomains)) {
      const count = this.counts.get(domain)! + itself;
      if (count - least <= maxSkew && count < bestCount) {
        best = domain;
        bestCount = count;
      }
    }
    return best === null ? [] : [best];
  }

  /** The least count of the domains that the pod may have. New hosts can always be made. */
  private leastCount(podDomains: Requirement): number {
    if (this.key === HOSTNAME_LABEL) return 0;
    let least = Number.POSITIVE_INFINITY;
    let domains = 0;
    for (const [domain, count] of this.counts) {
      if (!podDomains.has(domain)) continue;
      domains += 1;
      least = Math.min(least, count);
    }
    const { minDomains } = this.rule;
    return minDomains !== null && domains < minDomains ? 0 : least;
  }

  private together(pod: Pod, podDomains: Requirement, nodeDomains: Requirement): readonly string[] {
    const host = this.host(nodeDomains);
    if (host !== undefined) {
      if (!podDomains.has(host)) return [];
      return this.count(host) > 0 || this.begins(pod, podDomains) ? [host] : [];
    }
    const taken = this.known(nodeDomains).filter(
      (domain) => this.counts.get(domain)! > 0 && podDomains.has(domain),
    );
    if (taken.length > 0 || !this.begins(pod, podDomains)) return taken;
    const both = podDomains.intersection(nodeDomains);
    const first = this.sorted.find((domain) => both.has(domain));
    const any = this.sorted.find((domain) => podDomains.has(domain));
    return [first, any].filter((domain) => domain !== undefined);
  }

  /** True if the pod is one of those that it looks for, and none is where it may go. */
  private begins(pod: Pod, podDomains: Requirement): boolean {
    if (!this.selects(pod)) return false;
    for (const counts of [this.counts, this.shared]) {
      for (const domain of counts.keys()) {
        if (this.count(domain) > 0 && podDomains.has(domain)) return false;
      }
    }
    return true;
  }

  private apart(podDomains: Requirement, nodeDomains: Requirement): readonly string[] {
    const host = this.host(nodeDomains);
    if (host !== undefined) return this.count(host) === 0 ? [host] : [];
    const few = nodeDomains.operator === "In" ? nodeDomains.sorted : this.empty;
    const domains: string[] = [];
    for (const domain of few) {
      if (this.empty.has(domain) && nodeDomains.has(domain) && podDomains.has(domain)) {
        domains.push(domain);
      }
    }
    return domains;
  }
}

const NO_COUNTS: ReadonlyMap<string, number> = new Map();
