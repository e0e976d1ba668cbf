import type { Labels, Taint, Toleration } from "../../api/kubernetes.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import type { NodePool } from "./cluster-view.js";
import type { InstanceType } from "./instance-type.js";
import type { PodNeedsTable } from "./pod-needs.js";
import { toleratesAll } from "./pod-traits.js";
import { Requirements } from "./requirements.js";
import type { StateNode } from "./state-node.js";
import { filterMatches, TopologyGroup, type TopologyRule } from "./topology-group.js";
import type { StatedRule, TopologyRules } from "./topology-rules.js";
import { HOSTNAME_LABEL } from "./well-known-labels.js";

/** Domains that pools can make, with the sets of taints that their nodes may have. */
class PoolDomains {
  private readonly byKey = new Map<string, Map<string, (readonly Taint[])[]>>();

  constructor(pools: readonly NodePool[], types: readonly InstanceType[]) {
    for (const pool of pools) {
      const { taints = [] } = pool.spec.template.spec;
      const own = poolRequirements(pool);
      for (const type of types) {
        for (const { key, values } of own.clone().addAll(type.requirements)) {
          for (const domain of values) this.insert(key, domain, taints);
        }
      }
      for (const { key, operator, values } of own) {
        if (operator !== "In") continue;
        for (const domain of values) this.insert(key, domain, taints);
      }
    }
  }

  private insert(key: string, domain: string, taints: readonly Taint[]): void {
    const domains = this.byKey.get(key) ?? new Map<string, (readonly Taint[])[]>();
    this.byKey.set(key, domains);
    const known = domains.get(domain) ?? [];
    if (known.some((one) => one.length === taints.length && one === taints)) return;
    known.push(taints);
    domains.set(domain, known);
  }

  /** The domains of a key; with tolerations, of pools alone whose taints they stand. */
  of(key: string, tolerations: readonly Toleration[] | null): readonly string[] {
    return [...(this.byKey.get(key) ?? [])].flatMap(([domain, taintSets]) =>
      tolerations === null || taintSets.some((taints) => toleratesAll(taints, tolerations))
        ? [domain]
        : [],
    );
  }
}

/** What the nodes of a pool will be, by its requirements and its labels. */
function poolRequirements({ spec }: NodePool): Requirements {
  const { metadata, spec: node } = spec.template;
  return Requirements.ofRaw(node.requirements).addAll(
    Requirements.ofLabels(metadata?.labels ?? {}),
  );
}

/** A rule's counts in the cluster as it is. */
interface Counted {
  /** Of pools, in the order found. */
  readonly poolDomains: readonly string[];
  /** How many nodes are in each domain. */
  readonly nodes: ReadonlyMap<string, number>;
  readonly domainOfNode: ReadonlyMap<StateNode, string>;
  readonly pods: ReadonlyMap<string, number>;
  readonly domainOfPod: ReadonlyMap<string, string>;
}

/** Pods of the cluster that keep others away by one rule. */
interface Repelling {
  readonly rule: StatedRule;
  /** Of the first of them. */
  readonly tolerations: readonly Toleration[];
  readonly pods: Map<string, number>;
  /** Null: its node is in no domain. */
  readonly domainOfPod: Map<string, string | null>;
}

interface Placed {
  readonly pod: PodVersion;
  readonly state: StateNode;
  readonly requirements: Requirements;
}

interface TopologyGroundOptions {
  readonly pools: readonly NodePool[];
  readonly types: readonly InstanceType[];
  readonly nodes: readonly StateNode[];
  readonly needs: PodNeedsTable;
  readonly rules: TopologyRules;
}

/** What of the cluster the topology of every simulation over it begins with. */
export class TopologyGround {
  readonly rules: TopologyRules;
  private readonly poolDomains: PoolDomains;
  private readonly placed: readonly Placed[];
  private readonly repelling = new Map<string, Repelling>();
  private readonly active: readonly Placed["state"][];
  private readonly nodeLabels = new Map<StateNode, Requirements>();
  private readonly counted = new Map<string, Counted>();

  constructor(options: TopologyGroundOptions) {
    const { nodes, needs, rules } = options;
    this.rules = rules;
    this.poolDomains = new PoolDomains(options.pools, options.types);
    this.active = nodes.filter((state) => state.node !== null && !state.isDeleting);
    const placed: Placed[] = [];
    for (const state of nodes) {
      if (state.node === null) continue;
      const requirements = Requirements.ofLabels(state.node.labels);
      this.nodeLabels.set(state, requirements);
      for (const pod of state.pods) {
        if (isPodTerminal(pod)) continue;
        const one = { pod, state, requirements };
        if (pod.deletionTimeMicros === null) placed.push(one);
        for (const rule of rules.of(pod, needs.of(pod.spec)).repelling) {
          this.addRepelling(rule, one);
        }
      }
    }
    this.placed = placed;
  }

  private addRepelling(rule: StatedRule, { pod, state }: Placed): void {
    let known = this.repelling.get(rule.id);
    if (known === undefined) {
      const { tolerations = [] } = pod.spec;
      known = { rule, tolerations, pods: new Map(), domainOfPod: new Map() };
      this.repelling.set(rule.id, known);
    }
    const domain = state.node!.labels[rule.rule.key] ?? null;
    known.domainOfPod.set(pod.uid, domain);
    if (domain !== null) known.pods.set(domain, (known.pods.get(domain) ?? 0) + 1);
  }

