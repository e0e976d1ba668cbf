import type { GroupBest } from "./group-best.js";

/** How many positions make a block, and how many blocks a super-block, as powers of two. */
export interface BlockSizes {
  readonly blockLog2: number;
  readonly superLog2: number;
}

/** Maxima of one level: a cell for each block (or super-block) and group, groups side by side. */
class Level {
  max: Int16Array;
  ties: Int32Array;
  first: Int32Array;
  fits: Int32Array;

  constructor(cells: number) {
    this.max = new Int16Array(cells);
    this.ties = new Int32Array(cells);
    this.first = new Int32Array(cells);
    this.fits = new Int32Array(cells);
  }

  get bytes(): number {
    return this.max.length * 14;
  }
}

/**
 * Values and groups of nodes by position in the order of evaluation, with the maximum, the number of
 * ties and the number of fitting nodes of each group kept for blocks of positions and for blocks of
 * blocks. A value is positive where the node fits, else 0. A change costs a scan of one block; a
 * question costs the blocks at the ends of its range and the super-blocks between them.
 *
 * Hot path: typed arrays of primitives, nothing is allocated by a change or a question. It trades
 * memory (14 bytes a cell) for answers that hardly depend on the number of nodes.
 */
export class GroupRows {
  count = 0;
  values = new Int16Array(0);
  groups = new Uint16Array(0);
  /** Positions that fit, by group. */
  totals = new Int32Array(1);
  private ordinals: Float64Array = new Float64Array(0);
  private stride = 1;
  private blocks = new Level(0);
  private supers = new Level(0);
  private left = 0;
  /** The value that a position had before the change under way. */
  private before = 0;

  constructor(private readonly sizes: BlockSizes) {}

  get bytes(): number {
    return this.count * 4 + this.blocks.bytes + this.supers.bytes;
  }

  /** Begins anew with `count` positions; values and groups are to be written, then {@link rebuild}. */
  reset(count: number, ordinals: Float64Array): void {
    this.count = count;
    this.ordinals = ordinals;
    this.values = new Int16Array(count);
    this.groups = new Uint16Array(count);
  }

  /** Computes all maxima from values and groups, which lie below `groupCount`. */
  rebuild(groupCount: number): void {
    let stride = 1;
    while (stride < groupCount) stride *= 2;
    this.stride = stride;
    const { blockLog2, superLog2 } = this.sizes;
    const blockCount = (this.count + (1 << blockLog2) - 1) >> blockLog2;
    const superCount = (blockCount + (1 << superLog2) - 1) >> superLog2;
    this.blocks = new Level(blockCount * stride);
    this.supers = new Level(superCount * stride);
    this.totals = new Int32Array(stride);
    const { values, groups, totals, blocks, supers } = this;
    for (let position = 0; position < this.count; position += 1) {
      const value = values[position]!;
      if (value <= 0) continue;
      const group = groups[position]!;
      totals[group]! += 1;
      const block = position >> blockLog2;
      this.join(blocks, block * stride + group, value, 1, position, 1);
      this.join(supers, (block >> superLog2) * stride + group, value, 1, position, 1);
    }
  }

  private join(
    level: Level,
    cell: number,
    value: number,
    ties: number,
    first: number,
    fits: number,
  ): void {
    level.fits[cell]! += fits;
    const max = level.max[cell]!;
    if (value > max) {
      level.max[cell] = value;
      level.ties[cell] = ties;
      level.first[cell] = first;
    } else if (value === max) {
      level.ties[cell]! += ties;
      if (this.ordinals[first]! < this.ordinals[level.first[cell]!]!) level.first[cell] = first;
    }
  }

  /** Writes one position; `value` 0: does not fit. `group` may be a new one, one beyond the last. */
  set(position: number, value: number, group: number): void {
    const valueBefore = this.values[position]!;
    const groupBefore = this.groups[position]!;
    if (value === valueBefore && group === groupBefore) return;
    this.before = valueBefore;
    this.values[position] = value;
    this.groups[position] = group;
    if (group >= this.stride) {
      this.rebuild(group + 1);
      return;
    }
    if (valueBefore > 0) this.totals[groupBefore]! -= 1;
    if (value > 0) this.totals[group]! += 1;
    const block = position >> this.sizes.blockLog2;
    if (group === groupBefore && valueBefore > 0 && value > 0) {
      this.move(block, group, position);
      return;
    }
    if (valueBefore > 0) this.refresh(block, groupBefore);
    if (value > 0) this.refresh(block, group);
  }

