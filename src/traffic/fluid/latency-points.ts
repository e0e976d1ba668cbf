import type { Points } from "./service-law.js";

const FIRST_LENGTH = 128;

/** Latencies with their shares, or with how often they occurred, in columns that are written over and over. */
export class LatencyPoints {
  length = 0;
  longest = 0;
  seconds = new Float64Array(FIRST_LENGTH);
  shares = new Float64Array(FIRST_LENGTH);

  clear(): void {
    this.length = 0;
    this.longest = 0;
  }

  add(seconds: number, share: number): void {
    this.makeRoom(1);
    this.seconds[this.length] = seconds;
    this.shares[this.length] = share;
    this.length += 1;
    if (seconds > this.longest) this.longest = seconds;
  }

  /** Each of some values with its share: after that wait, so much slower, and of a part of all. */
  addAll({ values, shares }: Points, wait: number, slow: number, part: number): void {
    this.makeRoom(values.length);
    const { seconds: toSeconds, shares: toShares, length } = this;
    let { longest } = this;
    for (let i = 0; i < values.length; i++) {
      const seconds = wait + values[i]! * slow;
      toSeconds[length + i] = seconds;
      toShares[length + i] = part * shares[i]!;
      if (seconds > longest) longest = seconds;
    }
    this.length = length + values.length;
    this.longest = longest;
  }

  /** All points of others, so many times each; those without any are left out. */
  addTimes(others: LatencyPoints, times: number): void {
    this.makeRoom(others.length);
    const { seconds: toSeconds, shares: toShares } = this;
    const { seconds, shares } = others;
    let { length } = this;
    for (let i = 0; i < others.length; i++) {
      const share = times * shares[i]!;
      toSeconds[length] = seconds[i]!;
      toShares[length] = share;
      if (share > 0) length += 1;
    }
    this.length = length;
    this.longest = Math.max(this.longest, others.longest);
  }

  forEach(visit: (seconds: number, share: number) => void): void {
    for (let i = 0; i < this.length; i++) visit(this.seconds[i]!, this.shares[i]!);
  }

  private makeRoom(more: number): void {
    const { seconds, shares } = this;
    if (this.length + more <= seconds.length) return;
    const room = Math.max(seconds.length * 2, this.length + more);
    this.seconds = new Float64Array(room);
    this.shares = new Float64Array(room);
    this.seconds.set(seconds);
    this.shares.set(shares);
  }
}
