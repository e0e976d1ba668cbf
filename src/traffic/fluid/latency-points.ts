import type { Points } from "./service-law.js";

/** Latencies with their shares, in columns that are written over and over. */
export class LatencyPoints {
  length = 0;
  longest = 0;
  seconds = new Float64Array(128);
  shares = new Float64Array(128);

  clear(): void {
    this.length = 0;
    this.longest = 0;
  }

  add(seconds: number, share: number): void {
    if (this.length === this.seconds.length) this.grow();
    this.seconds[this.length] = seconds;
    this.shares[this.length] = share;
    this.length += 1;
    if (seconds > this.longest) this.longest = seconds;
  }

  /** Each of some values with its share: after that wait, so much slower, and of a part of all. */
  addAll({ values, shares }: Points, wait: number, slow: number, part: number): void {
    for (let i = 0; i < values.length; i++) this.add(wait + values[i]! * slow, part * shares[i]!);
  }

  forEach(visit: (seconds: number, share: number) => void): void {
    for (let i = 0; i < this.length; i++) visit(this.seconds[i]!, this.shares[i]!);
  }

  private grow(): void {
    const { seconds, shares } = this;
    this.seconds = new Float64Array(seconds.length * 2);
    this.shares = new Float64Array(seconds.length * 2);
    this.seconds.set(seconds);
    this.shares.set(shares);
  }
}