  /** A position that fits got another value: most often the block's best, or one far below it. */
  private move(block: number, group: number, position: number): void {
    const { blocks } = this;
    const cell = block * this.stride + group;
    const max = blocks.max[cell]!;
    const ties = blocks.ties[cell]!;
    const first = blocks.first[cell]!;
    const value = this.values[position]!;
    if (value > max) {
      blocks.max[cell] = value;
      blocks.ties[cell] = 1;
      blocks.first[cell] = position;
    } else if (value === max) {
      // It was below: equal values do not come here.
      blocks.ties[cell]! += 1;
      if (this.ordinals[position]! < this.ordinals[blocks.first[cell]!]!) {
        blocks.first[cell] = position;
      }
    } else if (this.before < max) {
      return;
    } else if (first === position) {
      this.scan(block, group);
    } else {
      blocks.ties[cell]! -= 1;
    }
    this.passOn(block, group, max, ties, first);
  }

  /** Brings a super-block up to date after one of its blocks changed, most often without a scan. */
  private passOn(block: number, group: number, max: number, ties: number, first: number): void {
    const { blocks, supers, stride, ordinals } = this;
    const cell = block * stride + group;
    const superBlock = block >> this.sizes.superLog2;
    const over = superBlock * stride + group;
    const best = supers.max[over]!;
    const now = blocks.max[cell]!;
    if (now > best) {
      supers.max[over] = now;
      supers.ties[over] = blocks.ties[cell]!;
      supers.first[over] = blocks.first[cell]!;
      return;
    }
    const left = supers.ties[over]! - (max === best ? ties : 0);
    if (max === best && (left === 0 || supers.first[over] === first)) {
      this.refreshSuper(superBlock, group);
      return;
    }
    if (now < best) {
      supers.ties[over] = left;
      return;
    }
    supers.ties[over] = left + blocks.ties[cell]!;
    const candidate = blocks.first[cell]!;
    if (ordinals[candidate]! < ordinals[supers.first[over]!]!) supers.first[over] = candidate;
  }

  private refresh(block: number, group: number): void {
    this.scan(block, group);
    this.refreshSuper(block >> this.sizes.superLog2, group);
  }

  private scan(block: number, group: number): void {
    const { stride, blocks, values, groups, ordinals } = this;
    const { blockLog2 } = this.sizes;
    const from = block << blockLog2;
    const to = Math.min(from + (1 << blockLog2), this.count);
    let max = 0;
    let ties = 0;
    let first = 0;
    let fits = 0;
    for (let position = from; position < to; position += 1) {
      const value = values[position]!;
      if (value <= 0 || groups[position] !== group) continue;
      fits += 1;
      if (value > max) {
        max = value;
        ties = 1;
        first = position;
      } else if (value === max) {
        ties += 1;
        if (ordinals[position]! < ordinals[first]!) first = position;
      }
    }
    const cell = block * stride + group;
    blocks.max[cell] = max;
    blocks.ties[cell] = ties;
    blocks.first[cell] = first;
    blocks.fits[cell] = fits;
  }

  private refreshSuper(superBlock: number, group: number): void {
    const { stride, blocks, supers } = this;
    const { superLog2 } = this.sizes;
    const over = superBlock * stride + group;
    const firstCell = (superBlock << superLog2) * stride + group;
    const end = Math.min(firstCell + (stride << superLog2), blocks.max.length);
    let max = 0;
    let ties = 0;
    let first = 0;
    let fits = 0;
    for (let at = firstCell; at < end; at += stride) {
      const best = blocks.max[at]!;
      if (best === 0) continue;
      fits += blocks.fits[at]!;
      if (best > max) {
        max = best;
        ties = blocks.ties[at]!;
        first = blocks.first[at]!;
      } else if (best === max) {
        ties += blocks.ties[at]!;
        if (this.ordinals[blocks.first[at]!]! < this.ordinals[first]!) first = blocks.first[at]!;
      }
    }
    supers.max[over] = max;
    supers.ties[over] = ties;
    supers.first[over] = first;
    supers.fits[over] = fits;
  }

  /** The best of `length` positions from `start` on, round the end, for groups below `groupCount`. */
  best(start: number, length: number, groupCount: number, into: GroupBest): void {
    into.clear(groupCount);
    if (length === this.count) {
      this.collect(0, this.count, groupCount, into);
      return;
    }
    const end = start + length;
    this.collect(start, Math.min(end, this.count), groupCount, into);
    if (end > this.count) this.collect(0, end - this.count, groupCount, into);
  }

