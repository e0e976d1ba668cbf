import type { TimeMicros } from "../base/time.js";
import type { Measured } from "./gauge.js";
import type { NodeLife } from "./node-ledger.js";
import type { StepIntegral } from "./step-integral.js";

/** Amount × microseconds: millicores of CPU, bytes of memory. */
export interface AllocationIntegrals {
  requested: number;
  allocatable: number;
}

const RESOURCES = [
  ["cpu", "cpuRequested", "cpuAllocatable"],
  ["memory", "memoryRequested", "memoryAllocatable"],
] as const;

/** What the nodes of each pool offered within the window, and what pods on them asked for. */
export class PoolAllocation implements Measured {
  private atOpening: ReadonlyMap<string, AllocationIntegrals> = new Map();
  private measured: ReadonlyMap<string, AllocationIntegrals> = new Map();

  constructor(private readonly lives: readonly NodeLife[]) {}

  openWindow(timeMicros: TimeMicros): void {
    this.atOpening = this.until(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    const sums = this.until(timeMicros);
    for (const [labels, sum] of sums) {
      const before = this.atOpening.get(labels);
      sum.requested -= before?.requested ?? 0;
      sum.allocatable -= before?.allocatable ?? 0;
    }
    this.measured = sums;
  }

  /** By `pool=…;resource=…`, once the window is closed. */
  get window(): ReadonlyMap<string, AllocationIntegrals> {
    return this.measured;
  }

  private until(timeMicros: TimeMicros): Map<string, AllocationIntegrals> {
    const sums = new Map<string, AllocationIntegrals>();
    const integral = (of: StepIntegral): number => of.until(timeMicros).value();
    for (const life of this.lives) {
      if (life.price === null) continue;
      for (const [resource, requested, allocatable] of RESOURCES) {
        const labels = `pool=${life.price.pool};resource=${resource}`;
        const sum = sums.get(labels) ?? { requested: 0, allocatable: 0 };
        sums.set(labels, sum);
        sum.requested += integral(life[requested]);
        sum.allocatable += integral(life[allocatable]);
      }
    }
    return sums;
  }
}
