import type { Labels, Taint } from "../../api/kubernetes.js";
import type { PodNeeds } from "./pod-needs.js";
import type { Requirement } from "./requirement.js";
import type { Requirements } from "./requirements.js";
import type { StateNode } from "./state-node.js";
import type { TopologyGround } from "./topology-ground.js";
import type { TopologyGroup, TopologyKind } from "./topology-group.js";
import type { PodRules, StatedRule } from "./topology-rules.js";

interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
}

/** A rule that leaves the pod nowhere to go. */
export interface UnsatisfiableTopology {
  readonly unsatisfiable: TopologyKind;
  readonly key: string;
}

const KINDS: readonly TopologyKind[] = ["topology spread", "pod affinity", "pod anti-affinity"];

/** Groups that decide where a pod may go: the pod's own, then those of pods that keep it away. */
interface Deciding {
  readonly groups: readonly TopologyGroup[];
  /** As many groups of others there were when this was found. */
  readonly known: number;
}

/**
 * Spread, affinity and anti-affinity in the course of one simulation.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/scheduling/topology.go`.
 */
export class Topology {
  private readonly groups = new Map<string, TopologyGroup>();
  private readonly repelling = new Map<string, TopologyGroup>();
  private readonly ofRules = new Map<PodRules, Map<Labels, Deciding>>();

  constructor(
    private readonly ground: TopologyGround,
    private readonly without: {
      readonly nodes: ReadonlySet<StateNode>;
      /** UIDs of the pods that are to be placed: they do not count where they are. */
      readonly pods: ReadonlySet<string>;
    },
  ) {
    for (const [id, group] of ground.repellingGroups(without.pods)) this.repelling.set(id, group);
  }

  /** Makes the pod's rules count from now on. */
  track(pod: Pod, needs: PodNeeds): void {
    const rules = this.ground.rules.of(pod, needs);
    for (const rule of rules.repelling) {
      if (this.repelling.has(rule.id)) continue;
      this.repelling.set(rule.id, this.ground.emptyGroup(rule, needs.tolerations));
    }
    for (const rule of rules.own) {
      if (this.groups.has(rule.id)) continue;
      this.groups.set(rule.id, this.ground.group(rule, needs.tolerations, this.without));
    }
  }

  /**
   * What the rules leave of `node`, the requirements of a node with the pod on it; a rule that leaves
   * nothing where there is one.
   */
  tighten(
    pod: Pod,
    needs: PodNeeds,
    node: Requirements,
  ): Requirements | UnsatisfiableTopology | null {
    const deciding = this.deciding(pod, needs);
    if (deciding.length === 0) return null;
    const tightened = node.clone();
    for (const group of deciding) {
      const domains = group.next(pod, needs.strictRequirements.get(group.key), node.get(group.key));
      if (domains.values.size === 0) {
        return { unsatisfiable: group.rule.kind, key: group.key };
      }
      tightened.add(domains);
    }
    return tightened;
  }

  private deciding(pod: Pod, needs: PodNeeds): readonly TopologyGroup[] {
    const rules = this.ground.rules.of(pod, needs);
    if (rules.own.length === 0 && this.repelling.size === 0) return [];
    let byLabels = this.ofRules.get(rules);
    if (byLabels === undefined) {
      byLabels = new Map();
      this.ofRules.set(rules, byLabels);
    }
    const found = byLabels.get(pod.labels);
    if (found?.known === this.repelling.size) return found.groups;
    const repelling = [...this.repelling.values()].filter((group) => group.selects(pod));
    const groups = [...this.own(rules.own), ...repelling.sort(byKey)];
    byLabels.set(pod.labels, { groups, known: this.repelling.size });
    return groups;
  }

  private own(rules: readonly StatedRule[]): readonly TopologyGroup[] {
    const groups = new Set(rules.map(({ id }) => this.groups.get(id)!));
    return [...groups].sort(
      (a, b) => KINDS.indexOf(a.rule.kind) - KINDS.indexOf(b.rule.kind) || byKey(a, b),
    );
  }

  /** The pod goes to a node of these requirements. */
  record(pod: Pod, needs: PodNeeds, taints: readonly Taint[], node: Requirements): void {
    for (const group of this.groups.values()) {
      const domains = node.find(group.key);
      if (domains === undefined || !group.wouldCount(pod, taints, node)) continue;
      if (group.rule.kind === "pod anti-affinity") recordAll(group, domains);
      else if (domains.single !== undefined) group.record(domains.single);
    }
    for (const { id, rule } of this.ground.rules.of(pod, needs).repelling) {
      const domains = node.find(rule.key);
      if (domains !== undefined) recordAll(this.repelling.get(id)!, domains);
    }
  }
}

function recordAll(group: TopologyGroup, { values }: Requirement): void {
  for (const domain of values) group.record(domain);
}

function byKey(a: TopologyGroup, b: TopologyGroup): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
