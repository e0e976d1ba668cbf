import { kindNamed } from "../api/kinds.js";
import type { AnyVersion } from "../api/object-version.js";
import { MICROS_PER_MINUTE, type TimeMicros } from "../base/time.js";
import type { Application } from "./application.js";
import { Counter, Gauge, type Measured, move } from "./gauge.js";
import { imagesOf, isRolledOut, RolloutClock } from "./rollout-clock.js";
import { TargetElasticity } from "./target-elasticity.js";

/** A change of size that takes back one so long ago is flapping. */
const FLAP_MICROS = 10 * MICROS_PER_MINUTE;

/** Sums over all targets, kept beside theirs so that an interval need not visit each of them. */
export class WholeOfTargets implements Measured {
  readonly replicas: Gauge;
  readonly unavailable: Gauge;
  readonly surge: Gauge;

  constructor(
    startMicros: TimeMicros,
    readonly scaleEvents = new Counter(),
    readonly flaps = new Counter(),
  ) {
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
    return [this.replicas, this.unavailable, this.surge, this.scaleEvents, this.flaps];
  }
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
  /** Ready pods against those that its load asks for; null as long as nobody has told. */
  elasticity: TargetElasticity | null = null;
  /** Changes of its size soon after one in the other direction. */
  readonly flaps = new Counter();
  /** As it stands in the files: `target=namespace/Kind/name`. */
  readonly labels: string;
  private desired = 0;
  private ready = 0;
  private lastScale = { direction: 0, timeMicros: 0 };
  private object: AnyVersion | null = null;
  private active = 0;

  /** One of an application's workloads counts into the sums by that only. */
  constructor(
    private readonly label: string,
    startMicros: TimeMicros,
    private readonly whole: WholeOfTargets,
    readonly application: Application | null = null,
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
        this.noteDirection(Math.sign(desired - desiredReplicas(before)), timeMicros);
      }
    }
    this.desired = desired;
    this.object = after;
    this.rollouts.objectChanged(before, after, timeMicros);
    this.tellApplication(timeMicros);
  }

  /** `active` pods neither ended nor ending, `ready` of them Ready. */
  podsChanged(active: number, ready: number, timeMicros: TimeMicros): void {
    const { whole } = this;
    this.ready = ready;
    this.elasticity?.setSupply(ready, timeMicros);
    move(this.replicas, whole.replicas, active, timeMicros);
    move(this.unavailable, whole.unavailable, ready < this.desired ? 1 : 0, timeMicros);
    move(this.surge, whole.surge, Math.max(0, active - this.desired), timeMicros);
    this.active = active;
    this.tellApplication(timeMicros);
  }

  private tellApplication(timeMicros: TimeMicros): void {
    const { application, object, label, desired, active, ready } = this;
    if (application === null) return;
    const state =
      object === null
        ? null
        : { desired, active, ready, version: imagesOf(object), isRolledOut: isRolledOut(object) };
    application.memberChanged(label, state, timeMicros);
  }

  /** So many ready pods are what its load asks for from now on. `inWindow`: the time is measured. */
  podsNeeded(count: number, timeMicros: TimeMicros, inWindow: boolean): void {
    if (this.elasticity === null) {
      this.elasticity = new TargetElasticity();
      this.elasticity.setSupply(this.ready, timeMicros);
      if (inWindow) this.elasticity.openWindow(timeMicros);
    }
    this.elasticity.setDemand(count, timeMicros);
  }

  openWindow(timeMicros: TimeMicros): void {
    for (const measured of this.measured()) measured.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    for (const measured of this.measured()) measured.closeWindow(timeMicros);
  }

  private noteDirection(direction: number, timeMicros: TimeMicros): void {
    const { lastScale } = this;
    const isSoon = timeMicros - lastScale.timeMicros <= FLAP_MICROS;
    if (isSoon && lastScale.direction === -direction) {
      this.flaps.add(1);
      this.whole.flaps.add(1);
    }
    this.lastScale = { direction, timeMicros };
  }

  private measured(): readonly Measured[] {
    const { replicas, unavailable, surge, scaleEvents, flaps, rollouts, elasticity } = this;
    const all = [replicas, unavailable, surge, scaleEvents, flaps, rollouts];
    return elasticity === null ? all : [...all, elasticity];
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