  private collect(from: number, to: number, groupCount: number, into: GroupBest): void {
    const { blockLog2, superLog2 } = this.sizes;
    const blockSize = 1 << blockLog2;
    const superSize = blockSize << superLog2;
    const toEnd = to === this.count;
    let at = from;
    while (at < to) {
      if ((at & (superSize - 1)) === 0 && (toEnd || at + superSize <= to)) {
        this.add(this.supers, (at >> (blockLog2 + superLog2)) * this.stride, groupCount, into);
        at += superSize;
      } else if ((at & (blockSize - 1)) === 0 && (toEnd || at + blockSize <= to)) {
        this.add(this.blocks, (at >> blockLog2) * this.stride, groupCount, into);
        at += blockSize;
      } else {
        const value = this.values[at]!;
        if (value > 0) this.take(into, this.groups[at]!, value, 1, at, 1);
        at += 1;
      }
    }
  }

  private add(level: Level, cell: number, groupCount: number, into: GroupBest): void {
    for (let group = 0; group < groupCount; group += 1) {
      const max = level.max[cell + group]!;
      if (max === 0) continue;
      const at = cell + group;
      this.take(into, group, max, level.ties[at]!, level.first[at]!, level.fits[at]!);
    }
  }

  private take(
    into: GroupBest,
    group: number,
    value: number,
    ties: number,
    first: number,
    fits: number,
  ): void {
    into.fits[group]! += fits;
    const max = into.max[group]!;
    if (value > max) {
      into.max[group] = value;
      into.ties[group] = ties;
      into.first[group] = first;
    } else if (value === max) {
      into.ties[group]! += ties;
      if (this.ordinals[first]! < this.ordinals[into.first[group]!]!) into.first[group] = first;
    }
  }

  /**
   * How many positions from `start` on come before the one that fits as number `n` (from 0), where
   * only the groups count that `open` marks with 1. That many must exist.
   */
  stepsToFit(start: number, n: number, open: Uint8Array): number {
    this.left = n;
    const found = this.seek(start, this.count, null, open);
    if (found >= 0) return found - start;
    return this.count - start + this.seek(0, start, null, open);
  }

  /**
   * Of `length` positions from `start` on, number `n` (from 0) of those with the value that `targets`
   * has for their group. Only groups that `open` marks take part; their targets are the maxima of
   * the range, which is why whole blocks need not be searched.
   */
  nthAtTarget(
    start: number,
    length: number,
    n: number,
    targets: Int32Array,
    open: Uint8Array,
  ): number {
    this.left = n;
    const end = start + length;
    const found = this.seek(start, Math.min(end, this.count), targets, open);
    return found >= 0 ? found : this.seek(0, end - this.count, targets, open);
  }

  private seek(from: number, to: number, targets: Int32Array | null, open: Uint8Array): number {
    const { blockLog2, superLog2 } = this.sizes;
    const blockSize = 1 << blockLog2;
    const superSize = blockSize << superLog2;
    let at = from;
    while (at < to) {
      if ((at & (superSize - 1)) === 0 && at + superSize <= to) {
        const cell = (at >> (blockLog2 + superLog2)) * this.stride;
        const hits = this.hits(this.supers, cell, targets, open);
        if (hits <= this.left) {
          this.left -= hits;
          at += superSize;
          continue;
        }
      }
      if ((at & (blockSize - 1)) === 0 && at + blockSize <= to) {
        const hits = this.hits(this.blocks, (at >> blockLog2) * this.stride, targets, open);
        if (hits <= this.left) {
          this.left -= hits;
          at += blockSize;
          continue;
        }
      }
      const stop = Math.min(to, (at | (blockSize - 1)) + 1);
      for (; at < stop; at += 1) {
        const value = this.values[at]!;
        if (value <= 0) continue;
        const group = this.groups[at]!;
        if (open[group] !== 1 || (targets !== null && targets[group] !== value)) continue;
        if (this.left === 0) return at;
        this.left -= 1;
      }
    }
    return -1;
  }

  private hits(level: Level, cell: number, targets: Int32Array | null, open: Uint8Array): number {
    let hits = 0;
    for (let group = 0; group < this.stride; group += 1) {
      if (open[group] !== 1) continue;
      const at = cell + group;
      if (targets === null) hits += level.fits[at]!;
      else if (level.max[at] === targets[group]) hits += level.ties[at]!;
    }
    return hits;
  }
}
