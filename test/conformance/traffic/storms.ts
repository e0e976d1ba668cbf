import type { Failure, TrafficObserver } from "../../../src/traffic/loop/traffic-observer.js";
import type { Figures } from "./compare.js";
import { loopOf, type QueueGiven } from "./queues.js";

export interface StormGiven extends QueueGiven {
  readonly durationSeconds: number;
  readonly binSeconds: number;
}

/** How long after the last bin requests may still be answered: far longer than all attempts take. */
const LINGER_SECONDS = 120;

class Bins implements TrafficObserver {
  readonly attempts: number[];
  readonly sent: number[];
  readonly succeeded: number[];
  readonly answered: number[];

  constructor(
    private readonly binSeconds: number,
    count: number,
  ) {
    const bins = (): number[] => new Array<number>(count).fill(0);
    this.attempts = bins();
    this.sent = bins();
    this.succeeded = bins();
    this.answered = bins();
  }

  attemptSent(_source: number, atSeconds: number): void {
    this.count(this.attempts, atSeconds);
  }

  attemptFailed(_source: number, _failure: Failure, _atSeconds: number): void {}
  visitDone(): void {}
  visitLeft(): void {}

  requestEnded(_source: number, sent: number, at: number, isAnswered: boolean): void {
    this.count(this.sent, sent);
    if (!isAnswered) return;
    this.count(this.succeeded, sent);
    this.count(this.answered, at);
  }

  private count(bins: number[], seconds: number): void {
    const bin = Math.floor(seconds / this.binSeconds);
    if (bin < bins.length) bins[bin]! += 1;
  }
}

/** The mean of some replications, by bin. */
export function runStorm(
  given: StormGiven,
  { replications }: { readonly replications: number },
): Record<string, Figures> {
  const { durationSeconds, binSeconds } = given;
  const bins = new Bins(binSeconds, Math.round(durationSeconds / binSeconds));
  const seconds = binSeconds * replications;
  for (let seed = 1; seed <= replications; seed++) {
    const { loop } = loopOf(given, bins, seed);
    loop.runUntil(durationSeconds + LINGER_SECONDS);
  }
  return {
    attemptsPerSecond: bins.attempts.map((count) => count / seconds),
    successShare: bins.succeeded.map((count, i) => count / bins.sent[i]!),
    goodputPerSecond: bins.answered.map((count) => count / seconds),
  };
}
