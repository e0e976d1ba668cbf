import { labelOf } from "../../../api/label-of.js";
import type { Labels } from "../../../api/kubernetes.js";
import type { PodVersion } from "../../../api/pod-version.js";
import { type AffinityTerm, termMatches } from "../../framework/affinity-term.js";
import { type StateData, StateKey } from "../../framework/cycle-state.js";
import type { Handle, Result } from "../../framework/interfaces.js";
import { namespaceLabels } from "../../framework/listers.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";
import { TopologyCounts } from "../topology-counts.js";
import { resolveTerms } from "./incoming-terms.js";

export const PLUGIN_NAME = "InterPodAffinity";
export const AFFINITY_UNMET = new Status(
  "UnschedulableAndUnresolvable",
  ["node(s) didn't match pod affinity rules"],
  PLUGIN_NAME,
);
export const ANTI_AFFINITY_BROKEN = new Status(
  "Unschedulable",
  ["node(s) didn't match pod anti-affinity rules"],
  PLUGIN_NAME,
);
export const EXISTING_ANTI_AFFINITY_BROKEN = new Status(
  "Unschedulable",
  ["node(s) didn't satisfy existing pods anti-affinity rules"],
  PLUGIN_NAME,
);
const NO_LABELS: Labels = Object.freeze({});

interface Incoming {
  readonly pod: PodInfo;
  readonly affinityTerms: readonly AffinityTerm[];
  readonly antiAffinityTerms: readonly AffinityTerm[];
  readonly namespaceLabels: Labels;
}

/** A pod counts for affinity only if every required term speaks of it. */
export function matchesAll(
  terms: readonly AffinityTerm[],
  pod: Pick<PodVersion, "namespace" | "labels">,
): boolean {
  if (terms.length === 0) return false;
  for (const term of terms) {
    if (!termMatches(term, pod, NO_LABELS)) return false;
  }
  return true;
}

/**
 * What the required terms come to, by topology domain: pods that the incoming pod wants near, pods
 * that it wants far, and pods that want it far.
 */
export class AffinityFilterState implements StateData {
  constructor(
    private readonly incoming: Incoming,
    private readonly affinity: TopologyCounts,
    private readonly antiAffinity: TopologyCounts,
    private readonly existingAntiAffinity: TopologyCounts,
  ) {}

  clone(): AffinityFilterState {
    return new AffinityFilterState(
      this.incoming,
      this.affinity.clone(),
      this.antiAffinity.clone(),
      this.existingAntiAffinity.clone(),
    );
  }

  /** True when nothing can be refused, now or in a what-if that only adds unrelated pods. */
  get isEmpty(): boolean {
    const { affinityTerms, antiAffinityTerms } = this.incoming;
    return (
      affinityTerms.length === 0 &&
      antiAffinityTerms.length === 0 &&
      this.existingAntiAffinity.isEmpty
    );
  }

  /** Counts a pod on `node` more (1) or less (-1). */
  updateWithPod(changed: PodInfo, node: NodeInfo, by: 1 | -1): void {
    this.countExisting(changed, node, by);
    this.countForIncoming(changed, node, by);
  }

  /** The anti-affinity of a pod on `node` to the incoming one. */
  countExisting(existing: PodInfo, node: NodeInfo, by: 1 | -1): void {
    const { pod, namespaceLabels: labels } = this.incoming;
    for (const term of existing.template.requiredAntiAffinityTerms) {
      if (termMatches(term, pod.pod, labels)) {
        this.existingAntiAffinity.add(term.topologyKey, node.labels, by);
      }
    }
  }

  /** What the incoming pod's terms say of a pod on `node`. */
  countForIncoming(existing: PodInfo, node: NodeInfo, by: 1 | -1): void {
    const { affinityTerms, antiAffinityTerms } = this.incoming;
    if (matchesAll(affinityTerms, existing.pod)) {
      for (const term of affinityTerms) this.affinity.add(term.topologyKey, node.labels, by);
    }
    for (const term of antiAffinityTerms) {
      if (termMatches(term, existing.pod, NO_LABELS)) {
        this.antiAffinity.add(term.topologyKey, node.labels, by);
      }
    }
  }

  filter(node: NodeInfo): Result {
    if (!this.satisfiesAffinity(node)) return AFFINITY_UNMET;
    if (!this.satisfiesAntiAffinity(node)) return ANTI_AFFINITY_BROKEN;
    return this.satisfiesExistingAntiAffinity(node) ? null : EXISTING_ANTI_AFFINITY_BROKEN;
  }

  private satisfiesAffinity(node: NodeInfo): boolean {
    const { affinityTerms, pod } = this.incoming;
    let podsExist = true;
    for (const { topologyKey } of affinityTerms) {
      const domain = labelOf(node.labels, topologyKey);
      if (domain === undefined) return false;
      if (this.affinity.get(topologyKey, domain) <= 0) podsExist = false;
    }
    // The first of a series of pods that want to be near each other may go anywhere.
    return podsExist || (this.affinity.isEmpty && matchesAll(affinityTerms, pod.pod));
  }

  private satisfiesAntiAffinity(node: NodeInfo): boolean {
    if (this.antiAffinity.isEmpty) return true;
    for (const { topologyKey } of this.incoming.antiAffinityTerms) {
      const domain = labelOf(node.labels, topologyKey);
      if (domain !== undefined && this.antiAffinity.get(topologyKey, domain) > 0) return false;
    }
    return true;
  }

  private satisfiesExistingAntiAffinity(node: NodeInfo): boolean {
    if (this.existingAntiAffinity.isEmpty) return true;
    for (const key of this.existingAntiAffinity.keys()) {
      const domain = labelOf(node.labels, key);
      if (domain !== undefined && this.existingAntiAffinity.get(key, domain) > 0) return false;
    }
    return true;
  }
}

export const AFFINITY_FILTER_KEY = new StateKey<AffinityFilterState>("PreFilterInterPodAffinity");

/** Counts the pods of all nodes for the incoming pod. */
export function affinityFilterState(
  pod: PodInfo,
  handle: Pick<Handle, "snapshot" | "listers" | "features">,
): AffinityFilterState {
  const { snapshot, listers } = handle;
  const { template } = pod;
  const state = new AffinityFilterState(
    {
      pod,
      affinityTerms: resolveTerms(template.requiredAffinityTerms, handle),
      antiAffinityTerms: resolveTerms(template.requiredAntiAffinityTerms, handle),
      namespaceLabels: namespaceLabels(listers, pod.pod.namespace),
    },
    TopologyCounts.empty(),
    TopologyCounts.empty(),
    TopologyCounts.empty(),
  );
  for (const node of snapshot.nodesWithRequiredAntiAffinity) {
    if (node.node === null) continue;
    for (const existing of node.podsWithRequiredAntiAffinity)
      state.countExisting(existing, node, 1);
  }
  if (template.requiredAffinityTerms.length + template.requiredAntiAffinityTerms.length > 0) {
    for (const node of snapshot.nodes) {
      for (const existing of node.pods) state.countForIncoming(existing, node, 1);
    }
  }
  return state;
}
