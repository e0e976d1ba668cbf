import type { Features } from "../framework/features.js";
import type { Listers } from "../framework/listers.js";
import { PodInfo } from "../framework/pod-info.js";
import type { PodTemplateInfo } from "../framework/pod-template-info.js";
import type { InterPodAffinityArgs } from "../plugins/inter-pod-affinity/affinity-score.js";
import { requiredFeatures } from "../plugins/node-declared-features/required-features.js";
import type { SpreadConstraint } from "../plugins/pod-topology-spread/spread-constraint.js";
import type { FastProfile } from "./fast-profile.js";

/** The rules of a class that look at the pods of other nodes. */
export interface ClassRules {
  readonly pod: PodInfo;
  readonly hard: readonly SpreadConstraint[];
  readonly soft: readonly SpreadConstraint[];
  /** Soft constraints leave out nodes that lack one of their keys. */
  readonly requireAllKeys: boolean;
  /** Whether InterPodAffinity filters. */
  readonly affinityFilters: boolean;
  /** Null where InterPodAffinity does not score. */
  readonly affinityScores: InterPodAffinityArgs | null;
  /** Which namespaces there are, and their labels: terms may select by them. */
  readonly listers: Listers;
  readonly features: Features;
}

/** The spread constraints that hold for a pod. */
export interface Constraints {
  readonly hard: readonly SpreadConstraint[];
  readonly soft: readonly SpreadConstraint[];
  /** Names the class among those of the template. */
  readonly key: string;
}

const NO_CONSTRAINTS: readonly SpreadConstraint[] = [];

/** Pods that only the plain form knows how to place: with volumes, or bound to a node by name. */
export function isRecognised(template: PodTemplateInfo): boolean {
  return (
    !template.hasVolumes &&
    template.parseError === "" &&
    (template.spec.nodeName ?? "") === "" &&
    (template.spec.resourceClaims ?? []).length === 0 &&
    requiredFeatures(template.spec).length === 0
  );
}

function hasOwnConstraints({ spec }: PodTemplateInfo): boolean {
  return (spec.topologySpreadConstraints ?? []).length > 0;
}

/** The pod's constraints, those `known` of its template if they are the same; null if there are none. */
export function constraintsOf(
  { spread, groupFilters, spreadWeight }: FastProfile,
  pod: PodInfo,
  known: Constraints | null,
): Constraints | null {
  if (spread === null) return null;
  const hard = groupFilters.includes("spread")
    ? spread.constraints(pod, "DoNotSchedule")
    : NO_CONSTRAINTS;
  const soft = spreadWeight > 0 ? spread.constraints(pod, "ScheduleAnyway") : NO_CONSTRAINTS;
  if (hard.length + soft.length === 0) return null;
  if (known !== null && known.hard === hard && known.soft === soft) return known;
  // Default constraints select by what owns the pod, so its template does not tell.
  const key = hasOwnConstraints(pod.template) ? "" : selectorsText(hard, soft);
  return { hard, soft, key };
}

export function rulesOf(
  { framework, spread, affinity, groupFilters, affinityWeight }: FastProfile,
  pod: PodInfo,
  constraints: Constraints | null,
): ClassRules {
  return {
    pod: new PodInfo(pod.pod, pod.template),
    hard: constraints?.hard ?? NO_CONSTRAINTS,
    soft: constraints?.soft ?? NO_CONSTRAINTS,
    requireAllKeys: hasOwnConstraints(pod.template) || spread?.args.defaultingType === "List",
    affinityFilters: groupFilters.includes("affinity"),
    affinityScores: affinity !== null && affinityWeight > 0 ? affinity.args : null,
    listers: framework.listers,
    features: framework.features,
  };
}

function selectorsText(
  hard: readonly SpreadConstraint[],
  soft: readonly SpreadConstraint[],
): string {
  return [...hard, ...soft].map(({ selector }) => selector.toString()).join("|");
}
