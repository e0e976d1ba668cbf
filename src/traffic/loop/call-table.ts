import { FreeRows, grownDoubles, grownIntegers } from "./free-rows.js";

/** Calls whose caller waits: the requests of sources, and what pods ask of other services for them. */
export class CallTable {
  readonly rows = new FreeRows();
  source = new Int32Array(this.rows.capacity);
  service = new Int32Array(this.rows.capacity);
  policy = new Int32Array(this.rows.capacity);
  number = new Float64Array(this.rows.capacity);
  path = new Int32Array(this.rows.capacity);
  attempt = new Int32Array(this.rows.capacity);
  /** The visit that is to answer; -1: none, it waits for its next attempt. */
  visit = new Int32Array(this.rows.capacity);
  /** The visit that waits for this call, with its generation; -1: a source. */
  parent = new Int32Array(this.rows.capacity);
  parentGeneration = new Int32Array(this.rows.capacity);
  /** The service of the last attempt of a source's request, where those are told apart; else -1. */
  backend = new Int32Array(this.rows.capacity);
  sentSeconds = new Float64Array(this.rows.capacity);
  /** Calls above it; 0: of a source. */
  depth = new Int32Array(this.rows.capacity);

  take(): number {
    const row = this.rows.take();
    if (this.rows.capacity > this.source.length) this.grow(this.rows.capacity);
    this.attempt[row] = 0;
    this.visit[row] = -1;
    return row;
  }

  private grow(length: number): void {
    this.source = grownIntegers(this.source, length);
    this.service = grownIntegers(this.service, length);
    this.policy = grownIntegers(this.policy, length);
    this.number = grownDoubles(this.number, length);
    this.path = grownIntegers(this.path, length);
    this.attempt = grownIntegers(this.attempt, length);
    this.visit = grownIntegers(this.visit, length);
    this.parent = grownIntegers(this.parent, length);
    this.parentGeneration = grownIntegers(this.parentGeneration, length);
    this.backend = grownIntegers(this.backend, length);
    this.depth = grownIntegers(this.depth, length);
    this.sentSeconds = grownDoubles(this.sentSeconds, length);
  }
}
