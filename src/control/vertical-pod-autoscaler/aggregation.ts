import { mustParseQuantity, numberOf } from "../../api/quantity.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { ContainerPolicy } from "./container-policy.js";
import { DecayingHistogram, type HistogramCheckpoint, NO_TIME } from "./decaying-histogram.js";
import {
  CPU_BUCKETS,
  CPU_SAMPLE_WEIGHT,
  MEMORY_BUCKETS,
  type RecommenderSettings,
} from "./recommender-settings.js";

const MILLIS_PER_CORE = 1000;

/** What a checkpoint says of a container; times in microseconds since 1970. */
export interface AggregationCheckpoint {
  readonly cpu: HistogramCheckpoint;
  readonly memory: HistogramCheckpoint;
  readonly firstSampleMicros: number;
  readonly lastSampleMicros: number;
  readonly sampleCount: number;
}

/**
 * What is known of the use of containers that are alike: of one name, in pods of one set of labels.
 * Source: VPA, AggregateContainerState (1.8).
 */
export class Aggregation {
  readonly cpu: DecayingHistogram;
  readonly memory: DecayingHistogram;
  /** Of CPU samples; {@link NO_TIME}: there was none. */
  firstSampleMicros = NO_TIME;
  lastSampleMicros = NO_TIME;
  /** Of CPU. */
  sampleCount = 0;
  /** Nobody looks at it any more. */
  isDropped = false;
  oomBumpUpRatio: number;
  oomMinBumpUpBytes: number;
  intervalMicros: number;
  private intervalCount: number;

  constructor(
    private readonly settings: RecommenderSettings,
    readonly createdMicros: number,
  ) {
    this.cpu = new DecayingHistogram(CPU_BUCKETS, settings.cpuHalfLifeMicros);
    this.memory = new DecayingHistogram(MEMORY_BUCKETS, settings.memoryHalfLifeMicros);
    this.oomBumpUpRatio = settings.oomBumpUpRatio;
    this.oomMinBumpUpBytes = settings.oomMinBumpUpBytes;
    this.intervalMicros = settings.memoryAggregationIntervalMicros;
    this.intervalCount = settings.memoryAggregationIntervalCount;
  }

  addCpu(millis: number, timeMicros: number): void {
    this.cpu.add(millis / MILLIS_PER_CORE, CPU_SAMPLE_WEIGHT, timeMicros);
    if (timeMicros > this.lastSampleMicros) this.lastSampleMicros = timeMicros;
    if (this.firstSampleMicros === NO_TIME || timeMicros < this.firstSampleMicros) {
      this.firstSampleMicros = timeMicros;
    }
    this.sampleCount += 1;
  }

  addMemoryPeak(bytes: number, timeMicros: number): void {
    this.memory.add(bytes, 1, timeMicros);
  }

  subtractMemoryPeak(bytes: number, timeMicros: number): void {
    this.memory.subtract(bytes, 1, timeMicros);
  }

  merge(other: Aggregation): void {
    this.cpu.merge(other.cpu);
    this.memory.merge(other.memory);
    const { firstSampleMicros: first } = other;
    if (
      this.firstSampleMicros === NO_TIME ||
      (first !== NO_TIME && first < this.firstSampleMicros)
    ) {
      this.firstSampleMicros = first;
    }
    this.lastSampleMicros = Math.max(this.lastSampleMicros, other.lastSampleMicros);
    this.sampleCount += other.sampleCount;
  }

  /** Takes over what the policy of an autoscaler sets; what it does not set stays. */
  followPolicy(policy: ContainerPolicy | undefined): void {
    if (policy === undefined || !this.settings.perVpaConfig) return;
    const { oomBumpUpRatio, oomMinBumpUp } = policy;
    const { memoryAggregationIntervalSeconds: seconds, memoryAggregationIntervalCount } = policy;
    if (oomBumpUpRatio != null) this.oomBumpUpRatio = thousandths(oomBumpUpRatio);
    if (oomMinBumpUp != null) this.oomMinBumpUpBytes = thousandths(oomMinBumpUp);
    if (seconds != null) this.intervalMicros = seconds * MICROS_PER_SECOND;
    if (memoryAggregationIntervalCount != null) this.intervalCount = memoryAggregationIntervalCount;
  }

  get isEmpty(): boolean {
    return this.sampleCount === 0;
  }

  isExpired(nowMicros: number): boolean {
    const since = this.isEmpty ? this.createdMicros : this.lastSampleMicros;
    return nowMicros - since >= this.intervalMicros * this.intervalCount;
  }

  checkpoint(): AggregationCheckpoint {
    const { firstSampleMicros, lastSampleMicros, sampleCount } = this;
    const memory = this.memory.checkpoint();
    return { cpu: this.cpu.checkpoint(), memory, firstSampleMicros, lastSampleMicros, sampleCount };
  }

  /** False: the checkpoint is none that can be read. */
  load(checkpoint: AggregationCheckpoint): boolean {
    this.sampleCount = checkpoint.sampleCount;
    this.firstSampleMicros = checkpoint.firstSampleMicros;
    this.lastSampleMicros = checkpoint.lastSampleMicros;
    return this.memory.load(checkpoint.memory) && this.cpu.load(checkpoint.cpu);
  }
}

/** A quantity cut up to thousandths. */
function thousandths(quantity: string | number): number {
  return numberOf(mustParseQuantity(quantity).roundUp(-3).quantity);
}
