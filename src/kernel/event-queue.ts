import { assert } from "../base/assert.js";
import type { TimeMicros } from "../base/time.js";
import type { Phase } from "./phase.js";

/** Names a pending event; never 0, and never given out again once the event ran or was cancelled. */
export type EventId = number;
export type HandlerId = number;

/** The first time that the queue cannot hold: 2^50 microseconds, 35.7 years. */
export const QUEUE_END_MICROS: TimeMicros = 2 ** 50;

const LEVELS = 5;
const BUCKETS_PER_LEVEL = 2048;
const WORDS_PER_LEVEL = BUCKETS_PER_LEVEL / 32;
/** A key is time * 8 + phase; `low` holds its last 22 bits, `high` the 31 above them. */
const PHASES_PER_TIME = 8;
const LOW_SPAN = 2 ** 22;

const SLOT_SPAN = 2 ** 26;
const LAST_GENERATION = 2 ** 27 - 1;
const NONE = -1;

/** The columns of a slot: integers (eight to a row, half a cache line) and arguments (four to a row). */
const INTEGERS = 8;
const HIGH = 0;
const LOW = 1;
const NEXT = 2;
const PREVIOUS = 3;
const HANDLER = 4;
const GENERATION = 5;
const ARGUMENTS = 4;

/** A pending event as plain data. */
export interface PendingEvent {
  readonly id: EventId;
  readonly timeMicros: TimeMicros;
  readonly phase: number;
  readonly handler: HandlerId;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** What a queue must keep to go on elsewhere: the pending events in order, and the slots' generations. */
export interface EventQueueState {
  /** The time of the last event that was popped. */
  readonly timeMicros: TimeMicros;
  readonly pending: readonly PendingEvent[];
  readonly generations: readonly number[];
  /** Free slots, the next to be used last. */
  readonly freeSlots: readonly number[];
}

/**
 * The pending events in the order (time, phase, sequence of pushes): a radix wheel over the integer
 * key `time * 8 + phase`, five levels of 2,048 buckets. An event lies on the level of the highest
 * 11-bit digit in which its key differs from the base, the least key found so far; each bucket is a
 * first-in-first-out list, and a bucket of the lowest level holds one key only. So equal keys leave
 * in the order of pushes without a sequence number, and an event moves at most four times.
 *
 *   push    O(1)   append to a bucket
 *   pop     O(1)   amortised: take from the lowest bucket, or spread the lowest non-empty one
 *   cancel  O(1)   unlink; the bucket follows from the key and the base
 *
 * The trade: keys must never fall below the base, so a time before the last event popped is refused,
 * and 10,240 list heads are held even when empty (100 KB). Nothing is allocated but on growth.
 *
 * Source: R. Ahuja, K. Mehlhorn, J. Orlin, R. Tarjan, "Faster algorithms for the shortest path
 * problem", J. ACM 37 (1990), section 3 (radix heaps).
 */
export class EventQueue {
  /** The event that `pop` took last. */
  timeMicros: TimeMicros = 0;
  phase = 0;
  handler: HandlerId = 0;
  a = 0;
  b = 0;
  c = 0;

  private pendingCount = 0;
  private capacity: number;
  private integers: Int32Array;
  private doubles: Float64Array;
  private slotsUsed = 0;
  private freeSlot = NONE;

  private baseHigh = 0;
  private baseLow = 0;
  private readonly heads = new Int32Array(LEVELS * BUCKETS_PER_LEVEL).fill(NONE);
  private readonly tails = new Int32Array(LEVELS * BUCKETS_PER_LEVEL).fill(NONE);
  /** One bit a bucket: not empty. Above it one bit a word, two words a level. */
  private readonly occupied = new Int32Array(LEVELS * WORDS_PER_LEVEL);
  private readonly occupiedWords = new Int32Array(LEVELS * 2);

  constructor(initialCapacity = 1024) {
    this.capacity = initialCapacity;
    this.integers = new Int32Array(initialCapacity * INTEGERS);
    this.doubles = new Float64Array(initialCapacity * ARGUMENTS);
  }

