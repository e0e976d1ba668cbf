import { Selector } from "../../../api/label-selector.js";
import type { AffinityTerm, WeightedAffinityTerm } from "../../framework/affinity-term.js";
import type { Features } from "../../../api/features.js";
import type { Listers } from "../../framework/listers.js";
import type { PodTemplateInfo } from "../../framework/pod-template-info.js";

/** What resolving a term reads. */
interface Resolving {
  readonly listers: Listers;
  readonly features: Features;
}

/**
 * A term of the incoming pod with its namespace selector resolved to names, since other pods are
 * matched against it without a look at their namespaces. A selector of everything stays as it is.
 * Source: kube-scheduler `interpodaffinity`, mergeAffinityTermNamespacesIfNotEmpty.
 */
function resolveNamespaces(term: AffinityTerm, { listers, features }: Resolving): AffinityTerm {
  const { namespaceSelector } = term;
  if (namespaceSelector.matchesEverything || namespaceSelector.matchesNothing) return term;
  const namespaces = new Set(term.namespaces);
  for (const namespace of listers.namespaces.list()) {
    if (namespaceSelector.matches(namespace.labels)) namespaces.add(namespace.name);
  }
  if (features.IncomingNamespaceSelectorKept) return { ...term, namespaces };
  return { ...term, namespaces, namespaceSelector: Selector.nothing };
}

export function resolveTerms(
  terms: readonly AffinityTerm[],
  resolving: Resolving,
): readonly AffinityTerm[] {
  return terms.length === 0 ? terms : terms.map((term) => resolveNamespaces(term, resolving));
}

export function resolveWeightedTerms(
  terms: readonly WeightedAffinityTerm[],
  resolving: Resolving,
): readonly WeightedAffinityTerm[] {
  if (terms.length === 0) return terms;
  return terms.map(({ term, weight }) => ({ term: resolveNamespaces(term, resolving), weight }));
}

/** All terms of an incoming pod as they are to be matched against others. */
export interface IncomingTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinity: readonly WeightedAffinityTerm[];
}

export function incomingTerms(template: PodTemplateInfo, resolving: Resolving): IncomingTerms {
  return {
    requiredAffinity: resolveTerms(template.requiredAffinityTerms, resolving),
    requiredAntiAffinity: resolveTerms(template.requiredAntiAffinityTerms, resolving),
    preferredAffinity: resolveWeightedTerms(template.preferredAffinityTerms, resolving),
    preferredAntiAffinity: resolveWeightedTerms(template.preferredAntiAffinityTerms, resolving),
  };
}
