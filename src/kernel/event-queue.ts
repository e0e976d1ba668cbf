import { assert } from "../base/assert.js";
import type { TimeMicros } from "../base/time.js";
import {
  ARGUMENT_A,
  ARGUMENT_B,
  ARGUMENT_C,
  type EventId,
  EventSlots,
  HANDLER,
  KEY_HIGH,
  KEY_LOW,
  NEXT,
  NO_SLOT,
  PREVIOUS,
  ROW_DOUBLES,
  ROW_INTEGERS,
} from "./event-slots.js";
import type { Phase } from "./phase.js";

export type HandlerId = number;

/** The first time that the queue cannot hold: 2^50 microseconds, 35.7 years. */
export const QUEUE_END_MICROS: TimeMicros = 2 ** 50;

const LEVELS = 5;
const BUCKETS_PER_LEVEL = 2048;
const WORDS_PER_LEVEL = BUCKETS_PER_LEVEL / 32;
const NO_BUCKET = -1;
/** A key is time * 8 + phase; its low part are the last 22 bits, its high part the 31 above them. */
const PHASES_PER_TIME = 8;
const LOW_SPAN = 2 ** 22;

/**
 * The pending events in the order (time, phase, sequence of pushes): a radix wheel over the integer
 * key `time * 8 + phase`, five levels of 2,048 buckets. An event lies on the level of the highest
 * 11-bit digit in which its key differs from the base, the least key found so far; each bucket is a
 * first-in-first-out list, and a bucket of the lowest level holds one key only. So equal keys leave
 * in the order of pushes without a sequence number, and an event moves at most four times.
 *
 *   push    O(1)            append to a bucket
 *   pop     O(1) amortised  take from the lowest bucket, or spread the lowest one that is not empty
 *   cancel  O(1)            unlink; the bucket follows from the key and the base
 *
 * The trade: no key may fall below the base, so a time before the last event popped is refused, and
 * 10,240 heads and tails of lists are held even when empty (80 KB). Allocates only to grow.
 *
 * Source: R. Ahuja, K. Mehlhorn, J. Orlin, R. Tarjan, "Faster algorithms for the shortest path
 * problem", J. ACM 37 (1990): radix heaps.
 */
export class EventQueue {
  /** The event that `pop` took last. */
  timeMicros: TimeMicros = 0;
  phase = 0;
  handler: HandlerId = 0;
  a = 0;
  b = 0;
  c = 0;

  private readonly slots: EventSlots;
  private baseHigh = 0;
  private baseLow = 0;
  private readonly heads = new Int32Array(LEVELS * BUCKETS_PER_LEVEL).fill(NO_SLOT);
  private readonly tails = new Int32Array(LEVELS * BUCKETS_PER_LEVEL).fill(NO_SLOT);
  /** One bit a bucket: not empty. Above it one bit a word, two words a level. */
  private readonly occupied = new Int32Array(LEVELS * WORDS_PER_LEVEL);
  private readonly occupiedWords = new Int32Array(LEVELS * 2);

  constructor(initialCapacity = 1024) {
    this.slots = new EventSlots(initialCapacity);
  }

  get size(): number {
    return this.slots.taken;
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
    const slot = this.slots.take();
    this.fill(slot, timeMicros, phase, handler, a, b, c);
    return this.slots.idOf(slot);
  }

  /**
   * Takes the first event whose time is at most `limitMicros` into the fields `timeMicros` to `c`;
   * false when there is none.
   */
  pop(limitMicros: TimeMicros): boolean {
    const { slots, heads } = this;
    if (slots.taken === 0) return false;
    let bucket = this.lowestBucket(0);
    if (bucket === NO_BUCKET) bucket = this.advance(limitMicros);
    if (bucket === NO_BUCKET) return false;

    const slot = heads[bucket]!;
    const { integers, doubles } = slots;
    const row = slot * ROW_INTEGERS;
    const low = integers[row + KEY_LOW]!;
    const phase = low & (PHASES_PER_TIME - 1);
    const timeMicros = (integers[row + KEY_HIGH]! * LOW_SPAN + (low - phase)) / PHASES_PER_TIME;
    if (timeMicros > limitMicros) return false;
    this.timeMicros = timeMicros;
    this.phase = phase;
    this.handler = integers[row + HANDLER]!;
    this.a = doubles[slot * ROW_DOUBLES + ARGUMENT_A]!;
    this.b = doubles[slot * ROW_DOUBLES + ARGUMENT_B]!;
    this.c = doubles[slot * ROW_DOUBLES + ARGUMENT_C]!;

    const next = integers[row + NEXT]!;
    heads[bucket] = next;
    if (next === NO_SLOT) this.markEmpty(bucket);
    else integers[next * ROW_INTEGERS + PREVIOUS] = NO_SLOT;
    slots.release(slot);
    return true;
  }

  /** The handler of a pending event; -1 when the id is of none. */
  handlerOf(id: EventId): HandlerId {
    const slot = this.slots.slotOf(id);
    return slot === NO_SLOT ? -1 : this.slots.integers[slot * ROW_INTEGERS + HANDLER]!;
  }

