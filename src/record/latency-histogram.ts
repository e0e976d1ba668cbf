import { assert } from "../base/assert.js";

/** Values from 2^-40 (a picosecond) to 2^24 seconds (194 days); less counts as 0, more as that. */
const LOWEST_EXPONENT = -40;
const OCTAVES = 64;
/** What a double's exponent is stored with. */
const EXPONENT_BIAS = 1023;
const HIGH_WORD_MANTISSA_BITS = 20;
/** Of a count that sums of fractions may be off by, relative. */
const ROUNDING = 1e-12;

const NO_COUNTS = new Float64Array(0);
const NO_BUCKETS = new Int32Array(0);

const bits = new DataView(new ArrayBuffer(8));

/** Durations in seconds, each with a share of all. */
interface Shared {
  readonly seconds: Float64Array;
  readonly shares: Float64Array;
  readonly length: number;
}

/**
 * How often durations, in seconds, occurred: buckets whose width is a fixed share of their place, so
 * that a quantile is off by at most `relativeError` of itself, in memory that does not grow. Counts may
 * be fractions. Sketches of equal precision can be merged.
 *
 * Source: G. Tene, HdrHistogram (its log-linear buckets).
 */
export class LatencyHistogram {
  count = 0;
  sum = 0;
  max = 0;
  private zeros = 0;
  /** Of the buckets from `base` on, whole octaves: those that were ever met, so that many histograms stay small. */
  private counts = NO_COUNTS;
  private base = 0;
  /** No bucket outside of these has a count. */
  private lowest = Number.POSITIVE_INFINITY;
  private highest = -1;
  /** The buckets that have a count, in no order: fewer by far than those between the lowest and the highest. */
  private met = NO_BUCKETS;
  private metCount = 0;
  private readonly shift: number;
  private readonly first: number;

  /** Buckets an octave: 2^precisionBits, from 1 to 20 bits. */
  constructor(private readonly precisionBits = 7) {
    assert(precisionBits >= 1 && precisionBits <= HIGH_WORD_MANTISSA_BITS, "bits of a mantissa");
    this.shift = HIGH_WORD_MANTISSA_BITS - precisionBits;
    this.first = (LOWEST_EXPONENT + EXPONENT_BIAS) * 2 ** precisionBits;
  }

  /** The most that a quantile is off by, as a share of the true one: 2^-(precisionBits + 1). */
  get relativeError(): number {
    const buckets = this.precisionBits + 1;
    return 1 / 2 ** buckets;
  }

  get mean(): number {
    return this.count === 0 ? Number.NaN : this.sum / this.count;
  }

  add(seconds: number, times = 1): void {
    this.count += times;
    this.sum += seconds * times;
    if (seconds > this.max) this.max = seconds;
    const bucket = this.bucketOf(seconds);
    if (bucket < 0) {
      this.zeros += times;
      return;
    }
    this.put(bucket, times);
  }

  /** As {@link add} one by one: each of the first `length` durations, so many times its share. */
  addShares({ seconds, shares, length }: Shared, times: number): void {
    let { count, sum, max } = this;
    for (let i = 0; i < length; i++) {
      const part = times * shares[i]!;
      if (!(part > 0)) continue;
      const duration = seconds[i]!;
      count += part;
      sum += duration * part;
      if (duration > max) max = duration;
      const bucket = this.bucketOf(duration);
      if (bucket < 0) this.zeros += part;
      else this.put(bucket, part);
    }
    this.count = count;
    this.sum = sum;
    this.max = max;
  }

  /** All that another one of the same precision counted. */
  merge(other: LatencyHistogram): void {
    assert(other.precisionBits === this.precisionBits, "histograms of two precisions");
    this.count += other.count;
    this.sum += other.sum;
    this.zeros += other.zeros;
    this.max = Math.max(this.max, other.max);
    const { lowest, highest } = other;
    if (highest < 0) return;
    this.makeRoom(lowest);
    this.makeRoom(highest);
    if (this.metCount === 0) this.takeBuckets(other);
    else this.mergeBuckets(other);
  }

  clear(): void {
    this.count = 0;
    this.sum = 0;
    this.max = 0;
    this.zeros = 0;
    const { base, counts, met } = this;
    for (let i = 0; i < this.metCount; i++) counts[met[i]! - base] = 0;
    this.metCount = 0;
    this.lowest = Number.POSITIVE_INFINITY;
    this.highest = -1;
  }

