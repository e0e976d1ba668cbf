import { type Rate, rateAt } from "./rate.js";

/** The integral of a rate from time 0 on, with what was added up before. Before 0 the rate is that at 0. */
export class RateIntegral {
  /** Up to the start of each piece. */
  private readonly before: number[] = [0];

  constructor(readonly rate: Rate) {}

  /** Until a time in seconds. */
  until(seconds: number): number {
    const { rate, before } = this;
    if (seconds <= 0) return seconds * rateAt(rate, 0);
    const piece = rate.pieceAt(seconds);
    while (before.length <= piece) {
      const p = before.length - 1;
      const length = rate.endOf(p) - rate.startOf(p);
      before.push(before[p]! + (length * (rate.rateAtStart(p) + rate.rateAtEnd(p))) / 2);
    }
    const start = rate.startOf(piece);
    return (
      before[piece]! + ((seconds - start) * (rate.rateAtStart(piece) + rateAt(rate, seconds))) / 2
    );
  }
}
