/**
 * Deadlines of calls that all have the same time to wait, so that they fall due in the order of
 * sending: a ring, whose first is the only one that an event waits for. Most are over long before.
 */
export class Deadlines {
  private times = new Float64Array(64);
  private calls = new Int32Array(64);
  private generations = new Int32Array(64);
  private attempts = new Int32Array(64);
  private head = 0;
  private size = 0;

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** Of the first, in seconds. */
  get firstSeconds(): number {
    return this.times[this.head]!;
  }

  get firstCall(): number {
    return this.calls[this.head]!;
  }

  get firstGeneration(): number {
    return this.generations[this.head]!;
  }

  get firstAttempt(): number {
    return this.attempts[this.head]!;
  }

  push(seconds: number, call: number, generation: number, attempt: number): void {
    if (this.size === this.times.length) this.grow();
    const at = (this.head + this.size) & (this.times.length - 1);
    this.times[at] = seconds;
    this.calls[at] = call;
    this.generations[at] = generation;
    this.attempts[at] = attempt;
    this.size += 1;
  }

  drop(): void {
    this.head = (this.head + 1) & (this.times.length - 1);
    this.size -= 1;
  }

  private grow(): void {
    const length = this.times.length;
    const old = [this.times, this.calls, this.generations, this.attempts] as const;
    const larger = [
      new Float64Array(length * 2),
      new Int32Array(length * 2),
      new Int32Array(length * 2),
      new Int32Array(length * 2),
    ] as const;
    for (const [i, column] of larger.entries()) {
      column.set(old[i]!.subarray(this.head));
      column.set(old[i]!.subarray(0, this.head), length - this.head);
    }
    [this.times, this.calls, this.generations, this.attempts] = larger;
    this.head = 0;
  }
}
