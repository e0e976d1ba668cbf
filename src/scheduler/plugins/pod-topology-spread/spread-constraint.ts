import { labelOf } from "../../../api/label-of.js";
import type { Labels, TopologySpreadConstraint } from "../../../api/kubernetes.js";
import { Selector, SelectorError, compileLabelSelector } from "../../../api/label-selector.js";
import { firstUntolerated } from "../../../api/taints.js";
import { requirementsOfKeys } from "../../framework/affinity-term.js";
import type { Features } from "../../../api/features.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";

export const HOSTNAME = "kubernetes.io/hostname";

/** A topology spread constraint, ready for use. */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: Selector;
  /** False for a selector of everything in versions that then count no pods. */
  readonly counts: boolean;
  /** With fewer eligible domains than this the global minimum counts as 0. */
  readonly minDomains: number;
  /** Only nodes that the pod's node affinity allows count. */
  readonly honorsAffinity: boolean;
  /** Only nodes whose taints the pod tolerates count. */
  readonly honorsTaints: boolean;
}

type RawConstraint = TopologySpreadConstraint & {
  readonly matchLabelKeys?: readonly string[];
};

/** A pod's own values of the keys join the selector; they even replace one that is absent. */
function withLabelKeys(selector: Selector, raw: RawConstraint, labels: Labels): Selector {
  const own = requirementsOfKeys(raw.matchLabelKeys, "In", labels);
  return own.length === 0 ? selector : Selector.of([...own, ...selector.requirements]);
}

/** Compiles the constraints of one kind (`whenUnsatisfiable`); the selectors are valid. */
export function compileConstraints(
  constraints: readonly TopologySpreadConstraint[],
  whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway",
  labels: Labels,
  features: Features,
): readonly SpreadConstraint[] {
  const compiled: SpreadConstraint[] = [];
  for (const raw of constraints) {
    if (raw.whenUnsatisfiable !== whenUnsatisfiable) continue;
    const selector = compileLabelSelector(raw.labelSelector);
    const usable = selector instanceof SelectorError ? Selector.nothing : selector;
    const policies = features.NodeInclusionPolicyInPodTopologySpread;
    const complete = features.MatchLabelKeysInPodTopologySpread
      ? withLabelKeys(usable, raw, labels)
      : usable;
    compiled.push({
      maxSkew: raw.maxSkew,
      topologyKey: raw.topologyKey,
      selector: complete,
      counts: !(features.SpreadEmptySelectorCountsNone && complete.matchesEverything),
      minDomains: features.MinDomainsInPodTopologySpread ? (raw.minDomains ?? 1) : 1,
      honorsAffinity: !policies || raw.nodeAffinityPolicy !== "Ignore",
      honorsTaints: policies && raw.nodeTaintsPolicy === "Honor",
    });
  }
  return compiled;
}

/** True if the node has every topology key of the constraints. */
export function hasAllKeys(node: NodeInfo, constraints: readonly SpreadConstraint[]): boolean {
  for (const { topologyKey } of constraints) {
    if (labelOf(node.labels, topologyKey) === undefined) return false;
  }
  return true;
}

/** True if the node's pods count, by the constraint's inclusion policies. Source: KEP-3094. */
export function includesNode(
  constraint: SpreadConstraint,
  { template }: Pick<PodInfo, "template">,
  node: NodeInfo,
): boolean {
  const { requiredNodeAffinity, tolerations } = template;
  if (
    constraint.honorsAffinity &&
    !requiredNodeAffinity.isEmpty &&
    !requiredNodeAffinity.matches(node)
  ) {
    return false;
  }
  if (!constraint.honorsTaints || node.taints.length === 0) return true;
  return firstUntolerated(node.taints, tolerations, ["NoSchedule", "NoExecute"]) === undefined;
}

/** Pods of a node that the selector speaks of; terminating ones and other namespaces do not count. */
export function countMatchingPods(
  node: NodeInfo,
  { selector, counts }: SpreadConstraint,
  namespace: string,
): number {
  if (!counts) return 0;
  let count = 0;
  for (const { pod } of node.pods) {
    if (pod.namespace !== namespace || pod.deletionTimeMicros !== null) continue;
    if (selector.matches(pod.labels)) count += 1;
  }
  return count;
}