  /** Removes a pending event; false when it already ran or was cancelled. */
  cancel(id: EventId): boolean {
    const slot = this.slots.slotOf(id);
    if (slot === NO_SLOT) return false;
    const { integers } = this.slots;
    const row = slot * ROW_INTEGERS;
    const next = integers[row + NEXT]!;
    const previous = integers[row + PREVIOUS]!;
    const bucket = this.bucketOf(integers[row + KEY_HIGH]!, integers[row + KEY_LOW]!);
    if (previous === NO_SLOT) this.heads[bucket] = next;
    else integers[previous * ROW_INTEGERS + NEXT] = next;
    if (next === NO_SLOT) this.tails[bucket] = previous;
    else integers[next * ROW_INTEGERS + PREVIOUS] = previous;
    if (previous === NO_SLOT && next === NO_SLOT) this.markEmpty(bucket);
    this.slots.release(slot);
    return true;
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
    const { integers, doubles } = this.slots;
    const row = slot * ROW_INTEGERS;
    integers[row + KEY_HIGH] = high;
    integers[row + KEY_LOW] = key - high * LOW_SPAN;
    integers[row + HANDLER] = handler;
    doubles[slot * ROW_DOUBLES + ARGUMENT_A] = a;
    doubles[slot * ROW_DOUBLES + ARGUMENT_B] = b;
    doubles[slot * ROW_DOUBLES + ARGUMENT_C] = c;
    this.append(slot);
  }

  /** Level and digit of a key, as one index. */
  private bucketOf(high: number, low: number): number {
    const difference = high ^ this.baseHigh;
    if (difference === 0) {
      if ((low ^ this.baseLow) < BUCKETS_PER_LEVEL) return low & (BUCKETS_PER_LEVEL - 1);
      return BUCKETS_PER_LEVEL | (low >>> 11);
    }
    if (difference < BUCKETS_PER_LEVEL) {
      return (2 * BUCKETS_PER_LEVEL) | (high & (BUCKETS_PER_LEVEL - 1));
    }
    if (difference < LOW_SPAN) {
      return (3 * BUCKETS_PER_LEVEL) | ((high >>> 11) & (BUCKETS_PER_LEVEL - 1));
    }
    return (4 * BUCKETS_PER_LEVEL) | (high >>> 22);
  }

  private append(slot: number): void {
    const { integers } = this.slots;
    const row = slot * ROW_INTEGERS;
    const bucket = this.bucketOf(integers[row + KEY_HIGH]!, integers[row + KEY_LOW]!);
    integers[row + NEXT] = NO_SLOT;
    if (this.heads[bucket] === NO_SLOT) {
      integers[row + PREVIOUS] = NO_SLOT;
      this.heads[bucket] = slot;
      this.occupied[bucket >>> 5]! |= 1 << (bucket & 31);
      this.occupiedWords[bucket >>> 10]! |= 1 << ((bucket >>> 5) & 31);
    } else {
      const tail = this.tails[bucket]!;
      integers[row + PREVIOUS] = tail;
      integers[tail * ROW_INTEGERS + NEXT] = slot;
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
      if (words === 0) return NO_BUCKET;
    }
    const word = (half << 5) | (31 - Math.clz32(words & -words));
    const bits = this.occupied[word]!;
    return (word << 5) | (31 - Math.clz32(bits & -bits));
  }

  /**
   * With the lowest level empty: makes the least key the base, spreads its bucket over the levels
   * below, and answers the bucket where the least key then is. Does nothing when that key lies past
   * the limit, for earlier events may still be pushed.
   */
  private advance(limitMicros: TimeMicros): number {
    let bucket = NO_BUCKET;
    for (let level = 1; bucket === NO_BUCKET; level++) bucket = this.lowestBucket(level);
    const { integers } = this.slots;
    const first = this.heads[bucket]!;
    let leastHigh = integers[first * ROW_INTEGERS + KEY_HIGH]!;
    let leastLow = integers[first * ROW_INTEGERS + KEY_LOW]!;
    const second = integers[first * ROW_INTEGERS + NEXT]!;
    let slot = second;
    while (slot !== NO_SLOT) {
      const row = slot * ROW_INTEGERS;
      const high = integers[row + KEY_HIGH]!;
      const low = integers[row + KEY_LOW]!;
      if (high < leastHigh || (high === leastHigh && low < leastLow)) {
        leastHigh = high;
        leastLow = low;
      }
      slot = integers[row + NEXT]!;
    }
    if (leastHigh * LOW_SPAN + leastLow >= (limitMicros + 1) * PHASES_PER_TIME) return NO_BUCKET;
    this.baseHigh = leastHigh;
    this.baseLow = leastLow;
    // An event alone is taken from where it is: nothing is left behind that the new base misplaces.
    if (second === NO_SLOT) return bucket;
    this.heads[bucket] = NO_SLOT;
    this.markEmpty(bucket);
    slot = first;
    while (slot !== NO_SLOT) {
      const next = integers[slot * ROW_INTEGERS + NEXT]!;
      this.append(slot);
      slot = next;
    }
    return leastLow & (BUCKETS_PER_LEVEL - 1);
  }
}
