import type { PodSpec, Toleration } from "../../api/kubernetes.js";
import { type HostPort, hostPortsOf } from "../../scheduler/framework/host-ports.js";
import { relaxed } from "./preferences.js";
import { Requirements } from "./requirements.js";

export type PreferencePolicy = "Respect" | "Ignore";

/** What a pod, with the preferences that it has left, asks of a node. */
export interface PodNeeds {
  readonly spec: PodSpec;
  /** The heaviest preference counts like the rest. */
  readonly requirements: Requirements;
  /** Without preferences. */
  readonly strictRequirements: Requirements;
  readonly tolerations: readonly Toleration[];
  readonly hostPorts: readonly HostPort[];
}

interface PodNeedsOptions {
  readonly preferencePolicy: PreferencePolicy;
  /** Taints that repel only by preference are among what is given up. */
  readonly toleratesPreferNoSchedule: boolean;
}

/** The needs of pods, remembered by the spec that siblings share, and what follows when a preference is given up. */
export class PodNeedsTable {
  private readonly bySpec = new Map<PodSpec, PodNeeds>();
  private readonly next = new Map<PodNeeds, PodNeeds | null>();

  constructor(private readonly options: PodNeedsOptions) {}

  of(spec: PodSpec): PodNeeds {
    let needs = this.bySpec.get(spec);
    if (needs === undefined) {
      needs = needsOf(spec, this.options.preferencePolicy);
      this.bySpec.set(spec, needs);
    }
    return needs;
  }

  /** With one preference less; null: none is left. */
  relaxed(needs: PodNeeds): PodNeeds | null {
    let next = this.next.get(needs);
    if (next === undefined) {
      const spec = relaxed(needs.spec, this.options.toleratesPreferNoSchedule);
      next = spec === null ? null : needsOf(spec, this.options.preferencePolicy);
      this.next.set(needs, next);
    }
    return next;
  }
}

function needsOf(spec: PodSpec, policy: PreferencePolicy): PodNeeds {
  const strictRequirements = podRequirements(spec, false);
  const { nodeAffinity } = spec.affinity ?? {};
  const prefers =
    policy === "Respect" &&
    (nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).length > 0;
  return {
    spec,
    requirements: prefers ? podRequirements(spec, true) : strictRequirements,
    strictRequirements,
    tolerations: spec.tolerations ?? [],
    hostPorts: hostPortsOf(spec, { sidecars: false }),
  };
}

/** Of several terms of either kind, one counts at a time: the first that is required, the heaviest that is preferred. */
export function podRequirements(spec: PodSpec, withPreferences: boolean): Requirements {
  const requirements = Requirements.ofLabels(spec.nodeSelector ?? {});
  const { nodeAffinity } = spec.affinity ?? {};
  if (withPreferences) {
    const preferred = nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const [heaviest] = preferred.toSorted((a, b) => b.weight - a.weight);
    requirements.addAll(Requirements.ofRaw(heaviest?.preference.matchExpressions ?? []));
  }
  const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return requirements.addAll(Requirements.ofRaw(terms?.[0]?.matchExpressions ?? []));
}
