import { labelOf } from "../../../api/label-of.js";
import type { Labels } from "../../../api/kubernetes.js";
import {
  type AffinityTerm,
  type WeightedAffinityTerm,
  termMatches,
} from "../../framework/affinity-term.js";
import { type StateData, StateKey } from "../../framework/cycle-state.js";
import { type Handle, MAX_NODE_SCORE } from "../../framework/interfaces.js";
import { namespaceLabels } from "../../framework/listers.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { resolveWeightedTerms } from "./incoming-terms.js";

export interface InterPodAffinityArgs {
  /** What a required affinity of an existing pod weighs in the score. */
  readonly hardPodAffinityWeight: number;
  /** Existing pods' preferences do not count for a pod without preferences of its own. */
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

const NO_LABELS: Labels = Object.freeze({});

/** Weights by topology key and domain. */
export class AffinityScoreState implements StateData {
  private readonly weights = new Map<string, Map<string, number>>();

  /** Scores are not changed by what-ifs. */
  clone(): AffinityScoreState {
    return this;
  }

  get isEmpty(): boolean {
    return this.weights.size === 0;
  }

  /** Counts `weight` in the domain of `node` if the term speaks of the pod. */
  addTerm(
    term: AffinityTerm,
    weight: number,
    subject: { readonly pod: PodInfo; readonly namespaceLabels: Labels },
    node: NodeInfo,
  ): void {
    const domain = labelOf(node.labels, term.topologyKey);
    if (domain === undefined) return;
    if (!termMatches(term, subject.pod.pod, subject.namespaceLabels)) return;
    const domains = this.weights.get(term.topologyKey);
    if (domains === undefined) this.weights.set(term.topologyKey, new Map([[domain, weight]]));
    else domains.set(domain, (domains.get(domain) ?? 0) + weight);
  }

  score(node: NodeInfo): number {
    let score = 0;
    for (const [key, domains] of this.weights) {
      const domain = labelOf(node.labels, key);
      if (domain !== undefined) score += domains.get(domain) ?? 0;
    }
    return score;
  }

  normalize(scores: Float64Array): void {
    if (!this.isEmpty) normalizeByRange(scores);
  }
}

/** Stretches scores from the lowest to the highest over 0 to 100; all are 0 where they do not differ. */
export function normalizeByRange(scores: Float64Array): void {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i += 1) {
    min = Math.min(min, scores[i]!);
    max = Math.max(max, scores[i]!);
  }
  const range = max - min;
  for (let i = 0; i < scores.length; i += 1) {
    scores[i] = range > 0 ? Math.trunc(MAX_NODE_SCORE * ((scores[i]! - min) / range)) : 0;
  }
}

export const AFFINITY_SCORE_KEY = new StateKey<AffinityScoreState>("PreScoreInterPodAffinity");

interface Scoring {
  readonly state: AffinityScoreState;
  readonly incoming: { readonly pod: PodInfo; readonly namespaceLabels: Labels };
  readonly affinityTerms: readonly WeightedAffinityTerm[];
  readonly antiAffinityTerms: readonly WeightedAffinityTerm[];
  readonly hardWeight: number;
}

/** What both sides prefer: the incoming pod of an existing one, and the existing one of it. */
function scoreExisting(scoring: Scoring, existing: PodInfo, node: NodeInfo): void {
  const { state, incoming, affinityTerms, antiAffinityTerms, hardWeight } = scoring;
  const other = { pod: existing, namespaceLabels: NO_LABELS };
  for (const { term, weight } of affinityTerms) state.addTerm(term, weight, other, node);
  for (const { term, weight } of antiAffinityTerms) state.addTerm(term, -weight, other, node);
  const { template } = existing;
  if (!template.hasAffinity) return;
  if (hardWeight > 0) {
    for (const term of template.requiredAffinityTerms) {
      state.addTerm(term, hardWeight, incoming, node);
    }
  }
  for (const { term, weight } of template.preferredAffinityTerms) {
    state.addTerm(term, weight, incoming, node);
  }
  for (const { term, weight } of template.preferredAntiAffinityTerms) {
    state.addTerm(term, -weight, incoming, node);
  }
}

/** Weighs the pods of all nodes for the incoming pod. */
export function affinityScoreState(
  pod: PodInfo,
  args: InterPodAffinityArgs,
  handle: Pick<Handle, "snapshot" | "listers" | "features">,
): AffinityScoreState {
  const { snapshot, listers } = handle;
  const state = new AffinityScoreState();
  const { preferredAffinityTerms, preferredAntiAffinityTerms } = pod.template;
  const prefers = preferredAffinityTerms.length + preferredAntiAffinityTerms.length > 0;
  if (args.ignorePreferredTermsOfExistingPods && !prefers) return state;
  const scoring: Scoring = {
    state,
    incoming: { pod, namespaceLabels: namespaceLabels(listers, pod.pod.namespace) },
    affinityTerms: resolveWeightedTerms(preferredAffinityTerms, handle),
    antiAffinityTerms: resolveWeightedTerms(preferredAntiAffinityTerms, handle),
    hardWeight: args.hardPodAffinityWeight,
  };
  // Without preferences of its own, only pods with affinity can have anything to say.
  const nodes = prefers ? snapshot.nodes : snapshot.nodesWithAffinity;
  for (const node of nodes) {
    if (node.node === null) continue;
    for (const existing of prefers ? node.pods : node.podsWithAffinity) {
      scoreExisting(scoring, existing, node);
    }
  }
  return state;
}