  get size(): number {
    return this.pendingCount;
  }

  push(
    timeMicros: TimeMicros,
    phase: Phase,
    handler: HandlerId,
    a: number,
    b: number,
    c: number,
  ): EventId {
    assert(
      timeMicros >= this.timeMicros && timeMicros < QUEUE_END_MICROS,
      "an event must lie between the last one popped and the end of the queue's time",
    );
    const slot = this.takeSlot();
    this.fill(slot, timeMicros, phase, handler, a, b, c);
    this.append(slot);
    this.pendingCount++;
    return this.integers[slot * INTEGERS + GENERATION]! * SLOT_SPAN + slot;
  }

  /**
   * Takes the first event whose time is at most `limitMicros` into the fields `timeMicros` to `c`;
   * false when there is none.
   */
  pop(limitMicros: TimeMicros): boolean {
    let bucket = this.lowestBucket(0);
    if (bucket === NONE) {
      if (this.pendingCount === 0 || !this.advance(limitMicros)) return false;
      bucket = this.lowestBucket(0);
    }
    const slot = this.heads[bucket]!;
    const integers = this.integers;
    const row = slot * INTEGERS;
    const low = integers[row + LOW]!;
    const phase = low & (PHASES_PER_TIME - 1);
    const timeMicros = (integers[row + HIGH]! * LOW_SPAN + (low - phase)) / PHASES_PER_TIME;
    if (timeMicros > limitMicros) return false;
    this.timeMicros = timeMicros;
    this.phase = phase;
    this.handler = integers[row + HANDLER]!;
    const doubles = this.doubles;
    const argument = slot * ARGUMENTS;
    this.a = doubles[argument]!;
    this.b = doubles[argument + 1]!;
    this.c = doubles[argument + 2]!;
    const next = integers[row + NEXT]!;
    this.heads[bucket] = next;
    if (next === NONE) this.markEmpty(bucket);
    else integers[next * INTEGERS + PREVIOUS] = NONE;
    this.releaseSlot(slot);
    return true;
  }

  /** The handler of a pending event; -1 when the id is of none. */
  handlerOf(id: EventId): HandlerId {
    const slot = id % SLOT_SPAN;
    if (!(slot < this.slotsUsed)) return NONE;
    const row = slot * INTEGERS;
    if (this.integers[row + GENERATION] !== (id - slot) / SLOT_SPAN) return NONE;
    return this.integers[row + HANDLER]!;
  }

  /** Removes a pending event; false when it already ran or was cancelled. */
  cancel(id: EventId): boolean {
    if (this.handlerOf(id) === NONE) return false;
    const slot = id % SLOT_SPAN;
    const integers = this.integers;
    const row = slot * INTEGERS;
    const next = integers[row + NEXT]!;
    const previous = integers[row + PREVIOUS]!;
    const bucket = this.bucketOf(integers[row + HIGH]!, integers[row + LOW]!);
    if (previous === NONE) this.heads[bucket] = next;
    else integers[previous * INTEGERS + NEXT] = next;
    if (next === NONE) this.tails[bucket] = previous;
    else integers[next * INTEGERS + PREVIOUS] = previous;
    if (previous === NONE && next === NONE) this.markEmpty(bucket);
    this.releaseSlot(slot);
    return true;
  }

  saveState(): EventQueueState {
    const integers = this.integers;
    const slots: number[] = [];
    for (let bucket = 0; bucket < this.heads.length; bucket++) {
      for (let at = this.heads[bucket]!; at !== NONE; at = integers[at * INTEGERS + NEXT]!) {
        slots.push(at);
      }
    }
    // Equal keys share a bucket, so a stable sort keeps their order of pushes.
    const pending = slots
      .map((slot) => this.eventInSlot(slot))
      .sort((x, y) => x.timeMicros - y.timeMicros || x.phase - y.phase);
    const generations = Array.from(
      { length: this.slotsUsed },
      (_, slot) => integers[slot * INTEGERS + GENERATION]!,
    );
    const freeSlots: number[] = [];
    for (let at = this.freeSlot; at !== NONE; at = integers[at * INTEGERS + NEXT]!) {
      freeSlots.push(at);
    }
    return { timeMicros: this.timeMicros, pending, generations, freeSlots };
  }

