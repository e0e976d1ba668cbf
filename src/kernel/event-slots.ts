import { assert } from "../base/assert.js";

/** Names a pending event; never 0, and never given out again once the event ran or was cancelled. */
export type EventId = number;

/** No slot; also the end of a list of slots. */
export const NO_SLOT = -1;

/**
 * A slot is one row of 64 bytes, a cache line: sixteen 32-bit integers, of which the last eight are
 * four doubles. Columns of the integers:
 */
export const ROW_INTEGERS = 16;
export const KEY_HIGH = 0;
export const KEY_LOW = 1;
export const NEXT = 2;
export const PREVIOUS = 3;
export const HANDLER = 4;
const GENERATION = 5;
/** Columns of the same row seen as doubles. */
export const ROW_DOUBLES = 8;
export const ARGUMENT_A = 4;
export const ARGUMENT_B = 5;
export const ARGUMENT_C = 6;

const SLOT_SPAN = 2 ** 26;
const LAST_GENERATION = 2 ** 27 - 1;

/**
 * The memory of the event queue: rows that are used again, last in first out. An id is made of the
 * slot (26 bits) and of the slot's generation (27 bits), which ends when the slot is released; a
 * slot whose generations are used up is retired, so no id ever comes twice.
 */
export class EventSlots {
  /** Replaced when the memory grows, which only `take` does. */
  integers: Int32Array;
  doubles: Float64Array;
  /** How many slots are taken. */
  taken = 0;

  private capacity: number;
  private used = 0;
  private firstFree = NO_SLOT;

  constructor(initialCapacity: number) {
    this.capacity = initialCapacity;
    this.integers = new Int32Array(initialCapacity * ROW_INTEGERS);
    this.doubles = new Float64Array(this.integers.buffer);
  }

  take(): number {
    this.taken++;
    const free = this.firstFree;
    if (free !== NO_SLOT) {
      this.firstFree = this.integers[free * ROW_INTEGERS + NEXT]!;
      return free;
    }
    const slot = this.used++;
    assert(slot < SLOT_SPAN, "more events are pending than ids can tell apart");
    if (slot === this.capacity) this.grow();
    this.integers[slot * ROW_INTEGERS + GENERATION] = 1;
    return slot;
  }

  release(slot: number): void {
    this.taken--;
    const integers = this.integers;
    const row = slot * ROW_INTEGERS;
    const generation = integers[row + GENERATION]! + 1;
    integers[row + GENERATION] = generation;
    if (generation > LAST_GENERATION) return;
    integers[row + NEXT] = this.firstFree;
    this.firstFree = slot;
  }

  idOf(slot: number): EventId {
    return this.integers[slot * ROW_INTEGERS + GENERATION]! * SLOT_SPAN + slot;
  }

  /** The slot of an id that was given out and not released since, or {@link NO_SLOT}. */
  slotOf(id: EventId): number {
    const slot = id % SLOT_SPAN;
    if (!(slot < this.used)) return NO_SLOT;
    const generation = this.integers[slot * ROW_INTEGERS + GENERATION];
    return generation === (id - slot) / SLOT_SPAN ? slot : NO_SLOT;
  }

  private grow(): void {
    this.capacity *= 2;
    const integers = new Int32Array(this.capacity * ROW_INTEGERS);
    integers.set(this.integers);
    this.integers = integers;
    this.doubles = new Float64Array(integers.buffer);
  }
}
