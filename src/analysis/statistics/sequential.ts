import { tQuantiles } from "./student-t.js";

export interface SequentialRule {
  /** Half-width of the interval over the mean at which to stop. */
  readonly relativeHalfWidth: number;
  /** Observations before which nobody stops. */
  readonly initial: number;
  /** The precision must hold for the next lookAhead/100·max(n, 100) observations too (Hoad, Robinson and Davies 2010). */
  readonly lookAhead: number;
  readonly level: number;
}

export interface SequentialStop {
  /** The first n at which the precision is reached; null if never. */
  readonly nFirst: number | null;
  /** The first n from which it lasts. */
  readonly nLookAhead: number | null;
  /** Observations that had been made when that was known. */
  readonly observationsUsed: number | null;
  readonly meanAtFirst: number | null;
  readonly halfWidthAtFirst: number | null;
}

/** Takes observations one by one and says when the mean is known well enough. */
class SequentialMean {
  readonly #quantile: (df: number) => number;
  #count = 0;
  #mean = 0;
  #squares = 0;

  constructor(level: number) {
    this.#quantile = tQuantiles((1 + level) / 2);
  }

  get count(): number {
    return this.#count;
  }

  get mean(): number {
    return this.#mean;
  }

  /** Half-width of the interval of the mean; infinite with fewer than two observations. */
  get halfWidth(): number {
    if (this.#count < 2) return Number.POSITIVE_INFINITY;
    const variance = this.#squares / (this.#count - 1);
    return this.#quantile(this.#count - 1) * Math.sqrt(variance / this.#count);
  }

  add(value: number): void {
    this.#count++;
    const step = value - this.#mean;
    this.#mean += step / this.#count;
    this.#squares += step * (value - this.#mean);
  }
}

/** Where the rule stops in a stream of observations. */
export function sequentialStop(stream: readonly number[], rule: SequentialRule): SequentialStop {
  const mean = new SequentialMean(rule.level);
  let first: { n: number; mean: number; halfWidth: number } | null = null;
  let since: number | null = null;
  for (const value of stream) {
    mean.add(value);
    const reached =
      mean.count >= rule.initial && mean.halfWidth <= rule.relativeHalfWidth * Math.abs(mean.mean);
    if (!reached) {
      since = null;
      continue;
    }
    first ??= { n: mean.count, mean: mean.mean, halfWidth: mean.halfWidth };
    since ??= mean.count;
    const ahead = Math.floor((rule.lookAhead / 100) * Math.max(since, 100));
    if (mean.count >= since + ahead) return stopped(first, since, mean.count);
  }
  return stopped(first, null, null);
}

function stopped(
  first: { n: number; mean: number; halfWidth: number } | null,
  nLookAhead: number | null,
  observationsUsed: number | null,
): SequentialStop {
  return {
    nFirst: first?.n ?? null,
    nLookAhead,
    observationsUsed,
    meanAtFirst: first?.mean ?? null,
    halfWidthAtFirst: first?.halfWidth ?? null,
  };
}
