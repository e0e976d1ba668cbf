import { CounterFamily } from "./counter-family.js";
import type { Measured } from "./gauge.js";

/** Steps of the timeline that did not go well, by operation. */
export class StepLedger implements Measured {
  readonly failed = new CounterFamily();
  /** How many were not over at the end of the run, whatever was measured. */
  readonly unfinished = new Map<string, number>();

  addUnfinished(operation: string): void {
    this.unfinished.set(operation, (this.unfinished.get(operation) ?? 0) + 1);
  }

  openWindow(): void {
    this.failed.openWindow();
  }

  closeWindow(): void {
    this.failed.closeWindow();
  }
}
