import { assert } from "../../base/assert.js";

/**
 * A rate over time, requests a second, as pieces that are linear in time. Pieces are numbered from
 * 0, follow one another without a gap from time 0, and the last one ends at Infinity with the rate
 * it begins with.
 */
export interface Rate {
  /** The piece that holds a time, in seconds. */
  pieceAt(seconds: number): number;
  startOf(piece: number): number;
  endOf(piece: number): number;
  rateAtStart(piece: number): number;
  /** The limit at the end of the piece. */
  rateAtEnd(piece: number): number;
  /** As {@link requestsBetween}, where there is a quicker way to it. */
  requestsBetween?(fromSeconds: number, toSeconds: number): number;
}

/** A point of a rate: from `seconds` on, so many requests a second. */
export interface RatePoint {
  readonly seconds: number;
  readonly perSecond: number;
}

/** The rate at a time, in seconds. */
export function rateAt(rate: Rate, seconds: number): number {
  const piece = rate.pieceAt(seconds);
  const start = rate.startOf(piece);
  const span = rate.endOf(piece) - start;
  const first = rate.rateAtStart(piece);
  if (span === Number.POSITIVE_INFINITY) return first;
  return first + ((rate.rateAtEnd(piece) - first) * (seconds - start)) / span;
}

/** The expected number of requests between two times, in seconds. */
export function requestsBetween(rate: Rate, fromSeconds: number, toSeconds: number): number {
  return rate.requestsBetween?.(fromSeconds, toSeconds) ?? summed(rate, fromSeconds, toSeconds);
}

/** Piece by piece. */
function summed(rate: Rate, fromSeconds: number, toSeconds: number): number {
  let sum = 0;
  let piece = rate.pieceAt(fromSeconds);
  for (let now = fromSeconds; now < toSeconds; piece++) {
    const end = Math.min(rate.endOf(piece), toSeconds);
    const start = rate.startOf(piece);
    const span = rate.endOf(piece) - start;
    const first = rate.rateAtStart(piece);
    const slope = span === Number.POSITIVE_INFINITY ? 0 : (rate.rateAtEnd(piece) - first) / span;
    sum += (end - now) * (first + slope * ((now + end) / 2 - start));
    now = end;
  }
  return sum;
}

/** Points in the order of time; before the first the rate is 0, after the last it stays. */
class PointRate implements Rate {
  private readonly starts: Float64Array;
  private readonly from: Float64Array;
  private readonly to: Float64Array;
  private recent = 0;

  constructor(points: readonly RatePoint[], isLinear: boolean) {
    const all = points[0]?.seconds === 0 ? points : [{ seconds: 0, perSecond: 0 }, ...points];
    this.starts = Float64Array.from(all, ({ seconds }) => seconds);
    this.from = Float64Array.from(all, ({ perSecond }) => perSecond);
    this.to = Float64Array.from(this.from);
    const first = all.length - points.length;
    for (let i = first; isLinear && i + 1 < all.length; i++) this.to[i] = all[i + 1]!.perSecond;
    for (let i = 1; i < all.length; i++) {
      assert(this.starts[i]! > this.starts[i - 1]!, "the points of a rate must follow in time");
    }
  }

  pieceAt(seconds: number): number {
    const { starts, recent } = this;
    const isRecent = starts[recent]! <= seconds && seconds < this.endOf(recent);
    if (!isRecent) this.recent = lastNotAbove(starts, seconds);
    return this.recent;
  }

  startOf(piece: number): number {
    return this.starts[piece]!;
  }

  endOf(piece: number): number {
    return piece + 1 < this.starts.length ? this.starts[piece + 1]! : Number.POSITIVE_INFINITY;
  }

  rateAtStart(piece: number): number {
    return this.from[piece]!;
  }

  rateAtEnd(piece: number): number {
    return this.to[piece]!;
  }
}

function lastNotAbove(numbers: Float64Array, bound: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (numbers[middle]! <= bound) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function constantRate(perSecond: number): Rate {
  return new PointRate([{ seconds: 0, perSecond }], false);
}

/** Each rate holds until the next point. Times rise. */
export function steppedRate(points: readonly RatePoint[]): Rate {
  return new PointRate(points, false);
}

/** Straight lines between the points. Times rise. */
export function linearRate(points: readonly RatePoint[]): Rate {
  return new PointRate(points, true);
}

/** So many looks at a function are kept: whoever plans ahead, and whoever follows, asks for the same. */
const SAMPLES_KEPT = 64;

/**
 * A function of time by straight lines over pieces of `stepSeconds`. It is asked when a piece is
 * reached, so that it may be as long as the run.
 */
export class SampledRate implements Rate {
  /** The number of the piece that begins with the sample in each slot, and the rate there. */
  private readonly pieces = new Float64Array(SAMPLES_KEPT).fill(-1);
  private readonly rates = new Float64Array(SAMPLES_KEPT);
  /** Whoever plans ahead, and whoever follows, counts the same requests: those that were counted last. */
  private countedFrom = 0;
  private countedTo = 0;
  private counted = 0;

  constructor(
    private readonly perSecondAt: (seconds: number) => number,
    private readonly stepSeconds: number,
  ) {
    assert(stepSeconds > 0, "a rate is sampled in steps");
  }

  pieceAt(seconds: number): number {
    const piece = Math.floor(seconds / this.stepSeconds);
    return this.startOf(piece + 1) <= seconds ? piece + 1 : piece;
  }

  startOf(piece: number): number {
    return piece * this.stepSeconds;
  }

  endOf(piece: number): number {
    return (piece + 1) * this.stepSeconds;
  }

  rateAtStart(piece: number): number {
    const slot = piece % SAMPLES_KEPT;
    if (this.pieces[slot] !== piece) {
      this.pieces[slot] = piece;
      this.rates[slot] = this.perSecondAt(this.startOf(piece));
    }
    return this.rates[slot]!;
  }

  rateAtEnd(piece: number): number {
    return this.rateAtStart(piece + 1);
  }

  requestsBetween(fromSeconds: number, toSeconds: number): number {
    if (this.countedFrom !== fromSeconds || this.countedTo !== toSeconds) {
      this.counted = summed(this, fromSeconds, toSeconds);
      this.countedFrom = fromSeconds;
      this.countedTo = toSeconds;
    }
    return this.counted;
  }
}
