import { BlockMaxima, CELL_LOG2, FITS, MAX, TIES } from "./block-maxima.js";

/** The best of some positions, group by group; columns by group. */
export class GroupBest {
  /** Highest value; 0 for a group without a position that fits. */
  max = new Int32Array(0);
  /** Positions with that value. */
  ties = new Int32Array(0);
  /** Positions that fit. */
  fits = new Int32Array(0);

  /** Makes room for so many groups. */
  reserve(groups: number): void {
    if (this.max.length >= groups) return;
    this.max = new Int32Array(groups * 2);
    this.ties = new Int32Array(groups * 2);
    this.fits = new Int32Array(groups * 2);
  }

  /** Forgets the groups from `from` to below `to`. */
  clear(from: number, to: number): void {
    for (let group = from; group < to; group += 1) {
      this.max[group] = 0;
      this.ties[group] = 0;
      this.fits[group] = 0;
    }
  }
}

/** Positions that a question leaves out, with the blocks that they lie in by level. */
export interface LeftOut {
  readonly positions: Uint8Array;
  readonly blocks: readonly Uint8Array[];
}

/**
 * Answers questions about {@link BlockMaxima}: the best of a range, and the n-th of those that fit or
 * are best. A question costs the blocks at the ends of its range and the large ones between them. Hot
 * path: nothing is allocated by a question.
 */
export class GroupRows extends BlockMaxima {
  /** How many positions there were, after an {@link nth} that found none. */
  counted = 0;
  private left = 0;

  /**
   * The best of `length` positions from `start` on, round the end, for groups below `groupCount`;
   * positions that are left out do not count.
   */
  best(
    start: number,
    length: number,
    groupCount: number,
    into: GroupBest,
    without: LeftOut | null = null,
  ): void {
    into.clear(0, groupCount);
    if (length === this.count) {
      this.collect(0, this.count, groupCount, into, without);
      return;
    }
    const end = start + length;
    this.collect(start, Math.min(end, this.count), groupCount, into, without);
    if (end > this.count) this.collect(0, end - this.count, groupCount, into, without);
  }

  private collect(
    from: number,
    to: number,
    groupCount: number,
    into: GroupBest,
    without: LeftOut | null,
  ): void {
    let at = from;
    while (at < to) {
      const level = this.largestBlock(at, to, without);
      if (level >= 0) {
        const { cells, log2 } = this.levels[level]!;
        this.add(cells, this.cellOf(at >> log2, 0), groupCount, into);
        at += 1 << log2;
        continue;
      }
      const stop = Math.min(to, (at | ((1 << this.log2s[0]!) - 1)) + 1);
      this.collectWithin(at, stop, into, without);
      at = stop;
    }
  }

  /** One by one, within one of the smallest blocks. */
  private collectWithin(from: number, to: number, into: GroupBest, without: LeftOut | null): void {
    const { values, groups } = this;
    for (let at = from; at < to; at += 1) {
      const value = values[at]!;
      if (value > 0 && without?.positions[at] !== 1) take(into, groups[at]!, value, 1, 1);
    }
  }

  /** The level of the largest block that begins at `at` and lies before `to`; -1 if there is none. */
  private largestBlock(at: number, to: number, without: LeftOut | null): number {
    const { levels } = this;
    const toEnd = to === this.count;
    for (let level = levels.length - 1; level >= 0; level -= 1) {
      const { log2 } = levels[level]!;
      if ((at & ((1 << log2) - 1)) !== 0 || !(toEnd || at + (1 << log2) <= to)) continue;
      if (without === null || without.blocks[level]![at >> log2] !== 1) return level;
    }
    return -1;
  }

  private add(cells: Int32Array, from: number, groupCount: number, into: GroupBest): void {
    for (let group = 0; group < groupCount; group += 1) {
      const cell = from + (group << CELL_LOG2);
      const max = cells[cell + MAX]!;
      if (max === 0) continue;
      take(into, group, max, cells[cell + TIES]!, cells[cell + FITS]!);
    }
  }