  /** Makes an unused queue the one that was saved: same events, same ids, same ids to come. */
  restoreState(state: EventQueueState): void {
    assert(this.slotsUsed === 0, "a state is restored into an unused queue");
    while (this.capacity < state.generations.length) this.grow();
    const integers = this.integers;
    this.slotsUsed = state.generations.length;
    for (const [slot, generation] of state.generations.entries()) {
      integers[slot * INTEGERS + GENERATION] = generation;
    }
    this.freeSlot = NONE;
    for (const slot of state.freeSlots.toReversed()) {
      integers[slot * INTEGERS + NEXT] = this.freeSlot;
      this.freeSlot = slot;
    }
    this.timeMicros = state.timeMicros;
    const key = state.timeMicros * PHASES_PER_TIME;
    this.baseHigh = Math.floor(key / LOW_SPAN);
    this.baseLow = key - this.baseHigh * LOW_SPAN;
    for (const { id, timeMicros, phase, handler, a, b, c } of state.pending) {
      this.fill(id % SLOT_SPAN, timeMicros, phase, handler, a, b, c);
      this.append(id % SLOT_SPAN);
    }
    this.pendingCount = state.pending.length;
  }

  private fill(
    slot: number,
    timeMicros: TimeMicros,
    phase: number,
    handler: HandlerId,
    a: number,
    b: number,
    c: number,
  ): void {
    const key = timeMicros * PHASES_PER_TIME + phase;
    const high = Math.floor(key / LOW_SPAN);
    const integers = this.integers;
    const row = slot * INTEGERS;
    integers[row + HIGH] = high;
    integers[row + LOW] = key - high * LOW_SPAN;
    integers[row + HANDLER] = handler;
    const doubles = this.doubles;
    const argument = slot * ARGUMENTS;
    doubles[argument] = a;
    doubles[argument + 1] = b;
    doubles[argument + 2] = c;
  }

  private eventInSlot(slot: number): PendingEvent {
    const row = slot * INTEGERS;
    const low = this.integers[row + LOW]!;
    const phase = low & (PHASES_PER_TIME - 1);
    const argument = slot * ARGUMENTS;
    return {
      id: this.integers[row + GENERATION]! * SLOT_SPAN + slot,
      timeMicros: (this.integers[row + HIGH]! * LOW_SPAN + (low - phase)) / PHASES_PER_TIME,
      phase,
      handler: this.integers[row + HANDLER]!,
      a: this.doubles[argument]!,
      b: this.doubles[argument + 1]!,
      c: this.doubles[argument + 2]!,
    };
  }

  /** The level-and-digit place of a key, as one index. */
  private bucketOf(high: number, low: number): number {
    const highDiffers = high ^ this.baseHigh;
    if (highDiffers === 0) {
      if ((low ^ this.baseLow) < BUCKETS_PER_LEVEL) return low & 2047;
      return BUCKETS_PER_LEVEL | (low >>> 11);
    }
    if (highDiffers < BUCKETS_PER_LEVEL) return (2 * BUCKETS_PER_LEVEL) | (high & 2047);
    if (highDiffers < LOW_SPAN) return (3 * BUCKETS_PER_LEVEL) | ((high >>> 11) & 2047);
    return (4 * BUCKETS_PER_LEVEL) | (high >>> 22);
  }

