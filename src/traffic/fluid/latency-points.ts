const FIRST_LENGTH = 128;

/** Latencies with how often they occurred, in columns that are written over and over. */
export class LatencyPoints {
  length = 0;
  seconds = new Float64Array(FIRST_LENGTH);
  shares = new Float64Array(FIRST_LENGTH);

  clear(): void {
    this.length = 0;
  }

  /** Has room for so many more. */
  makeRoom(more: number): void {
    const { seconds, shares } = this;
    if (this.length + more <= seconds.length) return;
    const room = Math.max(seconds.length * 2, this.length + more);
    this.seconds = new Float64Array(room);
    this.shares = new Float64Array(room);
    this.seconds.set(seconds);
    this.shares.set(shares);
  }
}
