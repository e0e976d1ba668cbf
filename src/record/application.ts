import type { TimeMicros } from "../base/time.js";
import { Gauge, type Measured, move } from "./gauge.js";
import { RolloutTally } from "./rollout-clock.js";

/** Workloads that are one application to whoever uses it, such as the two sides of a canary. */
export interface ApplicationSpec {
  readonly name: string;
  /** `namespace/Kind/name` of each. */
  readonly workloads: readonly string[];
  /** How many ready pods it is meant to have. */
  readonly replicas: number;
}

/** How one of its workloads stands. */
export interface MemberState {
  readonly desired: number;
  readonly active: number;
  readonly ready: number;
  /** The images of its pod template; the same text for the same version of the application. */
  readonly version: string;
  /** As `kubectl rollout status` tells. */
  readonly isRolledOut: boolean;
}

/** The sums over all targets, into which an application counts as one. */
export interface ApplicationSums {
  readonly replicas: Gauge;
  readonly unavailable: Gauge;
  readonly surge: Gauge;
}

/** A change of versions that is under way. */
interface Change {
  readonly sinceMicros: TimeMicros;
  /** Most pods of other versions than the one before that were desired. */
  most: number;
  /** Since when there are fewer than that; null: there are not. */
  backMicros: TimeMicros | null;
}

/**
 * An application over time: its pods against what it is meant to have, and its changes of versions. One
 * begins when a workload of it first wants pods of another version, and ends when all that want pods want
 * the same one, have rolled it out, and enough are ready. Where that is a version that it had before, it is a
 * rollback, which began when the wish for the new version shrank.
 */
export class Application implements Measured {
  readonly replicas: Gauge;
  /** 1 while fewer pods are ready than it is meant to have. */
  readonly unavailable: Gauge;
  /** Pods beyond that number. */
  readonly surge: Gauge;
  readonly rollouts = new RolloutTally();
  readonly rollbacks = new RolloutTally();
  readonly labels: string;
  private readonly members = new Map<string, MemberState>();
  private readonly had = new Set<string>();
  /** The version that it had when it last was of one. */
  private settled: string | null = null;
  private change: Change | null = null;
  private inWindow = false;

  constructor(
    private readonly spec: ApplicationSpec,
    startMicros: TimeMicros,
    private readonly whole: ApplicationSums,
  ) {
    this.labels = `application=${spec.name}`;
    this.replicas = new Gauge(startMicros);
    this.unavailable = new Gauge(startMicros);
    this.surge = new Gauge(startMicros);
  }

  get isChanging(): boolean {
    return this.change !== null;
  }

  memberChanged(workload: string, state: MemberState | null, timeMicros: TimeMicros): void {
    if (state === null) this.members.delete(workload);
    else this.members.set(workload, state);
    const { replicas: meant } = this.spec;
    const active = this.sum((member) => member.active);
    const ready = this.sum((member) => member.ready);
    const { whole } = this;
    move(this.replicas, whole.replicas, active, timeMicros);
    move(this.unavailable, whole.unavailable, ready < meant ? 1 : 0, timeMicros);
    move(this.surge, whole.surge, Math.max(0, active - meant), timeMicros);
    this.follow(ready >= meant, timeMicros);
  }

  openWindow(timeMicros: TimeMicros): void {
    this.inWindow = true;
    this.rollouts.clear();
    this.rollbacks.clear();
    if (this.change !== null) this.rollouts.begun += 1;
    for (const gauge of this.gauges()) gauge.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.inWindow = false;
    for (const gauge of this.gauges()) gauge.closeWindow(timeMicros);
  }

  private follow(isEnough: boolean, timeMicros: TimeMicros): void {
    if (this.settled !== null) this.followChange(timeMicros);
    const all = [...this.members.values()];
    const wanted = new Set(all.filter(({ desired }) => desired > 0).map(({ version }) => version));
    const [version] = wanted;
    if (version === undefined || wanted.size > 1) return;
    if (isEnough && all.every(({ isRolledOut }) => isRolledOut)) this.settle(version, timeMicros);
  }

  private followChange(timeMicros: TimeMicros): void {
    const others = this.sum((member) => (member.version === this.settled ? 0 : member.desired));
    if (this.change === null) {
      if (others === 0) return;
      this.change = { sinceMicros: timeMicros, most: others, backMicros: null };
      if (this.inWindow) this.rollouts.begun += 1;
    } else if (others >= this.change.most) {
      this.change.most = others;
      this.change.backMicros = null;
    } else this.change.backMicros ??= timeMicros;
  }

  private settle(version: string, timeMicros: TimeMicros): void {
    const { change } = this;
    this.change = null;
    this.settled = version;
    const isBack = this.had.has(version);
    this.had.add(version);
    if (change === null || !this.inWindow) return;
    const tally = isBack ? this.rollbacks : this.rollouts;
    if (isBack) {
      this.rollouts.begun -= 1;
      this.rollbacks.begun += 1;
    }
    const sinceMicros = isBack ? (change.backMicros ?? change.sinceMicros) : change.sinceMicros;
    tally.completed += 1;
    tally.seconds += (timeMicros - sinceMicros) / 1e6;
  }

  private sum(part: (member: MemberState) => number): number {
    let sum = 0;
    for (const member of this.members.values()) sum += part(member);
    return sum;
  }

  private gauges(): readonly Gauge[] {
    return [this.replicas, this.unavailable, this.surge];
  }
}
