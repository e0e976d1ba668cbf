import type { TimeMicros } from "../base/time.js";
import { Gauge, type Measured } from "./gauge.js";
import { NodeSpread } from "./node-spread.js";

/** What is known over time of one resource of the whole cluster. */
export class ResourceFigures implements Measured {
  /** Requested by pods alive, bound or not. */
  readonly demand: Gauge;
  /** Requested by pods alive and bound. */
  readonly bound: Gauge;
  readonly allocatable: Gauge;
  readonly used: Gauge;
  readonly imbalance: Gauge;
  private readonly spread = new NodeSpread();
  private since: TimeMicros;
  private inWindow = false;
  private peak = 0;

  constructor(timeMicros: TimeMicros) {
    this.demand = new Gauge(timeMicros);
    this.bound = new Gauge(timeMicros);
    this.allocatable = new Gauge(timeMicros);
    this.used = new Gauge(timeMicros);
    this.imbalance = new Gauge(timeMicros);
    this.since = timeMicros;
  }

  /** The highest bound over allocatable that lasted within the window; NaN without any allocatable. */
  get windowPeakRatio(): number {
    return this.allocatable.windowPeak > 0 ? this.peak : Number.NaN;
  }

  changeBound(change: number, timeMicros: TimeMicros): void {
    this.settle(timeMicros);
    this.bound.add(change, timeMicros);
  }

  changeAllocatable(change: number, timeMicros: TimeMicros): void {
    this.settle(timeMicros);
    this.allocatable.add(change, timeMicros);
  }

  /** A node's allocation went from `before` to `after`, as {@link NodeSpread.change} takes them. */
  changeNode(before: number, after: number, timeMicros: TimeMicros): void {
    this.settle(timeMicros);
    this.spread.change(before, after);
  }

  /** Takes what held since the last change into the peak and the imbalance. */
  settle(timeMicros: TimeMicros): void {
    if (timeMicros <= this.since) return;
    if (this.inWindow && this.allocatable.current > 0) {
      this.peak = Math.max(this.peak, this.bound.current / this.allocatable.current);
    }
    this.imbalance.set(this.spread.deviation(), this.since);
    this.since = timeMicros;
  }

  openWindow(timeMicros: TimeMicros): void {
    this.settle(timeMicros);
    this.inWindow = true;
    for (const gauge of this.gauges()) gauge.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.settle(timeMicros);
    this.inWindow = false;
    for (const gauge of this.gauges()) gauge.closeWindow(timeMicros);
  }

  private gauges(): readonly Gauge[] {
    return [this.demand, this.bound, this.allocatable, this.used, this.imbalance];
  }
}
