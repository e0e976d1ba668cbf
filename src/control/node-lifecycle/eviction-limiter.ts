import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";

/** What a limiter that lets nothing pass says of its rate, upstream as well. */
const RATE_OF_NEVER = 1;

/**
 * A token bucket of one token, whose rate can be changed. Source: upstream's
 * `nodelifecycle/scheduler` (RateLimitedTimedQueue) and client-go's `flowcontrol`.
 */
export class EvictionLimiter {
  private nextMicros: TimeMicros = Number.NEGATIVE_INFINITY;

  /** `perSecond`: 0 lets nothing pass. */
  constructor(private perSecond: number) {}

  /** When the next one may pass; Infinity: not before the rate is changed. */
  get nextAcceptMicros(): TimeMicros {
    return this.perSecond <= 0 ? Number.POSITIVE_INFINITY : this.nextMicros;
  }

  /** Lets one pass now, if it may. */
  tryAccept(nowMicros: TimeMicros): boolean {
    if (nowMicros < this.nextAcceptMicros) return false;
    this.nextMicros = nowMicros + Math.ceil(MICROS_PER_SECOND / this.perSecond);
    return true;
  }

  /**
   * Changes the rate. Whoever waited goes on waiting, as long as the new rate has one wait. A rate that
   * reads as the present one changes nothing: so 1 does not follow upon 0, as upstream.
   */
  changeRate(perSecond: number, nowMicros: TimeMicros): void {
    const present = this.perSecond <= 0 ? RATE_OF_NEVER : this.perSecond;
    if (present === perSecond) return;
    const waits = !this.tryAccept(nowMicros);
    this.perSecond = Math.max(0, perSecond);
    this.nextMicros = Number.NEGATIVE_INFINITY;
    if (waits) this.tryAccept(nowMicros);
  }
}
