/** There is no slot; see {@link RecentKeys.oldest}. */
export const NO_SLOT = -1;

/**
 * Keys of two parts, each with a slot, a small integer by which its values stand in lists of their owner's; the
 * least recently touched is forgotten when there are more than `capacity`. A Map alone would do, by deleting
 * and setting anew; but finding its first key steps over all that were deleted, and a key of one string has
 * to be made for each question. The groups should be few.
 */
export class RecentKeys {
  private readonly groups = new Map<string, Map<string, number>>();
  private readonly homes: Map<string, number>[] = [];
  private readonly keys: string[] = [];
  private readonly free: number[] = [];
  private readonly older: number[] = [];
  private readonly newer: number[] = [];
  private count = 0;
  private newest = NO_SLOT;
  /** The slot of the key that was touched least recently. */
  oldest = NO_SLOT;
  /** Whether the key that was touched last was unknown: its slot's values are another's. */
  isNew = false;

  constructor(private readonly capacity: number) {}

  /** The slot of the key, which becomes the most recent one. */
  touch(group: string, key: string): number {
    let home = this.groups.get(group);
    if (home === undefined) {
      home = new Map();
      this.groups.set(group, home);
    }
    let slot = home.get(key);
    this.isNew = slot === undefined;
    if (slot === this.newest && slot !== undefined) return slot;
    if (slot === undefined) {
      slot = this.slotOfNew();
      home.set(key, slot);
      this.homes[slot] = home;
      this.keys[slot] = key;
    } else {
      this.unlink(slot);
    }
    this.older[slot] = this.newest;
    this.newer[slot] = NO_SLOT;
    if (this.newest === NO_SLOT) this.oldest = slot;
    else this.newer[this.newest] = slot;
    this.newest = slot;
    return slot;
  }

  forgetOldest(): void {
    const slot = this.oldest;
    this.unlink(slot);
    this.homes[slot]!.delete(this.keys[slot]!);
    this.free.push(slot);
    this.count -= 1;
  }

  private slotOfNew(): number {
    if (this.count >= this.capacity) this.forgetOldest();
    this.count += 1;
    return this.free.pop() ?? this.count - 1;
  }

  private unlink(slot: number): void {
    const older = this.older[slot]!;
    const newer = this.newer[slot]!;
    if (older === NO_SLOT) this.oldest = newer;
    else this.newer[older] = newer;
    if (newer === NO_SLOT) this.newest = older;
    else this.older[newer] = older;
  }
}
