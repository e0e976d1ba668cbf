import { doubled } from "../base/doubled.js";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";

/** What is remembered of one thing that fails again and again. */
export interface BackoffEntry {
  readonly delayMicros: TimeMicros;
  readonly updatedMicros: TimeMicros;
}

/**
 * The exponential backoff that kubelets share between restarts and image pulls: it doubles up to a
 * maximum and starts anew after twice the maximum without a failure. Pure: the caller keeps the
 * entry.
 *
 * Source: client-go `util/flowcontrol`; Kubernetes, "Pod Lifecycle: Container restarts".
 */
export class ExponentialBackoff {
  constructor(
    readonly initialMicros: TimeMicros,
    readonly maxMicros: TimeMicros,
  ) {}

  /** The entry after a try at `nowMicros` of something that failed at `failedMicros`. */
  next(entry: BackoffEntry | null, failedMicros: TimeMicros, nowMicros: TimeMicros): BackoffEntry {
    const delayMicros =
      entry === null || this.hasExpired(entry, failedMicros)
        ? this.initialMicros
        : Math.min(entry.delayMicros * 2, this.maxMicros);
    return { delayMicros, updatedMicros: nowMicros };
  }

  /** When something that failed at `failedMicros` may be tried again; no earlier than it failed. */
  retryAt(entry: BackoffEntry | null, failedMicros: TimeMicros): TimeMicros {
    if (entry === null || this.hasExpired(entry, failedMicros)) return failedMicros;
    return failedMicros + entry.delayMicros;
  }

  /** Whether something that failed at `failedMicros` must still wait at `nowMicros`. */
  isInBackoffSince(
    entry: BackoffEntry | null,
    failedMicros: TimeMicros,
    nowMicros: TimeMicros,
  ): boolean {
    return nowMicros < this.retryAt(entry, failedMicros);
  }

  /** Whether the last try is so recent at `nowMicros` that the next must wait. */
  isInBackoffSinceUpdate(entry: BackoffEntry | null, nowMicros: TimeMicros): boolean {
    if (entry === null || this.hasExpired(entry, nowMicros)) return false;
    return nowMicros - entry.updatedMicros < entry.delayMicros;
  }

  /** The entry of something that was started again `starts` times, without a rest. */
  entryAfter(starts: number, updatedMicros: TimeMicros): BackoffEntry | null {
    if (starts === 0) return null;
    const delayMicros = doubled(this.initialMicros, starts - 1, this.maxMicros);
    return { delayMicros, updatedMicros };
  }

  /** Whether the entry is so old at that time that it counts no more. */
  hasExpired(entry: BackoffEntry, atMicros: TimeMicros): boolean {
    return atMicros - entry.updatedMicros > 2 * this.maxMicros;
  }
}

/** The first wait and the longest. */
export interface BackoffLimits {
  readonly initialMicros: TimeMicros;
  readonly maxMicros: TimeMicros;
}

/** The back-off of a kubelet: from 10 s to 5 min, where nothing else is said. */
export function kubeletBackoff(limits?: BackoffLimits): ExponentialBackoff {
  return new ExponentialBackoff(
    limits?.initialMicros ?? 10 * MICROS_PER_SECOND,
    limits?.maxMicros ?? 5 * MICROS_PER_MINUTE,
  );
}
