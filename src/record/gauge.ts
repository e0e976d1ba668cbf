import type { TimeMicros } from "../base/time.js";
import { ExactSum } from "./exact-sum.js";

/** What can be read interval by interval and over the measure window. */
export interface Measured {
  openWindow(timeMicros: TimeMicros): void;
  closeWindow(timeMicros: TimeMicros): void;
}

/**
 * A value that changes in steps, with its integral over each interval of the time series and over
 * the measure window, and its peak in the window. Levels that last no time are no peak: what several
 * writes of one instant pass through is not a state of the cluster.
 */
export class Gauge implements Measured {
  private level = 0;
  private readonly sum = new ExactSum();
  private readonly atCut = new ExactSum();
  private readonly atWindow = new ExactSum();
  private highest = 0;
  private inWindow = false;
  private measured = 0;
  private atEnd = 0;

  constructor(private since: TimeMicros) {}

  get current(): number {
    return this.level;
  }

  /** Value × microseconds over the window, once it is closed. */
  get windowIntegral(): number {
    return this.measured;
  }

  /** The level when the window was closed. */
  get windowEnd(): number {
    return this.atEnd;
  }

  /** The highest level that lasted within the window. */
  get windowPeak(): number {
    return this.highest;
  }

  set(level: number, timeMicros: TimeMicros): void {
    if (level === this.level) return;
    this.settle(timeMicros);
    this.level = level;
  }

  add(change: number, timeMicros: TimeMicros): void {
    this.set(this.level + change, timeMicros);
  }

  /** Value × microseconds since the last cut; cuts here. */
  cut(timeMicros: TimeMicros): number {
    this.settle(timeMicros);
    const interval = this.sum.minus(this.atCut);
    this.atCut.copyFrom(this.sum);
    return interval;
  }

  openWindow(timeMicros: TimeMicros): void {
    this.settle(timeMicros);
    this.atWindow.copyFrom(this.sum);
    this.highest = 0;
    this.inWindow = true;
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.settle(timeMicros);
    this.measured = this.sum.minus(this.atWindow);
    this.atEnd = this.level;
    this.inWindow = false;
  }

  private settle(timeMicros: TimeMicros): void {
    if (timeMicros <= this.since) return;
    this.sum.addProduct(this.level, timeMicros - this.since);
    if (this.inWindow && this.level > this.highest) this.highest = this.level;
    this.since = timeMicros;
  }
}

/** A count of what happened, over each interval and over the measure window. */
export class Counter implements Measured {
  private total = 0;
  private atCut = 0;
  private atWindow = 0;
  private measured = 0;

  /** The count within the window, once it is closed. */
  get windowCount(): number {
    return this.measured;
  }

  add(count: number): void {
    this.total += count;
  }

  /** The count since the last cut; cuts here. */
  cut(): number {
    const interval = this.total - this.atCut;
    this.atCut = this.total;
    return interval;
  }

  openWindow(): void {
    this.atWindow = this.total;
  }

  closeWindow(): void {
    this.measured = this.total - this.atWindow;
  }
}

/** Sets a gauge, and the one of the whole that it is a part of. */
export function move(part: Gauge, whole: Gauge, level: number, timeMicros: TimeMicros): void {
  if (part.current === level) return;
  whole.add(level - part.current, timeMicros);
  part.set(level, timeMicros);
}
