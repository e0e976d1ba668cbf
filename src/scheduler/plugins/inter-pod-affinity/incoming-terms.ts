import { Selector } from "../../../api/label-selector.js";
import type { AffinityTerm, WeightedAffinityTerm } from "../../framework/affinity-term.js";
import type { Listers } from "../../framework/listers.js";
import type { PodTemplateInfo } from "../../framework/pod-template-info.js";

/**
 * A term of the incoming pod with its namespace selector resolved to names, since other pods are
 * matched against it without a look at their namespaces. A selector of everything stays as it is.
 * Source: kube-scheduler `interpodaffinity`, mergeAffinityTermNamespacesIfNotEmpty.
 */
function resolveNamespaces(term: AffinityTerm, listers: Listers): AffinityTerm {
  const { namespaceSelector } = term;
  if (namespaceSelector.matchesEverything || namespaceSelector.matchesNothing) return term;
  const namespaces = new Set(term.namespaces);
  for (const namespace of listers.namespaces.list()) {
    if (namespaceSelector.matches(namespace.labels)) namespaces.add(namespace.name);
  }
  return { ...term, namespaces, namespaceSelector: Selector.nothing };
}

export function resolveTerms(
  terms: readonly AffinityTerm[],
  listers: Listers,
): readonly AffinityTerm[] {
  return terms.map((term) => resolveNamespaces(term, listers));
}

export function resolveWeightedTerms(
  terms: readonly WeightedAffinityTerm[],
  listers: Listers,
): readonly WeightedAffinityTerm[] {
  return terms.map(({ term, weight }) => ({ term: resolveNamespaces(term, listers), weight }));
}

/** All terms of an incoming pod as they are to be matched against others. */
export interface IncomingTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinity: readonly WeightedAffinityTerm[];
}

export function incomingTerms(template: PodTemplateInfo, listers: Listers): IncomingTerms {
  return {
    requiredAffinity: resolveTerms(template.requiredAffinityTerms, listers),
    requiredAntiAffinity: resolveTerms(template.requiredAntiAffinityTerms, listers),
    preferredAffinity: resolveWeightedTerms(template.preferredAffinityTerms, listers),
    preferredAntiAffinity: resolveWeightedTerms(template.preferredAntiAffinityTerms, listers),
  };
}