  /** The least value that a share `p` of the counts does not exceed; NaN when there is none. */
  quantile(p: number): number {
    if (this.count === 0) return Number.NaN;
    const rank = p * this.count * (1 - ROUNDING);
    let sum = this.zeros;
    if (sum > 0 && sum >= rank) return 0;
    const { base, counts, highest } = this;
    if (highest < 0) return 0;
    let last = 0;
    for (let bucket = this.lowest; bucket <= highest; bucket++) {
      const count = counts[bucket - base]!;
      if (count === 0) continue;
      last = bucket;
      sum += count;
      if (sum >= rank) break;
    }
    return this.middleOf(last);
  }

  /** The share of the counts above a bound, by whole buckets; NaN when there is none. */
  shareAbove(seconds: number): number {
    if (this.count === 0) return Number.NaN;
    const bound = this.bucketOf(seconds);
    let above = bound < 0 ? 0 : -this.zeros;
    above += bound < 0 ? this.count - this.zeros : this.count;
    for (let bucket = this.lowest; bucket <= Math.min(bound, this.highest); bucket++) {
      above -= this.counts[bucket - this.base]!;
    }
    return Math.max(0, above) / this.count;
  }

  /** There is room for all of them. */
  private mergeBuckets({ met, metCount, base: from, counts: others }: LatencyHistogram): void {
    const { base, counts } = this;
    for (let i = 0; i < metCount; i++) {
      const bucket = met[i]!;
      const times = others[bucket - from]!;
      const before = counts[bucket - base]!;
      counts[bucket - base] = before + times;
      if (before === 0 && times > 0) this.meet(bucket);
    }
  }

  /** The same where it has none yet. */
  private takeBuckets(other: LatencyHistogram): void {
    const { met: from, metCount, base: otherBase, counts: others } = other;
    if (this.met.length < metCount) this.met = new Int32Array(Math.max(16, metCount * 2));
    const { base, counts, met } = this;
    for (let i = 0; i < metCount; i++) {
      const bucket = from[i]!;
      met[i] = bucket;
      counts[bucket - base] = others[bucket - otherBase]!;
    }
    this.metCount = metCount;
    this.lowest = other.lowest;
    this.highest = other.highest;
  }

  private put(bucket: number, times: number): void {
    const at = bucket - this.base;
    if (at >= 0 && at < this.counts.length && this.counts[at]! > 0) {
      this.counts[at]! += times;
      return;
    }
    if (at < 0 || at >= this.counts.length) this.makeRoom(bucket);
    this.counts[bucket - this.base]! += times;
    if (times > 0) this.meet(bucket);
  }

  /** A bucket has a count that had none. */
  private meet(bucket: number): void {
    if (this.metCount === this.met.length) {
      const larger = new Int32Array(Math.max(16, this.met.length * 2));
      larger.set(this.met);
      this.met = larger;
    }
    this.met[this.metCount] = bucket;
    this.metCount += 1;
    if (bucket < this.lowest) this.lowest = bucket;
    if (bucket > this.highest) this.highest = bucket;
  }

  /** Has the octave of a bucket among the counts. */
  private makeRoom(bucket: number): void {
    const width = 1 << this.precisionBits;
    const octave = bucket - (bucket % width);
    const { base, counts } = this;
    const isFirst = counts.length === 0;
    const from = isFirst ? octave : Math.min(base, octave);
    const to = isFirst ? octave + width : Math.max(base + counts.length, octave + width);
    if (to - from === counts.length) return;
    this.counts = new Float64Array(to - from);
    this.counts.set(counts, isFirst ? 0 : base - from);
    this.base = from;
  }

  private bucketOf(seconds: number): number {
    bits.setFloat64(0, seconds);
    const bucket = (bits.getInt32(0) >>> this.shift) - this.first;
    return Math.min(bucket, (OCTAVES << this.precisionBits) - 1);
  }

  private middleOf(bucket: number): number {
    bits.setInt32(0, (bucket + this.first) << this.shift);
    bits.setInt32(4, 0);
    const low = bits.getFloat64(0);
    bits.setInt32(0, (bucket + 1 + this.first) << this.shift);
    return (low + bits.getFloat64(0)) / 2;
  }
}
