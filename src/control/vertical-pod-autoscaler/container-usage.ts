import type { Aggregation } from "./aggregation.js";
import { amountOf } from "./amounts.js";
import { NO_TIME } from "./decaying-histogram.js";

/**
 * The use of one container: its CPU samples count one by one, of its memory the peak of each interval. The first
 * interval begins with the first sample. Times are microseconds since 1970.
 * Source: VPA, ContainerState (1.8).
 */
export class ContainerUsage {
  private lastCpuMicros = NO_TIME;
  private lastMemoryMicros = NO_TIME;
  private windowEnd = NO_TIME;
  private usagePeakBytes = 0;
  private oomPeakBytes = 0;

  /** `aggregation`: where the samples go now. */
  constructor(readonly aggregation: () => Aggregation) {}

  /** The largest memory of the running interval. */
  get peakBytes(): number {
    return Math.max(this.usagePeakBytes, this.oomPeakBytes);
  }

  /** The end of the running interval. */
  get windowEndMicros(): number {
    return this.windowEnd;
  }

  /** False: it does not count, because it is not later than the last one. */
  addCpu(millis: number, timeMicros: number): boolean {
    if (!(millis >= 0) || timeMicros <= this.lastCpuMicros) return false;
    this.aggregation().addCpu(millis, timeMicros);
    this.lastCpuMicros = timeMicros;
    return true;
  }

  /** False: it does not count, because it is earlier than the last one. */
  addMemory(bytes: number, timeMicros: number): boolean {
    if (timeMicros < this.lastMemoryMicros) return false;
    return this.takeMemory(bytes, timeMicros, false);
  }

  /** The container was killed for want of memory. False: that is too long ago. */
  addOom(requestBytes: number, timeMicros: number): boolean {
    const aggregation = this.aggregation();
    const { intervalMicros, oomMinBumpUpBytes, oomBumpUpRatio } = aggregation;
    if (timeMicros < this.lastMemoryMicros - intervalMicros) return false;
    const used = Math.max(requestBytes, this.usagePeakBytes);
    const needed = Math.max(used + amountOf(oomMinBumpUpBytes), amountOf(used * oomBumpUpRatio));
    return this.takeMemory(needed, timeMicros, true);
  }

  private takeMemory(bytes: number, timeMicros: number, isOom: boolean): boolean {
    if (!(bytes >= 0)) return false;
    this.lastMemoryMicros = timeMicros;
    if (this.windowEnd === NO_TIME) this.windowEnd = timeMicros;
    const aggregation = this.aggregation();
    if (timeMicros < this.windowEnd) {
      const before = this.peakBytes;
      if (before === 0 || bytes <= before) return true;
      aggregation.subtractMemoryPeak(before, this.windowEnd);
    } else {
      const { intervalMicros } = aggregation;
      const passed = Math.floor((timeMicros - this.windowEnd) / intervalMicros);
      this.windowEnd += (passed + 1) * intervalMicros;
      this.usagePeakBytes = 0;
      this.oomPeakBytes = 0;
    }
    aggregation.addMemoryPeak(bytes, this.windowEnd);
    if (isOom) this.oomPeakBytes = bytes;
    else this.usagePeakBytes = bytes;
    return true;
  }
}
