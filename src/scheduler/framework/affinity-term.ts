import { labelOf } from "../../api/label-of.js";
import type { Labels, PodAffinityTerm } from "../../api/kubernetes.js";
import { Selector, SelectorError, compileLabelSelector } from "../../api/label-selector.js";
import type { Requirement } from "../../api/label-selector.js";

/** A set of names; a `Set` is one. */
interface Names extends Iterable<string> {
  has(name: string): boolean;
}

/** A set of one name: almost all terms name one namespace, and each has its own. */
class OneName implements Names {
  constructor(private readonly name: string) {}

  has(name: string): boolean {
    return name === this.name;
  }

  *[Symbol.iterator](): Iterator<string> {
    yield this.name;
  }
}

/** A pod affinity or anti-affinity term, ready for use. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly selector: Selector;
  /** Namespaces that are named; the pod's own when the term says nothing of namespaces. */
  readonly namespaces: Names;
  /** Further namespaces by their labels; matches nothing when the term has no such selector. */
  readonly namespaceSelector: Selector;
}

export interface WeightedAffinityTerm {
  readonly term: AffinityTerm;
  readonly weight: number;
}

interface Owner {
  readonly namespace: string;
  readonly labels: Labels;
}

/** True when the pod of those labels, in that namespace, is one that the term speaks of. */
export function termMatches(
  term: AffinityTerm,
  pod: { readonly namespace: string; readonly labels: Labels },
  namespaceLabels: Labels,
): boolean {
  if (!term.namespaces.has(pod.namespace) && !term.namespaceSelector.matches(namespaceLabels)) {
    return false;
  }
  return term.selector.matches(pod.labels);
}

/** The values of `keys` that the pod has itself, as requirements. Source: KEP-3243, KEP-3633. */
export function requirementsOfKeys(
  keys: readonly string[] | undefined,
  operator: "In" | "NotIn",
  labels: Labels,
): Requirement[] {
  const requirements: Requirement[] = [];
  for (const key of keys ?? []) {
    const value = labelOf(labels, key);
    if (value !== undefined) requirements.push({ key, operator, values: [value] });
  }
  return requirements;
}

type RawTerm = PodAffinityTerm & {
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
};

/**
 * Compiles a term of a pod. With `matchLabelKeys` the pod's own values of these keys become part of
 * the selector, as the API server does it when the pod is created (KEP-3633).
 */
export function compileAffinityTerm(
  raw: PodAffinityTerm,
  owner: Owner,
  options: { readonly matchLabelKeys: boolean },
): AffinityTerm | SelectorError {
  const base = compileLabelSelector(raw.labelSelector);
  if (base instanceof SelectorError) return base;
  const namespaceSelector = compileLabelSelector(raw.namespaceSelector);
  if (namespaceSelector instanceof SelectorError) return namespaceSelector;
  const named = raw.namespaces ?? [];
  const own = named.length === 0 && (raw.namespaceSelector ?? null) === null;
  return {
    topologyKey: raw.topologyKey,
    selector: options.matchLabelKeys ? withLabelKeys(base, raw, owner.labels) : base,
    namespaces: own ? new OneName(owner.namespace) : new Set(named),
    namespaceSelector,
  };
}

function withLabelKeys(base: Selector, raw: RawTerm, labels: Labels): Selector {
  if (base.matchesNothing) return base;
  const more = [
    ...requirementsOfKeys(raw.matchLabelKeys, "In", labels),
    ...requirementsOfKeys(raw.mismatchLabelKeys, "NotIn", labels),
  ];
  return more.length === 0 ? base : Selector.of([...base.requirements, ...more]);
}
