import { type PodVersion, podCondition } from "../../api/pod-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { PodSamples } from "./pod-samples.js";

/** When the CPU use of a pod that has just started says nothing yet. */
export interface ReadinessRules {
  /** Upstream's `--horizontal-pod-autoscaler-cpu-initialization-period`. */
  readonly cpuInitializationMicros: TimeMicros;
  /** Upstream's `--horizontal-pod-autoscaler-initial-readiness-delay`. */
  readonly initialReadinessDelayMicros: TimeMicros;
}

/** How a pod counts: `missing` means that there is no sample of it. */
export const PodGroup = { ready: 0, unready: 1, missing: 2, ignored: 3 } as const;

/** The group of each pod, by its place, and how many there are of three. */
export interface PodGroups {
  readonly of: Uint8Array;
  readonly readyCount: number;
  readonly unreadyCount: number;
  readonly missingCount: number;
}

export type GroupRules = ReadinessRules & {
  /** The rules of readiness hold for CPU alone. */
  readonly isCpu: boolean;
  readonly nowMicros: TimeMicros;
};

/**
 * Which pods count, and how.
 * Source: Kubernetes, "Horizontal Pod Autoscaling: Algorithm details"; replica_calculator.go.
 */
export function groupPods(
  pods: readonly PodVersion[],
  samples: PodSamples,
  rules: GroupRules,
): PodGroups {
  const of = new Uint8Array(pods.length);
  const counts = [0, 0, 0, 0];
  for (let place = 0; place < pods.length; place++) {
    const group = groupOf(pods[place]!, place, samples, rules);
    of[place] = group;
    counts[group]! += 1;
  }
  return {
    of,
    readyCount: counts[PodGroup.ready]!,
    unreadyCount: counts[PodGroup.unready]!,
    missingCount: counts[PodGroup.missing]!,
  };
}

function groupOf(pod: PodVersion, place: number, samples: PodSamples, rules: GroupRules): number {
  if (pod.deletionTimeMicros !== null || pod.phase === "Failed") return PodGroup.ignored;
  if (pod.phase === "Pending") return PodGroup.unready;
  if (Number.isNaN(samples.valueMillis[place])) return PodGroup.missing;
  const saysNothing = rules.isCpu && isTooYoung(pod, place, samples, rules);
  return saysNothing ? PodGroup.unready : PodGroup.ready;
}

/** Whether the sample of a pod says nothing yet. */
function isTooYoung(
  pod: PodVersion,
  place: number,
  samples: PodSamples,
  rules: GroupRules,
): boolean {
  const condition = podCondition(pod, "Ready");
  const { startTimeMicros } = pod.status;
  if (condition === undefined || startTimeMicros === null) return true;
  const notReady = condition.status === "False";
  const started = wholeSecond(startTimeMicros);
  const changed = wholeSecond(condition.lastTransitionTimeMicros);
  if (started + rules.cpuInitializationMicros > rules.nowMicros) {
    const sampled = wholeSecond(samples.timestampMicros[place]!);
    return notReady || sampled < changed + samples.windowMicros[place]!;
  }
  return notReady && started + rules.initialReadinessDelayMicros > changed;
}

/** Timestamps of the API have no fractions of a second. */
function wholeSecond(timeMicros: TimeMicros): TimeMicros {
  return Math.floor(timeMicros / MICROS_PER_SECOND) * MICROS_PER_SECOND;
}