  /**
   * Calls `visit` with each of `length` positions from `start` on that has the target value of its
   * group, where the groups count that `open` marks with 1. Others of the group may have higher values.
   */
  forEachHit(
    start: number,
    length: number,
    targets: Int32Array,
    open: Uint8Array,
    visit: (position: number) => void,
  ): void {
    const { values, groups, count } = this;
    const { cells, log2 } = this.levels[0]!;
    for (let i = 0; i < length; ) {
      const at = start + i < count ? start + i : start + i - count;
      const end = Math.min((at | ((1 << log2) - 1)) + 1, count, at + length - i);
      i += end - at;
      if (!this.mayHit(cells, at >> log2, targets, open)) continue;
      for (let position = at; position < end; position += 1) {
        const value = values[position]!;
        const group = groups[position]!;
        if (value > 0 && open[group] === 1 && value === targets[group]) visit(position);
      }
    }
  }

  private mayHit(cells: Int32Array, block: number, targets: Int32Array, open: Uint8Array): boolean {
    let cell = this.cellOf(block, 0);
    for (let group = 0; group < 1 << this.strideLog2; group += 1, cell += 1 << CELL_LOG2) {
      if (open[group] === 1 && cells[cell + MAX]! >= targets[group]!) return true;
    }
    return false;
  }

  /**
   * The position that fits as number `n` (from 0) among `length` ones from `start` on, where only the
   * groups count that `open` marks with 1. With `targets` only those with their group's target
   * value count, which none may exceed: so whole blocks need not be searched. If there are no more
   * than `n` it is -1, and {@link counted} tells how many there are.
   */
  nth(
    start: number,
    length: number,
    n: number,
    targets: Int32Array | null,
    open: Uint8Array,
  ): number {
    this.left = n;
    const from = start < this.count ? start : start - this.count;
    const end = from + length;
    let found = this.seek(from, Math.min(end, this.count), targets, open);
    if (found < 0 && end > this.count) found = this.seek(0, end - this.count, targets, open);
    this.counted = n - this.left;
    return found;
  }

  private seek(from: number, to: number, targets: Int32Array | null, open: Uint8Array): number {
    const { levels } = this;
    let at = from;
    // The largest blocks that may be worth a look: smaller ones once the position lies inside.
    let top = levels.length - 1;
    while (at < to) {
      let isPassed = false;
      for (let level = top; level >= 0; level -= 1) {
        const { cells, log2 } = levels[level]!;
        if ((at & ((1 << log2) - 1)) !== 0 || at + (1 << log2) > to) continue;
        const hits = this.hits(cells, at >> log2, targets, open);
        if (hits > this.left) {
          top = level - 1;
          continue;
        }
        this.left -= hits;
        at += 1 << log2;
        isPassed = true;
        break;
      }
      if (isPassed) continue;
      const { log2 } = levels[0]!;
      const stop = Math.min(to, (at | ((1 << log2) - 1)) + 1);
      const found = this.seekWithin(at, stop, targets, open);
      if (found >= 0) return found;
      at = stop;
    }
    return -1;
  }

  private seekWithin(
    from: number,
    to: number,
    targets: Int32Array | null,
    open: Uint8Array,
  ): number {
    const { values, groups } = this;
    const isOnly = this.strideLog2 === 0;
    for (let at = from; at < to; at += 1) {
      const value = values[at]!;
      if (value <= 0) continue;
      const group = isOnly ? 0 : groups[at]!;
      if (open[group] !== 1 || (targets !== null && targets[group] !== value)) continue;
      if (this.left === 0) return at;
      this.left -= 1;
    }
    return -1;
  }

  private hits(
    cells: Int32Array,
    block: number,
    targets: Int32Array | null,
    open: Uint8Array,
  ): number {
    const groups = 1 << this.strideLog2;
    let cell = this.cellOf(block, 0);
    let hits = 0;
    for (let group = 0; group < groups; group += 1, cell += 1 << CELL_LOG2) {
      if (open[group] !== 1) continue;
      if (targets === null) hits += cells[cell + FITS]!;
      else if (cells[cell + MAX] === targets[group]) hits += cells[cell + TIES]!;
    }
    return hits;
  }
}

/** Counts `fits` positions, of which `ties` have the highest value, into the best of a group. */
export function take(
  into: GroupBest,
  group: number,
  value: number,
  ties: number,
  fits: number,
): void {
  into.fits[group]! += fits;
  const max = into.max[group]!;
  if (value > max) {
    into.max[group] = value;
    into.ties[group] = ties;
  } else if (value === max) into.ties[group]! += ties;
}
