import type { TimeMicros } from "../base/time.js";
import type { Measured } from "./gauge.js";
import type { RequestShape } from "./request-shapes.js";
import { CPU, MEMORY, type ResourceIndex } from "./resource-amounts.js";
import { ResourceFigures } from "./resource-figures.js";

/** Sums over the cluster, one {@link ResourceFigures} a resource that a pod or a node has named. */
export class ResourceLedger implements Measured {
  readonly names: string[] = [];
  private readonly figures: ResourceFigures[] = [];
  private windowOpen = false;
  private nowMicros: TimeMicros;

  constructor(startMicros: TimeMicros) {
    this.nowMicros = startMicros;
    this.indexOf("cpu");
    this.indexOf("memory");
  }

  /** The position of a resource, from now on kept if it is new. */
  indexOf(name: string): ResourceIndex {
    const known = this.names.indexOf(name);
    if (known >= 0) return known;
    const figures = new ResourceFigures(this.nowMicros);
    if (this.windowOpen) figures.openWindow(this.nowMicros);
    this.names.push(name);
    this.figures.push(figures);
    return this.names.length - 1;
  }

  at(resource: ResourceIndex): ResourceFigures {
    return this.figures[resource]!;
  }

  /** A pod alive came (1) or went (−1). */
  demandChanged(shape: RequestShape, sign: 1 | -1, timeMicros: TimeMicros): void {
    const { amounts } = shape;
    for (let i = 0; i < amounts.length; i++) {
      const { resource, amount } = amounts[i]!;
      this.at(resource).demand.add(sign * amount, timeMicros);
    }
  }

  /** A bound pod came (1) or went (−1). */
  boundChanged(shape: RequestShape, sign: 1 | -1, timeMicros: TimeMicros): void {
    const { amounts } = shape;
    for (let i = 0; i < amounts.length; i++) {
      const { resource, amount } = amounts[i]!;
      this.at(resource).changeBound(sign * amount, timeMicros);
    }
  }

  usageChanged(cpuMillis: number, memoryBytes: number, timeMicros: TimeMicros): void {
    this.at(CPU).used.add(cpuMillis, timeMicros);
    this.at(MEMORY).used.add(memoryBytes, timeMicros);
  }

  /** Lets time pass; a resource that is met next starts here. */
  settle(timeMicros: TimeMicros): void {
    this.nowMicros = timeMicros;
    for (const figures of this.figures) figures.settle(timeMicros);
  }

  openWindow(timeMicros: TimeMicros): void {
    this.windowOpen = true;
    this.nowMicros = timeMicros;
    for (const figures of this.figures) figures.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.windowOpen = false;
    this.nowMicros = timeMicros;
    for (const figures of this.figures) figures.closeWindow(timeMicros);
  }
}
