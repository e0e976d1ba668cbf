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

export type GroupRules = ReadinessRules & {
  /** The rules of readiness hold for CPU alone. */
  readonly isCpu: boolean;
  readonly nowMicros: TimeMicros;
};

/** What a pod is whatever is measured of it: it runs, or which group it is in anyway. */
const RUNS = 255;

/**
 * Which of some pods count, and how. What it takes of them is read once, and the same as long as they are the same
 * versions.
 * Source: Kubernetes, "Horizontal Pod Autoscaling: Algorithm details"; replica_calculator.go.
 */
export class PodGroups {
  /** The group of each pod, by its place, as it was grouped last; and how many there are of three. */
  readonly of: Uint8Array;
  readonly length: number;
  readyCount = 0;
  unreadyCount = 0;
  missingCount = 0;
  private readonly kinds: Uint8Array;
  /** 1: its Ready condition is False. */
  private readonly notReady: Uint8Array;
  /** In whole seconds, as timestamps of the API have it; NaN: nobody has said so yet. */
  private readonly startedMicros: Float64Array;
  private readonly changedMicros: Float64Array;
  /** Whether each runs, and none says that it is not ready; and when the last one was started, if that is known. */
  private allRun = true;
  private noneNotReady = true;
  private lastStartedMicros = Number.NEGATIVE_INFINITY;

  constructor(pods: readonly PodVersion[]) {
    const { length } = pods;
    this.length = length;
    this.of = new Uint8Array(length);
    this.kinds = new Uint8Array(length);
    this.notReady = new Uint8Array(length);
    this.startedMicros = new Float64Array(length);
    this.changedMicros = new Float64Array(length);
    for (let place = 0; place < length; place++) this.read(pods[place]!, place);
  }

  /** Groups the pods by their samples. */
  group(samples: PodSamples, rules: GroupRules): this {
    if (this.countsBySamples(rules)) return this.bySamples(samples);
    const counts = [0, 0, 0, 0];
    for (let place = 0; place < this.length; place++) {
      const group = this.groupOf(place, samples, rules);
      this.of[place] = group;
      counts[group]! += 1;
    }
    this.readyCount = counts[PodGroup.ready]!;
    this.unreadyCount = counts[PodGroup.unready]!;
    this.missingCount = counts[PodGroup.missing]!;
    return this;
  }

  /** Whether each pod that there is a sample of counts as ready. */
  private countsBySamples(rules: GroupRules): boolean {
    if (!this.allRun || !rules.isCpu) return this.allRun;
    // Not where it is unknown when one was started: then this is NaN.
    const isOld = this.lastStartedMicros + rules.cpuInitializationMicros <= rules.nowMicros;
    return this.noneNotReady && isOld;
  }

  private bySamples({ valueMillis }: PodSamples): this {
    let missing = 0;
    for (let place = 0; place < this.length; place++) {
      if (Number.isNaN(valueMillis[place])) missing += 1;
    }
    if (missing > 0 || this.readyCount < this.length) {
      for (let place = 0; place < this.length; place++) {
        this.of[place] = Number.isNaN(valueMillis[place]) ? PodGroup.missing : PodGroup.ready;
      }
    }
    this.readyCount = this.length - missing;
    this.unreadyCount = 0;
    this.missingCount = missing;
    return this;
  }

  private read(pod: PodVersion, place: number): void {
    const condition = podCondition(pod, "Ready");
    const { startTimeMicros } = pod.status;
    this.kinds[place] = kindOf(pod);
    this.notReady[place] = condition?.status === "False" ? 1 : 0;
    const isKnown = condition !== undefined && startTimeMicros !== null;
    this.startedMicros[place] = isKnown ? wholeSecond(startTimeMicros) : Number.NaN;
    this.changedMicros[place] = isKnown
      ? wholeSecond(condition.lastTransitionTimeMicros)
      : Number.NaN;
    this.allRun &&= this.kinds[place] === RUNS;
    this.noneNotReady &&= this.notReady[place] === 0;
    this.lastStartedMicros = Math.max(this.lastStartedMicros, this.startedMicros[place]!);
  }

  private groupOf(place: number, samples: PodSamples, rules: GroupRules): number {
    const kind = this.kinds[place]!;
    if (kind !== RUNS) return kind;
    if (Number.isNaN(samples.valueMillis[place])) return PodGroup.missing;
    const saysNothing = rules.isCpu && this.isTooYoung(place, samples, rules);
    return saysNothing ? PodGroup.unready : PodGroup.ready;
  }

  /** Whether the sample of a pod says nothing yet. */
  private isTooYoung(place: number, samples: PodSamples, rules: GroupRules): boolean {
    const started = this.startedMicros[place]!;
    const changed = this.changedMicros[place]!;
    if (Number.isNaN(started)) return true;
    const notReady = this.notReady[place] === 1;
    if (started + rules.cpuInitializationMicros > rules.nowMicros) {
      const sampled = wholeSecond(samples.timestampMicros[place]!);
      return notReady || sampled < changed + samples.windowMicros[place]!;
    }
    return notReady && started + rules.initialReadinessDelayMicros > changed;
  }
}

function kindOf(pod: PodVersion): number {
  if (pod.deletionTimeMicros !== null || pod.phase === "Failed") return PodGroup.ignored;
  return pod.phase === "Pending" ? PodGroup.unready : RUNS;
}

/** Timestamps of the API have no fractions of a second. */
function wholeSecond(timeMicros: TimeMicros): TimeMicros {
  return Math.floor(timeMicros / MICROS_PER_SECOND) * MICROS_PER_SECOND;
}
