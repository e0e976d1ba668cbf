import { ChainedRows, emptyChain, NO_ROW } from "./chained-rows.js";

/** There is no slot; see {@link RecentKeys.oldest}. */
export const NO_SLOT = NO_ROW;

/**
 * Keys of two parts, each with a slot, a small integer by which its values stand in lists of their owner's; the
 * least recently touched is forgotten when there are more than `capacity`. A Map alone would do, by deleting
 * and setting anew; but finding its first key steps over all that were deleted, and a key of one string has
 * to be made for each question. A key should have few groups: they are looked through one by one.
 */
export class RecentKeys {
  /** The first slot of each key; those of its other groups follow. */
  private readonly firsts = new Map<string, number>();
  private readonly following: number[] = [];
  private readonly groups: string[] = [];
  private readonly keys: string[] = [];
  private readonly free: number[] = [];
  private readonly slots = new ChainedRows();
  /** From the slot that was touched least recently to the one that was touched last. */
  private readonly ages = emptyChain();
  private count = 0;
  private lastKey: string | null = null;
  private lastFirst = NO_SLOT;
  /** Whether the key that was touched last was unknown: its slot's values are another's. */
  isNew = false;

  constructor(private readonly capacity: number) {}

  /** The slot of the key that was touched least recently. */
  get oldest(): number {
    return this.ages.first;
  }

  /** The slot of the key, which becomes the most recent one. */
  touch(group: string, key: string): number {
    let slot = this.find(group, key);
    this.isNew = slot === NO_SLOT;
    if (slot === NO_SLOT) slot = this.add(group, key);
    else if (slot === this.ages.last) return slot;
    else this.slots.remove(this.ages, slot);
    this.slots.append(this.ages, slot);
    return slot;
  }

  forgetOldest(): void {
    const slot = this.oldest;
    this.slots.remove(this.ages, slot);
    this.leave(slot);
    this.free.push(slot);
    this.count -= 1;
  }

  private find(group: string, key: string): number {
    let slot = this.firstOf(key);
    while (slot !== NO_SLOT && this.groups[slot] !== group) slot = this.following[slot]!;
    return slot;
  }

  private firstOf(key: string): number {
    // What happens to one object is often told in a row.
    if (this.lastKey !== key) {
      this.lastKey = key;
      this.lastFirst = this.firsts.get(key) ?? NO_SLOT;
    }
    return this.lastFirst;
  }

  private add(group: string, key: string): number {
    const slot = this.slotOfNew();
    const first = this.firstOf(key);
    this.groups[slot] = group;
    this.keys[slot] = key;
    if (first === NO_SLOT) {
      this.firsts.set(key, slot);
      this.following[slot] = NO_SLOT;
      this.lastFirst = slot;
    } else {
      this.following[slot] = this.following[first]!;
      this.following[first] = slot;
    }
    return slot;
  }

  /** Takes the slot out of those of its key. */
  private leave(slot: number): void {
    const key = this.keys[slot]!;
    const following = this.following[slot]!;
    let before = this.firstOf(key);
    if (before !== slot) {
      while (this.following[before] !== slot) before = this.following[before]!;
      this.following[before] = following;
      return;
    }
    this.lastFirst = following;
    if (following === NO_SLOT) this.firsts.delete(key);
    else this.firsts.set(key, following);
  }

  private slotOfNew(): number {
    if (this.count >= this.capacity) this.forgetOldest();
    this.count += 1;
    return this.free.pop() ?? this.count - 1;
  }
}
