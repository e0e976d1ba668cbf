const NONE = -1;

/**
 * Values by a key of two parts, of which the least recently put is forgotten when there are more than
 * `capacity`. A Map alone would do, by deleting and setting anew; but finding its first key steps over all that were
 * deleted, and a key of one string has to be made for each question. The groups should be few.
 */
export class LeastRecentlyUsed<V> {
  private readonly groups = new Map<string, Map<string, number>>();
  private readonly homes: Map<string, number>[] = [];
  private readonly keys: string[] = [];
  private readonly free: number[] = [];
  private count = 0;
  private readonly values: V[] = [];
  private readonly older: number[] = [];
  private readonly newer: number[] = [];
  private oldest = NONE;
  private newest = NONE;

  constructor(private readonly capacity: number) {}

  get(group: string, key: string): V | undefined {
    const slot = this.groups.get(group)?.get(key);
    return slot === undefined ? undefined : this.values[slot];
  }

  /** The key becomes the most recent one. */
  put(group: string, key: string, value: V): void {
    let home = this.groups.get(group);
    if (home === undefined) {
      home = new Map();
      this.groups.set(group, home);
    }
    let slot = home.get(key);
    if (slot === undefined) {
      slot = this.slotOfNew();
      home.set(key, slot);
      this.homes[slot] = home;
      this.keys[slot] = key;
    } else {
      this.unlink(slot);
    }
    this.values[slot] = value;
    this.older[slot] = this.newest;
    this.newer[slot] = NONE;
    if (this.newest === NONE) this.oldest = slot;
    else this.newer[this.newest] = slot;
    this.newest = slot;
  }

  /** The value that was put least recently; undefined where there is none. */
  get oldestValue(): V | undefined {
    return this.oldest === NONE ? undefined : this.values[this.oldest];
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
    if (older === NONE) this.oldest = newer;
    else this.newer[older] = newer;
    if (newer === NONE) this.newest = older;
    else this.older[newer] = older;
  }
}
