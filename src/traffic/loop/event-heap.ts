import { assert } from "../../base/assert.js";

const ARITY = 4;

/**
 * Pending events in the order (time, pushes), in a heap of four children. Times are fractions of
 * seconds: the law of a processor that is shared among three ends between two microseconds, so the
 * engine's queue of whole microseconds cannot hold it.
 *
 *   push  O(log n)
 *   pop   O(log n)
 *
 * The trade: nothing is cancelled. Whoever wants that counts generations and ignores what is stale.
 * Allocates only to grow.
 */
export class EventHeap {
  /** The event that `pop` took last. */
  timeSeconds = 0;
  kind = 0;
  index = 0;
  generation = 0;

  size = 0;
  private pushes = 0;
  private times = new Float64Array(256);
  private orders = new Float64Array(256);
  /** Kind, index and generation of each. */
  private what = new Int32Array(256 * 3);

  push(timeSeconds: number, kind: number, index: number, generation: number): void {
    assert(timeSeconds >= this.timeSeconds, "an event of traffic cannot lie in the past");
    if (this.size === this.times.length) this.grow();
    const { times, orders, what } = this;
    let hole = this.size;
    this.size += 1;
    while (hole > 0) {
      const parent = (hole - 1) >>> 2;
      if (times[parent]! <= timeSeconds) break;
      this.move(parent, hole);
      hole = parent;
    }
    times[hole] = timeSeconds;
    orders[hole] = this.pushes;
    this.pushes += 1;
    what[hole * 3] = kind;
    what[hole * 3 + 1] = index;
    what[hole * 3 + 2] = generation;
  }

  /** The time of the first event; Infinity when there is none. */
  get firstSeconds(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.times[0]!;
  }

  /** Takes the first event whose time is at most the limit into the fields; false: there is none. */
  pop(limitSeconds: number): boolean {
    if (this.size === 0 || this.times[0]! > limitSeconds) return false;
    this.timeSeconds = this.times[0]!;
    this.kind = this.what[0]!;
    this.index = this.what[1]!;
    this.generation = this.what[2]!;
    this.size -= 1;
    if (this.size > 0) this.sink(this.size);
    return true;
  }

  /** Lets the event at the end of the heap sink from its top. */
  private sink(from: number): void {
    const { times, orders, what, size } = this;
    const time = times[from]!;
    const order = orders[from]!;
    let hole = 0;
    for (;;) {
      const first = hole * ARITY + 1;
      if (first >= size) break;
      const last = Math.min(first + ARITY, size);
      let least = first;
      let leastTime = times[first]!;
      for (let child = first + 1; child < last; child++) {
        const childTime = times[child]!;
        if (childTime > leastTime) continue;
        if (childTime === leastTime && orders[child]! > orders[least]!) continue;
        least = child;
        leastTime = childTime;
      }
      if (leastTime > time || (leastTime === time && orders[least]! > order)) break;
      this.move(least, hole);
      hole = least;
    }
    if (hole === from) return;
    times[hole] = time;
    orders[hole] = order;
    what[hole * 3] = what[from * 3]!;
    what[hole * 3 + 1] = what[from * 3 + 1]!;
    what[hole * 3 + 2] = what[from * 3 + 2]!;
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from]!;
    this.orders[to] = this.orders[from]!;
    const { what } = this;
    what[to * 3] = what[from * 3]!;
    what[to * 3 + 1] = what[from * 3 + 1]!;
    what[to * 3 + 2] = what[from * 3 + 2]!;
  }

  private grow(): void {
    const { times, orders, what } = this;
    this.times = new Float64Array(times.length * 2);
    this.times.set(times);
    this.orders = new Float64Array(orders.length * 2);
    this.orders.set(orders);
    this.what = new Int32Array(what.length * 2);
    this.what.set(what);
  }
}