  /** The group of a rule: its domains, and the pods that it counts, but those that are to be placed. */
  group(
    stated: StatedRule,
    tolerations: readonly Toleration[],
    without: { readonly nodes: ReadonlySet<StateNode>; readonly pods: ReadonlySet<string> },
  ): TopologyGroup {
    const counted = this.count(stated, tolerations);
    const moved = countsOf(without.pods, counted.domainOfPod);
    if (stated.rule.key === HOSTNAME_LABEL) return hostGroup(stated.rule, counted.pods, moved);
    const group = new TopologyGroup(stated.rule);
    for (const domain of counted.poolDomains) group.register(domain);
    const gone = countsOf(without.nodes, counted.domainOfNode);
    for (const [domain, nodes] of counted.nodes) {
      if (nodes > (gone.get(domain) ?? 0)) group.register(domain);
    }
    recordLeft(group, counted.pods, moved);
    return group;
  }

  /** Groups of the required anti-affinity of pods that are there and stay: where they are, others may not go. */
  *repellingGroups(without: ReadonlySet<string>): Iterable<readonly [id: string, TopologyGroup]> {
    for (const [id, { rule, tolerations, pods, domainOfPod }] of this.repelling) {
      const moved = countsOf(without, domainOfPod);
      let going = 0;
      for (const count of moved.values()) going += count;
      if (going === domainOfPod.size) continue;
      if (rule.rule.key === HOSTNAME_LABEL) {
        yield [id, hostGroup(rule.rule, pods, moved)];
        continue;
      }
      const group = this.emptyGroup(rule, tolerations);
      recordLeft(group, pods, moved);
      yield [id, group];
    }
  }

  /** A group with the domains of the pools alone. */
  emptyGroup(
    { rule, honorsTaints }: StatedRule,
    tolerations: readonly Toleration[],
  ): TopologyGroup {
    const group = new TopologyGroup(rule);
    for (const domain of this.poolDomains.of(rule.key, honorsTaints ? tolerations : null)) {
      group.register(domain);
    }
    return group;
  }

  private count(stated: StatedRule, tolerations: readonly Toleration[]): Counted {
    const id = stated.honorsTaints ? `${stated.id}${JSON.stringify(tolerations)}` : stated.id;
    let counted = this.counted.get(id);
    if (counted === undefined) {
      const { rule, honorsTaints } = stated;
      counted = {
        poolDomains: this.poolDomains.of(rule.key, honorsTaints ? tolerations : null),
        ...this.countNodes(stated),
        ...this.countPods(stated),
      };
      this.counted.set(id, counted);
    }
    return counted;
  }

  private countNodes({ rule }: StatedRule): Pick<Counted, "nodes" | "domainOfNode"> {
    const nodes = new Map<string, number>();
    const domainOfNode = new Map<StateNode, string>();
    if (rule.key === HOSTNAME_LABEL) return { nodes, domainOfNode };
    for (const state of this.active) {
      const domain = state.labels[rule.key];
      if (domain === undefined) continue;
      const taints = state.node!.spec.taints ?? [];
      const labels = this.nodeLabels.get(state)!;
      if (rule.filter !== null && !filterMatches(rule.filter, taints, labels)) continue;
      nodes.set(domain, (nodes.get(domain) ?? 0) + 1);
      domainOfNode.set(state, domain);
    }
    return { nodes, domainOfNode };
  }

  private countPods({ rule, counted }: StatedRule): Pick<Counted, "pods" | "domainOfPod"> {
    const pods = new Map<string, number>();
    const domainOfPod = new Map<string, string>();
    for (const { pod, state, requirements } of this.placed) {
      if (!rule.namespaces.has(pod.namespace) || !counted.matches(pod.labels)) continue;
      const domain = domainOf(state.node!, rule.key);
      if (domain === undefined) continue;
      const taints = state.node!.spec.taints ?? [];
      if (rule.filter !== null && !filterMatches(rule.filter, taints, requirements)) continue;
      pods.set(domain, (pods.get(domain) ?? 0) + 1);
      domainOfPod.set(pod.uid, domain);
    }
    return { pods, domainOfPod };
  }
}

/** How many of `ones` there are in each domain; null stands for none. */
function countsOf<One, Domain extends string | null>(
  ones: ReadonlySet<One>,
  domainOf: ReadonlyMap<One, Domain>,
): ReadonlyMap<Domain, number> {
  const counts = new Map<Domain, number>();
  for (const one of ones) {
    const domain = domainOf.get(one);
    if (domain !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + 1);
  }
  return counts;
}

/** Of pods by host: what is counted is shared, and only what has moved is kept beside it. */
function hostGroup(
  rule: TopologyRule,
  counted: ReadonlyMap<string, number>,
  moved: ReadonlyMap<string | null, number>,
): TopologyGroup {
  const group = new TopologyGroup(rule, counted);
  for (const [domain, pods] of moved) if (domain !== null) group.record(domain, -pods);
  return group;
}

function recordLeft(
  group: TopologyGroup,
  counted: ReadonlyMap<string, number>,
  moved: ReadonlyMap<string | null, number>,
): void {
  for (const [domain, pods] of counted) {
    const left = pods - (moved.get(domain) ?? 0);
    if (left > 0) group.record(domain, left);
  }
}

/** A node that does not say its hostname yet has its name for one. */
function domainOf(
  node: { readonly name: string; readonly labels: Labels },
  key: string,
): string | undefined {
  return node.labels[key] ?? (key === HOSTNAME_LABEL ? node.name : undefined);
}
