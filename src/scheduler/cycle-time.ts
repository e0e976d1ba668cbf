import type { PodInfo } from "./framework/pod-info.js";
import type { PodTemplateInfo } from "./framework/pod-template-info.js";

/**
 * What a scheduling cycle takes of virtual time: a base, a part for each node it looked at, and one for
 * each node that there is, over which pods with affinity are counted first.
 */
interface CycleCost {
  readonly baseMicros: number;
  readonly perNodeMicros: number;
  readonly perClusterNodeMicros?: number;
}

/** The nodes that a cycle looked at, and all that there are. */
export interface CycleNodes {
  readonly evaluated: number;
  readonly inCluster: number;
}

/** What makes a pod's cycle dearer than that of a plain pod. */
type Constraint = "spread" | "preferredPodAffinity" | "requiredPodAffinity";

/** Costs of a plain pod's cycle, and of those whose pods say more; the dearest that applies counts. */
export interface CycleTime extends CycleCost {
  readonly constrained?: Readonly<Record<Constraint, CycleCost>>;
}

/**
 * Fitted to a real scheduler's cycles without API server, on two cores: least squares of the relative
 * error over the workloads a (plain), b (spread), c (preferred) and d (required) with the default
 * profile, at 100, 1,000 and 5,000 nodes, with and without sampling. See docs/model/scheduler-time.md.
 */
export const CYCLE_TIME_PRESETS = {
  "kube-scheduler-v1.26": {
    baseMicros: 148,
    perNodeMicros: 4.79,
    constrained: {
      spread: { baseMicros: 118, perNodeMicros: 5.85 },
      preferredPodAffinity: { baseMicros: 316, perNodeMicros: 5.54, perClusterNodeMicros: 0.335 },
      requiredPodAffinity: { baseMicros: 435, perNodeMicros: 3.98, perClusterNodeMicros: 0.369 },
    },
  },
} as const satisfies Readonly<Record<string, CycleTime>>;

export type CycleTimePreset = keyof typeof CYCLE_TIME_PRESETS;

/** Virtual time of one cycle, in whole microseconds. */
export function cycleMicros(time: CycleTime, pod: PodInfo, nodes: CycleNodes): number {
  const of = ({ baseMicros, perNodeMicros, perClusterNodeMicros = 0 }: CycleCost) =>
    Math.round(
      baseMicros + perNodeMicros * nodes.evaluated + perClusterNodeMicros * nodes.inCluster,
    );
  let micros = of(time);
  if (time.constrained === undefined) return micros;
  for (const constraint of constraintsOf(pod.template)) {
    micros = Math.max(micros, of(time.constrained[constraint]));
  }
  return micros;
}

function constraintsOf(template: PodTemplateInfo): readonly Constraint[] {
  const { spec, hasAffinity } = template;
  const constraints: Constraint[] = [];
  if ((spec.topologySpreadConstraints?.length ?? 0) > 0) constraints.push("spread");
  if (!hasAffinity) return constraints;
  const { requiredAffinityTerms, requiredAntiAffinityTerms } = template;
  if (requiredAffinityTerms.length + requiredAntiAffinityTerms.length > 0) {
    constraints.push("requiredPodAffinity");
  }
  const { preferredAffinityTerms, preferredAntiAffinityTerms } = template;
  if (preferredAffinityTerms.length + preferredAntiAffinityTerms.length > 0) {
    constraints.push("preferredPodAffinity");
  }
  return constraints;
}
