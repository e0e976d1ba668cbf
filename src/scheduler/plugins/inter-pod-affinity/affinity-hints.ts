import { labelOf } from "../../../api/label-of.js";
import type { Labels } from "../../../api/kubernetes.js";
import { SelectorError } from "../../../api/label-selector.js";
import type { PodVersion } from "../../../api/pod-version.js";
import {
  type AffinityTerm,
  compileAffinityTerm,
  termMatches,
} from "../../framework/affinity-term.js";
import type { QueueingHintFn } from "../../framework/cluster-event.js";

/** Upstream's hints look at no namespace: a namespaceSelector sees one without labels. */
const NO_LABELS: Labels = {};

/**
 * A pod matters that comes to match all affinity terms of the waiting one, or that no longer matches
 * all its anti-affinity terms; and the waiting pod's own new labels.
 *
 * Two gaps are upstream's own, up to v1.34: a pod that leaves and kept the waiting one away by its own
 * anti-affinity is not noticed (kubernetes/kubernetes issue 134393), and one that matches some anti-affinity
 * terms but not all is not either (pull request 139161). Such pods wait for the five-minute flush.
 */
export const podHint: QueueingHintFn = (pod, before, after) => {
  const was = before?.kind === "Pod" ? before : null;
  const is = after?.kind === "Pod" ? after : null;
  if (was !== null && is !== null && is.uid === pod.uid) return "Queue";
  if (was?.nodeName === "" || is?.nodeName === "") return "Skip";
  const affinity = requiredTerms(pod, "podAffinity");
  const antiAffinity = requiredTerms(pod, "podAntiAffinity");
  const attracts = is !== null && matchesAll(affinity, is);
  if (attracts && (was === null || !matchesAll(affinity, was))) return "Queue";
  if (was === null || !matchesAll(antiAffinity, was)) return "Skip";
  return is !== null && matchesAll(antiAffinity, is) ? "Skip" : "Queue";
};

/**
 * A new node matters if it has the key of an affinity term, or if there is any anti-affinity; a changed
 * one if it comes to another domain of an affinity term, or leaves one of an anti-affinity term.
 */
export const nodeHint: QueueingHintFn = (pod, before, after) => {
  if (after?.kind !== "Node") return "Queue";
  const was = before?.kind === "Node" ? before.labels : null;
  const is = after.labels;
  const helps = (key: string, gains: boolean): boolean => {
    if (was === null) return !gains || labelOf(is, key) !== undefined;
    return (
      labelOf(was, key) !== labelOf(is, key) &&
      (gains ? labelOf(is, key) : labelOf(was, key)) !== undefined
    );
  };
  const near = requiredTerms(pod, "podAffinity").some((term) => helps(term.topologyKey, true));
  const apart = requiredTerms(pod, "podAntiAffinity").some((term) =>
    helps(term.topologyKey, false),
  );
  return near || apart ? "Queue" : "Skip";
};

function matchesAll(terms: readonly AffinityTerm[], pod: PodVersion): boolean {
  return terms.length > 0 && terms.every((term) => termMatches(term, pod, NO_LABELS));
}

function requiredTerms(
  pod: PodVersion,
  kind: "podAffinity" | "podAntiAffinity",
): readonly AffinityTerm[] {
  const raw = pod.spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return raw.flatMap((term) => {
    const compiled = compileAffinityTerm(term, pod, { matchLabelKeys: true });
    return compiled instanceof SelectorError ? [] : compiled;
  });
}
