/** A set of small integers from 0, one bit each. Grows to what is added; iterates in ascending order. */
export class BitSet {
  private words: Int32Array;
  private count = 0;

  constructor(capacity = 64) {
    this.words = new Int32Array(Math.max(1, (capacity + 31) >>> 5));
  }

  get size(): number {
    return this.count;
  }

  has(member: number): boolean {
    return ((this.words[member >>> 5] ?? 0) & (1 << (member & 31))) !== 0;
  }

  /** Adds a member; false when it was one already. */
  add(member: number): boolean {
    const word = member >>> 5;
    if (word >= this.words.length) this.grow(word + 1);
    const bit = 1 << (member & 31);
    if ((this.words[word]! & bit) !== 0) return false;
    this.words[word]! |= bit;
    this.count++;
    return true;
  }

  /** Takes a member out; false when it was none. */
  delete(member: number): boolean {
    if (!this.has(member)) return false;
    this.words[member >>> 5]! &= ~(1 << (member & 31));
    this.count--;
    return true;
  }

  clear(): void {
    this.words.fill(0);
    this.count = 0;
  }

  /** The least member that is `from` or above it; -1 when there is none. */
  next(from: number): number {
    const words = this.words;
    let word = from >>> 5;
    if (word >= words.length) return -1;
    let bits = words[word]! & (-1 << (from & 31));
    while (bits === 0) {
      word++;
      if (word === words.length) return -1;
      bits = words[word]!;
    }
    return (word << 5) | (31 - Math.clz32(bits & -bits));
  }

  *[Symbol.iterator](): Generator<number> {
    for (let member = this.next(0); member !== -1; member = this.next(member + 1)) yield member;
  }

  private grow(words: number): void {
    const larger = new Int32Array(Math.max(words, this.words.length * 2));
    larger.set(this.words);
    this.words = larger;
  }
}
