import type {
  Labels,
  PodAffinityTerm,
  PodSpec,
  TopologySpreadConstraint,
} from "../../api/kubernetes.js";
import { compileLabelSelector, Selector, SelectorError } from "../../api/label-selector.js";
import {
  compileAffinityTerm,
  requirementsOfKeys,
} from "../../scheduler/framework/affinity-term.js";
import type { PodNeeds, PreferencePolicy } from "./pod-needs.js";
import { Requirements } from "./requirements.js";
import type { TopologyKind, TopologyNodeFilter, TopologyRule } from "./topology-group.js";

/** A rule with what tells it from others: pods that state the same rule share a group. */
export interface StatedRule {
  readonly rule: TopologyRule;
  /** Equal for rules that upstream takes for the same: it looks at the keys of a node filter alone, and not at `minDomains`. */
  readonly id: string;
  /** Pods that are there count if they match this: where a selector is absent, all of the namespaces' do. */
  readonly counted: Selector;
  /** Domains of pools whose taints the pod stands; false: of all. */
  readonly honorsTaints: boolean;
}

export interface PodRules {
  readonly own: readonly StatedRule[];
  /** Of the required anti-affinity: it repels others from where the pod is. */
  readonly repelling: readonly StatedRule[];
}

const NO_RULES: PodRules = { own: [], repelling: [] };
const MAX_INT32 = 2 ** 31 - 1;
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
}

/**
 * The topology rules that pods state, remembered by what siblings share.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/scheduling/topology.go`.
 */
export class TopologyRules {
  private readonly remembered = new Map<PodNeeds, Map<Labels, PodRules & Pod>>();

  constructor(
    private readonly policy: PreferencePolicy,
    private readonly namespaces: ReadonlyMap<string, Labels>,
  ) {}

  of(pod: Pod, needs: PodNeeds): PodRules {
    const { affinity, topologySpreadConstraints = [] } = needs.spec;
    if (topologySpreadConstraints.length === 0 && affinity == null) return NO_RULES;
    let byLabels = this.remembered.get(needs);
    if (byLabels === undefined) {
      byLabels = new Map();
      this.remembered.set(needs, byLabels);
    }
    const known = byLabels.get(pod.labels);
    if (known?.namespace === pod.namespace) return known;
    const { namespace, labels } = pod;
    const rules = { namespace, labels, ...this.find(pod, needs) };
    byLabels.set(labels, rules);
    return rules;
  }

  private find(pod: Pod, needs: PodNeeds): PodRules {
    const { podAffinity, podAntiAffinity } = needs.spec.affinity ?? {};
    const terms = (affinity: typeof podAffinity) => [
      ...(affinity?.[REQUIRED] ?? []),
      ...(this.policy === "Ignore"
        ? []
        : (affinity?.[PREFERRED] ?? []).map(({ podAffinityTerm }) => podAffinityTerm)),
    ];
    const ofTerms = (kind: TopologyKind, list: readonly PodAffinityTerm[]) =>
      list.map((term) => this.affinityRule(kind, term, pod));
    return {
      own: [
        ...this.spreadRules(pod, needs),
        ...ofTerms("pod affinity", terms(podAffinity)),
        ...ofTerms("pod anti-affinity", terms(podAntiAffinity)),
      ],
      repelling: ofTerms("pod anti-affinity", podAntiAffinity?.[REQUIRED] ?? []),
    };
  }

  private spreadRules(pod: Pod, { spec }: PodNeeds): readonly StatedRule[] {
    return (spec.topologySpreadConstraints ?? [])
      .filter((one) => this.policy === "Respect" || one.whenUnsatisfiable === "DoNotSchedule")
      .map((constraint) => spreadRule(constraint, pod, spec));
  }

  private affinityRule(kind: TopologyKind, term: PodAffinityTerm, pod: Pod): StatedRule {
    const compiled = compileAffinityTerm(term, pod, { matchLabelKeys: true });
    const isWrong = compiled instanceof SelectorError;
    const selector = isWrong ? Selector.nothing : compiled.selector;
    const namespaces = new Set(isWrong ? [pod.namespace] : compiled.namespaces);
    if (!isWrong) {
      for (const [name, labels] of this.namespaces) {
        if (compiled.namespaceSelector.matches(labels)) namespaces.add(name);
      }
    }
    const rule: TopologyRule = {
      kind,
      key: term.topologyKey,
      namespaces,
      selector,
      maxSkew: MAX_INT32,
      minDomains: null,
      filter: null,
    };
    return {
      rule,
      id: idOf(rule, term.labelSelector == null),
      counted: term.labelSelector == null ? Selector.everything : selector,
      honorsTaints: true,
    };
  }
}

function spreadRule(constraint: TopologySpreadConstraint, pod: Pod, spec: PodSpec): StatedRule {
  const { labelSelector, matchLabelKeys, topologyKey, maxSkew, minDomains } = constraint;
  const base = compileLabelSelector(labelSelector);
  const own = requirementsOfKeys(matchLabelKeys, "In", pod.labels);
  const isNothing = base instanceof SelectorError || base.matchesNothing;
  const selector = isNothing ? Selector.nothing : Selector.of([...base.requirements, ...own]);
  const honorsTaints = constraint.nodeTaintsPolicy === "Honor";
  const rule: TopologyRule = {
    kind: "topology spread",
    key: topologyKey,
    namespaces: new Set([pod.namespace]),
    selector,
    maxSkew,
    minDomains: minDomains ?? null,
    filter: {
      requirements: constraint.nodeAffinityPolicy === "Ignore" ? null : nodeAlternatives(spec),
      tolerations: honorsTaints ? (spec.tolerations ?? []) : null,
    },
  };
  const { nodeAffinityPolicy = "Honor", nodeTaintsPolicy = "Ignore" } = constraint;
  const policies = [nodeAffinityPolicy, nodeTaintsPolicy, spec.tolerations ?? []];
  return {
    rule,
    id: `${idOf(rule, labelSelector == null)}${filterKeys(rule.filter)}${JSON.stringify(policies)}`,
    counted: labelSelector == null ? Selector.everything : selector,
    honorsTaints,
  };
}

/** What the pod asks of its node by `nodeSelector` and each of its required terms. */
function nodeAlternatives({ nodeSelector = {}, affinity }: PodSpec): readonly Requirements[] {
  const required = affinity?.nodeAffinity?.[REQUIRED];
  const base = Requirements.ofLabels(nodeSelector);
  if (required == null) return [base];
  return required.nodeSelectorTerms.map(({ matchExpressions = [] }) =>
    base.clone().addAll(Requirements.ofRaw(matchExpressions)),
  );
}

function filterKeys(filter: TopologyNodeFilter | null): string {
  const alternatives = filter?.requirements ?? [];
  return JSON.stringify(
    alternatives
      .map((one) =>
        [...one]
          .map(({ key }) => key)
          .sort()
          .join(),
      )
      .sort(),
  );
}

function idOf(
  { kind, key, namespaces, maxSkew, selector }: TopologyRule,
  isAbsent: boolean,
): string {
  const requirements = selector.requirements.map(
    (one) => `${one.key} ${one.operator} ${[...one.values].sort().join()}`,
  );
  const selected = isAbsent
    ? null
    : selector.matchesNothing
      ? []
      : [...new Set(requirements)].sort();
  return JSON.stringify([kind, key, [...namespaces].sort(), maxSkew, isAbsent, selected]);
}