  private append(slot: number): void {
    const integers = this.integers;
    const row = slot * INTEGERS;
    const bucket = this.bucketOf(integers[row + HIGH]!, integers[row + LOW]!);
    integers[row + NEXT] = NONE;
    if (this.heads[bucket] === NONE) {
      integers[row + PREVIOUS] = NONE;
      this.heads[bucket] = slot;
      this.occupied[bucket >>> 5]! |= 1 << (bucket & 31);
      this.occupiedWords[bucket >>> 10]! |= 1 << ((bucket >>> 5) & 31);
    } else {
      const tail = this.tails[bucket]!;
      integers[row + PREVIOUS] = tail;
      integers[tail * INTEGERS + NEXT] = slot;
    }
    this.tails[bucket] = slot;
  }

  private markEmpty(bucket: number): void {
    const word = bucket >>> 5;
    const left = this.occupied[word]! & ~(1 << (bucket & 31));
    this.occupied[word] = left;
    if (left === 0) this.occupiedWords[bucket >>> 10]! &= ~(1 << (word & 31));
  }

  private lowestBucket(level: number): number {
    let half = level * 2;
    let words = this.occupiedWords[half]!;
    if (words === 0) {
      half++;
      words = this.occupiedWords[half]!;
      if (words === 0) return NONE;
    }
    const word = (half << 5) | (31 - Math.clz32(words & -words));
    const bits = this.occupied[word]!;
    return (word << 5) | (31 - Math.clz32(bits & -bits));
  }

  /**
   * With the lowest level empty: makes the least key the base and spreads its bucket over the levels
   * below. Does nothing and answers false when that key lies past the limit, for earlier events may
   * still be pushed.
   */
  private advance(limitMicros: TimeMicros): boolean {
    let bucket = NONE;
    for (let level = 1; bucket === NONE; level++) bucket = this.lowestBucket(level);
    const integers = this.integers;
    let leastHigh = integers[this.heads[bucket]! * INTEGERS + HIGH]!;
    let leastLow = integers[this.heads[bucket]! * INTEGERS + LOW]!;
    for (let slot = this.heads[bucket]!; slot !== NONE; slot = integers[slot * INTEGERS + NEXT]!) {
      const high = integers[slot * INTEGERS + HIGH]!;
      const low = integers[slot * INTEGERS + LOW]!;
      if (high < leastHigh || (high === leastHigh && low < leastLow)) {
        leastHigh = high;
        leastLow = low;
      }
    }
    if (leastHigh * LOW_SPAN + leastLow >= (limitMicros + 1) * PHASES_PER_TIME) return false;
    this.baseHigh = leastHigh;
    this.baseLow = leastLow;
    let slot = this.heads[bucket]!;
    this.heads[bucket] = NONE;
    this.markEmpty(bucket);
    while (slot !== NONE) {
      const next = integers[slot * INTEGERS + NEXT]!;
      this.append(slot);
      slot = next;
    }
    return true;
  }

  private takeSlot(): number {
    const free = this.freeSlot;
    if (free !== NONE) {
      this.freeSlot = this.integers[free * INTEGERS + NEXT]!;
      return free;
    }
    const slot = this.slotsUsed++;
    assert(slot < SLOT_SPAN, "more events are pending than event ids can tell apart");
    if (slot === this.capacity) this.grow();
    this.integers[slot * INTEGERS + GENERATION] = 1;
    return slot;
  }

  /** Ends the slot's generation; after the last one the slot is retired, so that no id comes twice. */
  private releaseSlot(slot: number): void {
    this.pendingCount--;
    const integers = this.integers;
    const row = slot * INTEGERS;
    const generation = integers[row + GENERATION]! + 1;
    integers[row + GENERATION] = generation;
    if (generation > LAST_GENERATION) return;
    integers[row + NEXT] = this.freeSlot;
    this.freeSlot = slot;
  }

  private grow(): void {
    this.capacity *= 2;
    const integers = new Int32Array(this.capacity * INTEGERS);
    integers.set(this.integers);
    this.integers = integers;
    const doubles = new Float64Array(this.capacity * ARGUMENTS);
    doubles.set(this.doubles);
    this.doubles = doubles;
  }
}
