import { exp } from "../../kernel/math.js";
import type { BucketScheme } from "./bucket-scheme.js";

/** The beginning of Go's calendar, as a reference that no sample has set yet. */
export const NO_TIME = Number.NEGATIVE_INFINITY;

/** So many half-lives after the reference, weights would grow too large. */
const MAX_HALF_LIVES = 100;
/** The largest weight of a bucket in a checkpoint. */
const CHECKPOINT_WEIGHT = 10_000;
/** The longest duration that Go knows. */
const MAX_DURATION_MICROS = 9_223_372_036_854_776;
/** From 0001-01-01 to 1970-01-01. */
const YEAR_ONE_MICROS = 62_135_596_800_000_000n;

/** A histogram as a checkpoint has it; see {@link DecayingHistogram.checkpoint}. */
export interface HistogramCheckpoint {
  /** Microseconds since 1970, or {@link NO_TIME}. */
  readonly referenceMicros: number;
  /** By number of bucket. */
  readonly bucketWeights: ReadonlyMap<number, number>;
  readonly totalWeight: number;
}

/**
 * A histogram whose older samples weigh less: a sample's weight doubles with every half-life that it is
 * later. Weights are relative to a reference time, which moves on now and then. Times are microseconds since 1970.
 * Source: VPA, pkg/recommender/util (1.8).
 */
export class DecayingHistogram {
  private readonly weights: Float64Array;
  private total = 0;
  /** The first and the last bucket that count. */
  private first: number;
  private last = 0;
  private referenceMicros = NO_TIME;

  constructor(
    readonly scheme: BucketScheme,
    readonly halfLifeMicros: number,
  ) {
    this.weights = new Float64Array(scheme.count);
    this.first = scheme.count - 1;
  }

  add(value: number, weight: number, timeMicros: number): void {
    const bucket = this.scheme.find(value);
    const decayed = weight * this.decay(timeMicros);
    const sum = this.weights[bucket]! + decayed;
    this.weights[bucket] = sum;
    this.total += decayed;
    if (sum < this.scheme.epsilon) return;
    if (bucket < this.first) this.first = bucket;
    if (bucket > this.last) this.last = bucket;
  }

  /** Takes away what {@link add} has put in; a rest below epsilon is none. */
  subtract(value: number, weight: number, timeMicros: number): void {
    const bucket = this.scheme.find(value);
    const decayed = weight * this.decay(timeMicros);
    this.total = this.rest(this.total, decayed);
    this.weights[bucket] = this.rest(this.weights[bucket]!, decayed);
    this.narrow();
  }

  /** Adds the other's samples. Of two, the one with the older reference is shifted, even if that is the other. */
  merge(other: DecayingHistogram): void {
    if (this.referenceMicros < other.referenceMicros) this.shift(other.referenceMicros);
    else if (other.referenceMicros < this.referenceMicros) other.shift(this.referenceMicros);
    for (let i = other.first; i <= other.last; i++) {
      this.weights[i] = this.weights[i]! + other.weights[i]!;
    }
    this.total += other.total;
    this.first = Math.min(this.first, other.first);
    this.last = Math.max(this.last, other.last);
  }

  get isEmpty(): boolean {
    return this.weights[this.first]! < this.scheme.epsilon;
  }

  /** The end of the bucket in which `fraction` of the weight is reached; 0 of an empty histogram. */
  percentile(fraction: number): number {
    if (this.isEmpty) return 0;
    const threshold = fraction * this.total;
    let bucket = this.first;
    for (let sum = 0; bucket < this.last; bucket++) {
      sum += this.weights[bucket]!;
      if (sum >= threshold) break;
    }
    return this.scheme.starts[Math.min(bucket + 1, this.scheme.count - 1)]!;
  }

  /** Weights are scaled so that the largest is 10,000, and rounded. */
  checkpoint(): HistogramCheckpoint {
    let largest = 0;
    for (let i = this.first; i <= this.last; i++) largest = Math.max(largest, this.weights[i]!);
    const bucketWeights = new Map<number, number>();
    for (let i = this.first; i <= this.last; i++) {
      const weight = Math.floor(this.weights[i]! * (CHECKPOINT_WEIGHT / largest) + 0.5);
      if (weight > 0) bucketWeights.set(i, weight);
    }
    return { referenceMicros: this.referenceMicros, bucketWeights, totalWeight: this.total };
  }

  /** Adds a checkpoint's samples and takes its reference; false: it is none of such a histogram. */
  load({ referenceMicros, bucketWeights, totalWeight }: HistogramCheckpoint): boolean {
    if (totalWeight < 0) return false;
    let sum = 0;
    for (const [bucket, weight] of bucketWeights) {
      if (!(bucket >= 0 && bucket < this.scheme.count)) return false;
      sum += weight;
    }
    this.referenceMicros = referenceMicros;
    if (sum === 0) return true;
    for (const [bucket, weight] of bucketWeights) {
      this.first = Math.min(this.first, bucket);
      this.last = Math.max(this.last, bucket);
      this.weights[bucket] = this.weights[bucket]! + weight * (totalWeight / sum);
    }
    this.total += totalWeight;
    this.narrow();
    return true;
  }

  private rest(weight: number, taken: number): number {
    const left = weight - taken;
    return left < this.scheme.epsilon ? 0 : left;
  }

  private narrow(): void {
    const { epsilon, count } = this.scheme;
    while (this.weights[this.first]! < epsilon && this.first < count - 1) this.first += 1;
    while (this.weights[this.last]! < epsilon && this.last > 0) this.last -= 1;
  }

  /** What a weight at that time counts; moves the reference if it lies too far back. */
  private decay(timeMicros: number): number {
    const latest = this.referenceMicros + MAX_HALF_LIVES * this.halfLifeMicros;
    if (timeMicros > latest) this.shift(timeMicros);
    return exp2(difference(timeMicros, this.referenceMicros) / this.halfLifeMicros);
  }

  private shift(towardsMicros: number): void {
    const reference = roundedToHalfLife(towardsMicros, this.halfLifeMicros);
    const passed = difference(this.referenceMicros, reference) / this.halfLifeMicros;
    const factor = exp2(Math.floor(passed + 0.5));
    for (let i = this.first; i <= this.last; i++) this.weights[i] = this.weights[i]! * factor;
    this.total *= factor;
    this.narrow();
    this.referenceMicros = reference;
  }
}

/** How much later one time is than the other, as far as a duration reaches. */
function difference(timeMicros: number, beforeMicros: number): number {
  const micros = timeMicros - beforeMicros;
  return Math.min(Math.max(micros, -MAX_DURATION_MICROS), MAX_DURATION_MICROS);
}

/** The nearest multiple of the half-life, half up, counted from the year 1. */
function roundedToHalfLife(timeMicros: number, halfLifeMicros: number): number {
  const whole = Math.floor(timeMicros);
  const remainder = Number((BigInt(whole) + YEAR_ONE_MICROS) % BigInt(halfLifeMicros));
  const down = whole - remainder;
  return remainder + remainder < halfLifeMicros ? down : down + halfLifeMicros;
}

/** 2 to the power of x: exact for whole x. */
function exp2(x: number): number {
  const whole = Math.floor(x);
  if (whole < -1074) return 0;
  const fraction = x - whole;
  const scale = wholePowerOf2(whole);
  return fraction === 0 ? scale : scale * exp(fraction * Math.LN2);
}

function wholePowerOf2(exponent: number): number {
  return 2 ** exponent;
}
