import { ln } from "../../kernel/math.js";

/** What a histogram's buckets are made from; see {@link BucketScheme}. */
export interface BucketSchemeOptions {
  /** Samples up to this value have a bucket of their own size; larger ones go into the last. */
  readonly maxValue: number;
  readonly firstBucketSize: number;
  /** How many times as large as the one before it each bucket is. */
  readonly ratio: number;
  /** A bucket of less weight counts as empty. */
  readonly epsilon: number;
}

/** Buckets whose sizes grow by a constant ratio. Source: VPA, NewExponentialHistogramOptions (1.8). */
export class BucketScheme {
  readonly epsilon: number;
  /** Where each bucket begins. */
  readonly starts: Float64Array;

  constructor({ maxValue, firstBucketSize, ratio, epsilon }: BucketSchemeOptions) {
    this.epsilon = epsilon;
    const reach = ln((maxValue * (ratio - 1)) / firstBucketSize + 1) / ln(ratio);
    this.starts = new Float64Array(Math.ceil(reach) + 1);
    let power = 1;
    for (let n = 1; n < this.starts.length; n++) {
      power *= ratio;
      this.starts[n] = (firstBucketSize * (power - 1)) / (ratio - 1);
    }
  }

  get count(): number {
    return this.starts.length;
  }

  /** The last bucket that does not begin above the value. */
  find(value: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
