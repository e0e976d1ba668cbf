import type { PodInfo } from "./framework/pod-info.js";
import type { PodTemplateInfo } from "./framework/pod-template-info.js";

/** What a scheduling cycle takes of virtual time: a base, and a part for each node it looked at. */
interface CycleCost {
  readonly baseMicros: number;
  readonly perNodeMicros: number;
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
      preferredPodAffinity: { baseMicros: 287, perNodeMicros: 6.35 },
      requiredPodAffinity: { baseMicros: 410, perNodeMicros: 4.65 },
    },
  },
} as const satisfies Readonly<Record<string, CycleTime>>;

export type CycleTimePreset = keyof typeof CYCLE_TIME_PRESETS;

/** Virtual time of one cycle, in whole microseconds. */
export function cycleMicros(time: CycleTime, pod: PodInfo, evaluatedNodes: number): number {
  const of = ({ baseMicros, perNodeMicros }: CycleCost) =>
    Math.round(baseMicros + perNodeMicros * evaluatedNodes);
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
