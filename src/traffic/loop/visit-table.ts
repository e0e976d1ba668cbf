import { FreeRows, grownDoubles, grownIntegers } from "./free-rows.js";

/**
 *   waiting ──> cpu ──> delay ──> calling ──> (given back)
 *
 * A phase that takes nothing is passed over. A visit may be given back from each.
 */
export const VisitState = { free: 0, waiting: 1, cpu: 2, delay: 3, calling: 4 } as const;

/** Requests at pods: one row a visit, columns of numbers. */
export class VisitTable {
  readonly rows = new FreeRows();
  state = new Int32Array(this.rows.capacity);
  pod = new Int32Array(this.rows.capacity);
  source = new Int32Array(this.rows.capacity);
  /** The number of the request, and which of its visits this is. */
  number = new Float64Array(this.rows.capacity);
  path = new Int32Array(this.rows.capacity);
  /** Who waits for the answer; -1: nobody any more. */
  call = new Int32Array(this.rows.capacity);
  /** The neighbours in the queue of the pod; -1: none. */
  next = new Int32Array(this.rows.capacity);
  previous = new Int32Array(this.rows.capacity);
  arrivedSeconds = new Float64Array(this.rows.capacity);
  startedSeconds = new Float64Array(this.rows.capacity);
  stage = new Int32Array(this.rows.capacity);
  /** Of the call that it is for. */
  depth = new Int32Array(this.rows.capacity);
  /** Calls of the stage that are not answered yet. */
  pending = new Int32Array(this.rows.capacity);

  take(): number {
    const row = this.rows.take();
    if (this.rows.capacity > this.state.length) this.grow(this.rows.capacity);
    return row;
  }

  release(row: number): void {
    this.state[row] = VisitState.free;
    this.rows.release(row);
  }

  private grow(length: number): void {
    this.state = grownIntegers(this.state, length);
    this.pod = grownIntegers(this.pod, length);
    this.source = grownIntegers(this.source, length);
    this.number = grownDoubles(this.number, length);
    this.path = grownIntegers(this.path, length);
    this.call = grownIntegers(this.call, length);
    this.next = grownIntegers(this.next, length);
    this.previous = grownIntegers(this.previous, length);
    this.arrivedSeconds = grownDoubles(this.arrivedSeconds, length);
    this.startedSeconds = grownDoubles(this.startedSeconds, length);
    this.depth = grownIntegers(this.depth, length);
    this.stage = grownIntegers(this.stage, length);
    this.pending = grownIntegers(this.pending, length);
  }
}
