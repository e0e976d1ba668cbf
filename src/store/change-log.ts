import { assert } from "../base/assert.js";
import type { TimeMicros } from "../base/time.js";

/** A reader's place in a change log: the sequence number of the next entry it will read. */
export interface Cursor {
  position: number;
}

const INITIAL_CAPACITY = 256;
/** A reader this far behind would have been told "410 Gone" long before. */
const MAX_CAPACITY = 1 << 24;

/**
 * What happened to the objects of one kind, oldest first: the version before and the version after
 * (null: created, removed) and when. A ring that keeps an entry until the slowest cursor is past it;
 * since versions are immutable, readers see each object as of that entry, at no cost.
 */
export class ChangeLog<V> {
  private before: (V | null)[] = new Array(INITIAL_CAPACITY).fill(null);
  private after: (V | null)[] = new Array(INITIAL_CAPACITY).fill(null);
  private time = new Float64Array(INITIAL_CAPACITY);
  private mask = INITIAL_CAPACITY - 1;
  private first = 0;
  private end = 0;
  private readonly cursors: Cursor[] = [];

  /** `forget` is called for each entry that no cursor can reach any more, oldest first. */
  constructor(private readonly forget: (before: V | null, after: V | null) => void) {}

  /** The sequence number that the next entry will get. */
  get nextPosition(): number {
    return this.end;
  }

  /** A cursor that starts behind the newest entry. */
  openCursor(): Cursor {
    const cursor = { position: this.end };
    this.cursors.push(cursor);
    return cursor;
  }

  append(before: V | null, after: V | null, timeMicros: TimeMicros): void {
    if (this.cursors.length === 0) {
      this.forget(before, after);
      return;
    }
    if (this.end - this.first > this.mask) this.grow();
    const slot = this.end % (this.mask + 1);
    this.before[slot] = before;
    this.after[slot] = after;
    this.time[slot] = timeMicros;
    this.end += 1;
  }

  beforeAt(position: number): V | null {
    return this.before[position % (this.mask + 1)] ?? null;
  }

  afterAt(position: number): V | null {
    return this.after[position % (this.mask + 1)] ?? null;
  }

  timeAt(position: number): TimeMicros {
    return this.time[position % (this.mask + 1)]!;
  }

  /** Forgets what every cursor has read. */
  trim(): void {
    let slowest = this.end;
    for (const cursor of this.cursors) slowest = Math.min(slowest, cursor.position);
    while (this.first < slowest) {
      const slot = this.first % (this.mask + 1);
      const before = this.before[slot] ?? null;
      const after = this.after[slot] ?? null;
      this.before[slot] = null;
      this.after[slot] = null;
      this.first += 1;
      this.forget(before, after);
    }
  }

  private grow(): void {
    const capacity = (this.mask + 1) * 2;
    assert(capacity <= MAX_CAPACITY, "a watcher has stalled: its change log is full");
    const before: (V | null)[] = new Array(capacity).fill(null);
    const after: (V | null)[] = new Array(capacity).fill(null);
    const time = new Float64Array(capacity);
    for (let position = this.first; position < this.end; position++) {
      const slot = position % capacity;
      before[slot] = this.beforeAt(position);
      after[slot] = this.afterAt(position);
      time[slot] = this.timeAt(position);
    }
    this.before = before;
    this.after = after;
    this.time = time;
    this.mask = capacity - 1;
  }
}
