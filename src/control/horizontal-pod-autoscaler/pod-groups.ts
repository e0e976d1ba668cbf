import { podCondition, type PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";

/** A pod's sample of one metric. */
export interface Sample {
  readonly valueMillis: number;
  readonly timestampMicros: TimeMicros;
  readonly windowMicros: TimeMicros;
}

/** When the CPU use of a pod that has just started says nothing yet. */
export interface ReadinessRules {
  /** Upstream's `--horizontal-pod-autoscaler-cpu-initialization-period`. */
  readonly cpuInitializationMicros: TimeMicros;
  /** Upstream's `--horizontal-pod-autoscaler-initial-readiness-delay`. */
  readonly initialReadinessDelayMicros: TimeMicros;
}

/** Pods by name. */
export interface PodGroups {
  readonly readyCount: number;
  readonly unready: readonly string[];
  /** Those of which there is no sample. */
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
}

/**
 * Which pods count, and how. `isCpu`: the rules of readiness hold for CPU alone.
 * Source: Kubernetes, "Horizontal Pod Autoscaling: Algorithm details"; replica_calculator.go.
 */
export function groupPods(
  pods: readonly PodVersion[],
  samples: ReadonlyMap<string, Sample>,
  options: ReadinessRules & { readonly isCpu: boolean; readonly nowMicros: TimeMicros },
): PodGroups {
  let readyCount = 0;
  const unready: string[] = [];
  const missing: string[] = [];
  const ignored: string[] = [];
  for (const pod of pods) {
    const { name } = pod;
    if (pod.deletionTimeMicros !== null || pod.phase === "Failed") {
      ignored.push(name);
      continue;
    }
    if (pod.phase === "Pending") {
      unready.push(name);
      continue;
    }
    const sample = samples.get(name);
    if (sample === undefined) missing.push(name);
    else if (options.isCpu && saysNothing(pod, sample, options)) unready.push(name);
    else readyCount += 1;
  }
  return { readyCount, unready, missing, ignored };
}

function saysNothing(
  pod: PodVersion,
  sample: Sample,
  rules: ReadinessRules & { readonly nowMicros: TimeMicros },
): boolean {
  const condition = podCondition(pod, "Ready");
  const { startTimeMicros } = pod.status;
  if (condition === undefined || startTimeMicros === null) return true;
  const notReady = condition.status === "False";
  const started = wholeSecond(startTimeMicros);
  const changed = wholeSecond(condition.lastTransitionTimeMicros);
  if (started + rules.cpuInitializationMicros > rules.nowMicros) {
    return notReady || wholeSecond(sample.timestampMicros) < changed + sample.windowMicros;
  }
  return notReady && started + rules.initialReadinessDelayMicros > changed;
}

/** Timestamps of the API have no fractions of a second. */
function wholeSecond(timeMicros: TimeMicros): TimeMicros {
  return Math.floor(timeMicros / MICROS_PER_SECOND) * MICROS_PER_SECOND;
}
