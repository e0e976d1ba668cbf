import { Failure, type TrafficObserver } from "../../../src/traffic/loop/traffic-observer.js";

/** All durations, for quantiles that are compared closer than a histogram of use tells them. */
export class Samples {
  private values = new Float64Array(1024);
  private sorted: Float64Array | null = null;
  count = 0;
  sum = 0;

  get mean(): number {
    return this.sum / this.count;
  }

  add(seconds: number): void {
    if (this.count === this.values.length) {
      const larger = new Float64Array(this.count * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count] = seconds;
    this.count += 1;
    this.sum += seconds;
  }

  /** By nearest rank. */
  quantile(p: number): number {
    this.sorted ??= this.values.slice(0, this.count).sort();
    return this.sorted[Math.max(0, Math.ceil(p * this.count - 1e-6) - 1)]!;
  }
}

/** Adds up what happens to whoever arrives from a time on. */
export class Counts implements TrafficObserver {
  attempts = 0;
  lost = 0;
  timeouts = 0;
  answered = 0;
  ended = 0;
  endedAttempts = 0;
  waited = 0;
  leftSeconds = 0;
  left = 0;
  readonly waits = new Samples();
  readonly sojourns = new Samples();
  readonly answers = new Samples();

  constructor(private readonly fromSeconds: number) {}

  attemptSent(_source: number, atSeconds: number): void {
    if (atSeconds >= this.fromSeconds) this.attempts += 1;
  }

  attemptFailed(_source: number, failure: Failure, atSeconds: number): void {
    if (atSeconds < this.fromSeconds) return;
    if (failure === Failure.full) this.lost += 1;
    if (failure === Failure.timeout) this.timeouts += 1;
  }

  visitDone(_source: number, _pod: number, arrived: number, started: number, at: number): void {
    if (arrived < this.fromSeconds) return;
    this.waits.add(started - arrived);
    this.sojourns.add(at - arrived);
    if (started > arrived) this.waited += 1;
  }

  visitLeft(_pod: number, arrived: number, at: number): void {
    if (arrived < this.fromSeconds) return;
    this.left += 1;
    this.leftSeconds += at - arrived;
  }

  requestEnded(
    _source: number,
    sent: number,
    at: number,
    isAnswered: boolean,
    attempts: number,
  ): void {
    if (sent < this.fromSeconds) return;
    this.ended += 1;
    this.endedAttempts += attempts;
    if (!isAnswered) return;
    this.answered += 1;
    this.answers.add(at - sent);
  }
}

/** By the names of the vectors: `p50`, `p99.9`. */
export function quantilesOf(samples: Samples): Record<string, number> {
  return Object.fromEntries(
    [50, 90, 99, 99.9].map((percent) => [`p${percent}`, samples.quantile(percent / 100)]),
  );
}
