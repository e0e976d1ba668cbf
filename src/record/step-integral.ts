import type { TimeMicros } from "../base/time.js";
import { ExactSum } from "./exact-sum.js";

/**
 * The integral over time of a value that changes in steps, settled at each change and when it is
 * read: exact for integers, and no samples.
 */
export class StepIntegral {
  private level = 0;
  private readonly sum = new ExactSum();

  constructor(private since: TimeMicros) {}

  get current(): number {
    return this.level;
  }

  set(level: number, timeMicros: TimeMicros): void {
    if (level === this.level) return;
    this.settle(timeMicros);
    this.level = level;
  }

  add(change: number, timeMicros: TimeMicros): void {
    this.set(this.level + change, timeMicros);
  }

  /** Value × microseconds up to `timeMicros`; not before the last change. */
  until(timeMicros: TimeMicros): ExactSum {
    this.settle(timeMicros);
    return this.sum;
  }

  private settle(timeMicros: TimeMicros): void {
    if (timeMicros > this.since && this.level !== 0) {
      this.sum.addProduct(this.level, timeMicros - this.since);
    }
    this.since = timeMicros;
  }
}
