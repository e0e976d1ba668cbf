import { kindNamed } from "../api/kinds.js";
import type { TimeMicros } from "../base/time.js";
import type { AnyVersion } from "../api/object-version.js";
import { Counter, Gauge, type Measured } from "./gauge.js";
import { RolloutClock } from "./rollout-clock.js";

/** Sums over all targets, kept beside theirs so that an interval need not visit each of them. */
export class WholeOfTargets implements Measured {
  readonly replicas: Gauge;
  readonly unavailable: Gauge;
  readonly surge: Gauge;
  readonly scaleEvents = new Counter();

  constructor(startMicros: TimeMicros) {
    this.replicas = new Gauge(startMicros);
    this.unavailable = new Gauge(startMicros);
    this.surge = new Gauge(startMicros);
  }

  openWindow(timeMicros: TimeMicros): void {
    for (const measured of this.measured()) measured.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    for (const measured of this.measured()) measured.closeWindow(timeMicros);
  }

  private measured(): readonly Measured[] {
    return [this.replicas, this.unavailable, this.surge, this.scaleEvents];
  }
}

function move(part: Gauge, whole: Gauge, level: number, timeMicros: TimeMicros): void {
  if (part.current === level) return;
  whole.add(level - part.current, timeMicros);
  part.set(level, timeMicros);
}

/** A workload object that wants a number of ready pods, and its pods over time. */
export class WorkloadTarget implements Measured {
  readonly replicas: Gauge;
  /** 1 while fewer pods are ready than desired. */
  readonly unavailable: Gauge;
  /** Pods beyond the desired number. */
  readonly surge: Gauge;
  readonly scaleEvents = new Counter();
  readonly rollouts = new RolloutClock();
  /** As it stands in the files: `target=namespace/Kind/name`. */
  readonly labels: string;
  private desired = 0;

  constructor(
    label: string,
    startMicros: TimeMicros,
    private readonly whole: WholeOfTargets,
  ) {
    this.labels = `target=${label}`;
    this.replicas = new Gauge(startMicros);
    this.unavailable = new Gauge(startMicros);
    this.surge = new Gauge(startMicros);
  }

  /** The object as it is now; null before it was made and after it is gone. */
  objectChanged(before: AnyVersion | null, after: AnyVersion | null, timeMicros: TimeMicros): void {
    const desired = desiredReplicas(after);
    if (before !== null && after !== null && kindNamed(after.kind)?.isScaled === true) {
      if (desiredReplicas(before) !== desired) {
        this.scaleEvents.add(1);
        this.whole.scaleEvents.add(1);
      }
    }
    this.desired = desired;
    this.rollouts.objectChanged(before, after, timeMicros);
  }

  /** `active` pods neither ended nor ending, `ready` of them Ready. */
  podsChanged(active: number, ready: number, timeMicros: TimeMicros): void {
    const { whole } = this;
    move(this.replicas, whole.replicas, active, timeMicros);
    move(this.unavailable, whole.unavailable, ready < this.desired ? 1 : 0, timeMicros);
    move(this.surge, whole.surge, Math.max(0, active - this.desired), timeMicros);
  }

  openWindow(timeMicros: TimeMicros): void {
    for (const measured of this.measured()) measured.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    for (const measured of this.measured()) measured.closeWindow(timeMicros);
  }

  private measured(): readonly Measured[] {
    return [this.replicas, this.unavailable, this.surge, this.scaleEvents, this.rollouts];
  }
}

/** True for the kinds that want a number of ready pods. */
export function isTargetKind(kind: string): boolean {
  return kindNamed(kind)?.workload !== undefined;
}

function desiredReplicas(object: AnyVersion | null): number {
  if (object === null || object.deletionTimeMicros !== null) return 0;
  return kindNamed(object.kind)?.workload?.desiredPods(object.spec, object.status) ?? 0;
}
