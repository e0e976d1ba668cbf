import type { GroupBest } from "./group-best.js";

/** How many positions make a block, and how many blocks a super-block, as powers of two. */
export interface BlockSizes {
  readonly blockLog2: number;
  readonly superLog2: number;
}

/** What a cell holds, in this order, for one block (or super-block) and group. */
const MAX = 0;
const TIES = 1;
const FITS = 2;
const FIRST = 3;
const CELL_LOG2 = 2;

/** Positions that a question leaves out, with the blocks that they lie in. */
export interface LeftOut {
  readonly positions: Uint8Array;
  readonly blocks: Uint8Array;
  readonly supers: Uint8Array;
}

/**
 * Values and groups of nodes by position in the order of evaluation, with the maximum, the number of
 * ties and the number of fitting nodes of each group kept for blocks of positions and for blocks of
 * blocks. A value is positive where the node fits. A change costs a few steps, at worst a scan of one
 * block; a question costs the blocks at the ends of its range and the super-blocks between them.
 *
 * Values and groups may be shared with others, who say what changed. Hot path: typed arrays of
 * primitives, nothing is allocated by a change or a question. It trades memory (16 bytes a cell) for
 * answers that hardly depend on the number of nodes.
 */
export class GroupRows {
  count = 0;
  values: Int16Array = new Int16Array(0);
  groups: Uint16Array = new Uint16Array(0);
  /** Positions that fit, by group. */
  totals = new Int32Array(1);
  /** Place in which each node came; null where nobody asks for the first of equal nodes. */
  private ordinals: Float64Array | null = null;
  private strideLog2 = 0;
  private blocks = new Int32Array(0);
  private supers = new Int32Array(0);
  private left = 0;

  constructor(private readonly sizes: BlockSizes) {}

  get bytes(): number {
    return this.groups.byteLength + this.blocks.byteLength + this.supers.byteLength;
  }

  get blockCount(): number {
    return (this.count + (1 << this.sizes.blockLog2) - 1) >> this.sizes.blockLog2;
  }

  get superCount(): number {
    return (this.blockCount + (1 << this.sizes.superLog2) - 1) >> this.sizes.superLog2;
  }

  /** Takes values and groups by position, and computes all maxima. Groups lie below `groupCount`. */
  layOut(
    columns: {
      readonly values: Int16Array;
      readonly groups: Uint16Array;
      readonly ordinals: Float64Array | null;
    },
    count: number,
    groupCount: number,
  ): void {
    this.count = count;
    this.values = columns.values;
    this.groups = columns.groups;
    this.ordinals = columns.ordinals;
    this.rebuild(groupCount);
  }

  private rebuild(groupCount: number): void {
    let strideLog2 = 0;
    while (1 << strideLog2 < groupCount) strideLog2 += 1;
    this.strideLog2 = strideLog2;
    this.blocks = new Int32Array(this.blockCount << (strideLog2 + CELL_LOG2));
    this.supers = new Int32Array(this.superCount << (strideLog2 + CELL_LOG2));
    this.totals = new Int32Array(1 << strideLog2);
    const { values, groups, totals } = this;
    for (let position = 0; position < this.count; position += 1) {
      const value = values[position]!;
      if (value <= 0) continue;
      const group = groups[position]!;
      totals[group]! += 1;
      const block = position >> this.sizes.blockLog2;
      this.join(this.blocks, this.blockCell(block, group), value, 1, position, 1);
      const over = block >> this.sizes.superLog2;
      this.join(this.supers, this.blockCell(over, group), value, 1, position, 1);
    }
  }

  /** Of a block among the blocks, or of a super-block among the super-blocks. */
  private blockCell(block: number, group: number): number {
    return ((block << this.strideLog2) + group) << CELL_LOG2;
  }

  private join(
    level: Int32Array,
    cell: number,
    value: number,
    ties: number,
    first: number,
    fits: number,
  ): void {
    level[cell + FITS]! += fits;
    const max = level[cell + MAX]!;
    if (value > max) {
      level[cell + MAX] = value;
      level[cell + TIES] = ties;
      level[cell + FIRST] = first;
    } else if (value === max) {
      level[cell + TIES]! += ties;
      if (this.comesBefore(first, level[cell + FIRST]!)) level[cell + FIRST] = first;
    }
  }

  private comesBefore(a: number, b: number): boolean {
    const { ordinals } = this;
    return ordinals !== null && ordinals[a]! < ordinals[b]!;
  }

  /** The value at `position` was `before` and is another now; its group is the same. */
  changed(position: number, before: number): void {
    const value = this.values[position]!;
    const group = this.strideLog2 === 0 ? 0 : this.groups[position]!;
    const block = position >> this.sizes.blockLog2;
    if (value > 0 && before > 0) this.replace(block, group, position, before, value);
    else if (value > 0) this.enter(block, group, position, value);
    else if (before > 0) this.leave(block, group, position, before);
  }

  /** Writes value and group of one position. `group` may be a new one, beyond those before. */
  set(position: number, value: number, group: number): void {
    const before = this.values[position]!;
    const groupBefore = this.groups[position]!;
    if (group >> this.strideLog2 > 0) {
      this.values[position] = value;
      this.groups[position] = group;
      this.rebuild(group + 1);
    } else if (group === groupBefore) {
      if (value === before) return;
      this.values[position] = value;
      this.changed(position, before);
    } else {
      const block = position >> this.sizes.blockLog2;
      this.values[position] = value;
      this.groups[position] = group;
      if (before > 0) this.leave(block, groupBefore, position, before);
      if (value > 0) this.enter(block, group, position, value);
    }
  }

  private enter(block: number, group: number, position: number, value: number): void {
    this.totals[group]! += 1;
    const { blocks, supers } = this;
    const cell = this.blockCell(block, group);
    const over = this.blockCell(block >> this.sizes.superLog2, group);
    blocks[cell + FITS]! += 1;
    supers[over + FITS]! += 1;
    if (value < blocks[cell + MAX]!) return;
    const max = blocks[cell + MAX]!;
    const ties = blocks[cell + TIES]!;
    const first = blocks[cell + FIRST]!;
    this.join(blocks, cell, value, 1, position, 0);
    this.passOn(block, group, max, ties, first);
  }

  private leave(block: number, group: number, position: number, before: number): void {
    this.totals[group]! -= 1;
    this.blocks[this.blockCell(block, group) + FITS]! -= 1;
    this.supers[this.blockCell(block >> this.sizes.superLog2, group) + FITS]! -= 1;
    this.lose(block, group, position, before);
  }

  /** A position that fits got another value: most often the block's best, or one far below it. */
  private replace(
    block: number,
    group: number,
    position: number,
    before: number,
    value: number,
  ): void {
    const { blocks } = this;
    const cell = this.blockCell(block, group);
    const max = blocks[cell + MAX]!;
    if (value < max) {
      this.lose(block, group, position, before);
      return;
    }
    const ties = blocks[cell + TIES]!;
    const first = blocks[cell + FIRST]!;
    this.join(blocks, cell, value, 1, position, 0);
    this.passOn(block, group, max, ties, first);
  }

  /** A position lost the value `before`, for one that is below the block's maximum. */
  private lose(block: number, group: number, position: number, before: number): void {
    const { blocks } = this;
    const cell = this.blockCell(block, group);
    const max = blocks[cell + MAX]!;
    if (before < max) return;
    const ties = blocks[cell + TIES]!;
    const first = blocks[cell + FIRST]!;
    if (first === position) this.scan(block, group);
    else blocks[cell + TIES] = ties - 1;
    this.passOn(block, group, max, ties, first);
  }

  /** Brings a super-block up to date after one of its blocks changed, most often without a scan. */
  private passOn(block: number, group: number, max: number, ties: number, first: number): void {
    const { blocks, supers } = this;
    const cell = this.blockCell(block, group);
    const superBlock = block >> this.sizes.superLog2;
    const over = this.blockCell(superBlock, group);
    const best = supers[over + MAX]!;
    const now = blocks[cell + MAX]!;
    if (now > best) {
      supers[over + MAX] = now;
      supers[over + TIES] = blocks[cell + TIES]!;
      supers[over + FIRST] = blocks[cell + FIRST]!;
      return;
    }
    if (max < best) {
      if (now < best) return;
      supers[over + TIES]! += blocks[cell + TIES]!;
      const candidate = blocks[cell + FIRST]!;
      if (this.comesBefore(candidate, supers[over + FIRST]!)) supers[over + FIRST] = candidate;
      return;
    }
    const left = supers[over + TIES]! - ties + (now === best ? blocks[cell + TIES]! : 0);
    const candidate = blocks[cell + FIRST]!;
    const leader = supers[over + FIRST]!;
    if (leader === first && (now < best || candidate !== first)) {
      this.refreshSuper(superBlock, group);
      return;
    }
    supers[over + TIES] = left;
    if (now === best && this.comesBefore(candidate, leader)) supers[over + FIRST] = candidate;
  }

  private scan(block: number, group: number): void {
    const { blocks, values, groups } = this;
    const { blockLog2 } = this.sizes;
    const from = block << blockLog2;
    const to = Math.min(from + (1 << blockLog2), this.count);
    const isOnly = this.strideLog2 === 0;
    let max = 0;
    let ties = 0;
    let first = 0;
    for (let position = from; position < to; position += 1) {
      const value = values[position]!;
      if (value <= 0 || value < max || !(isOnly || groups[position] === group)) continue;
      if (value > max) {
        max = value;
        ties = 1;
        first = position;
      } else {
        ties += 1;
        if (this.comesBefore(position, first)) first = position;
      }
    }
    const cell = this.blockCell(block, group);
    blocks[cell + MAX] = max;
    blocks[cell + TIES] = ties;
    blocks[cell + FIRST] = first;
  }

  private refreshSuper(superBlock: number, group: number): void {
    const { blocks, supers } = this;
    const { superLog2 } = this.sizes;
    const over = this.blockCell(superBlock, group);
    const step = 1 << (this.strideLog2 + CELL_LOG2);
    const from = this.blockCell(superBlock << superLog2, group);
    const end = Math.min(from + (step << superLog2), blocks.length);
    let max = 0;
    let ties = 0;
    let first = 0;
    for (let cell = from; cell < end; cell += step) {
      const best = blocks[cell + MAX]!;
      if (best === 0 || best < max) continue;
      if (best > max) {
        max = best;
        ties = blocks[cell + TIES]!;
        first = blocks[cell + FIRST]!;
      } else {
        ties += blocks[cell + TIES]!;
        if (this.comesBefore(blocks[cell + FIRST]!, first)) first = blocks[cell + FIRST]!;
      }
    }
    supers[over + MAX] = max;
    supers[over + TIES] = ties;
    supers[over + FIRST] = first;
  }

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
    const { blockLog2, superLog2 } = this.sizes;
    const blockSize = 1 << blockLog2;
    const superSize = blockSize << superLog2;
    const toEnd = to === this.count;
    let at = from;
    while (at < to) {
      const superBlock = at >> (blockLog2 + superLog2);
      if (
        (at & (superSize - 1)) === 0 &&
        (toEnd || at + superSize <= to) &&
        without?.supers[superBlock] !== 1
      ) {
        this.add(this.supers, this.blockCell(superBlock, 0), groupCount, into);
        at += superSize;
        continue;
      }
      const block = at >> blockLog2;
      if (
        (at & (blockSize - 1)) === 0 &&
        (toEnd || at + blockSize <= to) &&
        without?.blocks[block] !== 1
      ) {
        this.add(this.blocks, this.blockCell(block, 0), groupCount, into);
        at += blockSize;
        continue;
      }
      const value = this.values[at]!;
      if (value > 0 && without?.positions[at] !== 1) {
        this.take(into, this.groups[at]!, value, 1, at, 1);
      }
      at += 1;
    }
  }

  private add(level: Int32Array, from: number, groupCount: number, into: GroupBest): void {
    for (let group = 0; group < groupCount; group += 1) {
      const cell = from + (group << CELL_LOG2);
      const max = level[cell + MAX]!;
      if (max === 0) continue;
      this.take(into, group, max, level[cell + TIES]!, level[cell + FIRST]!, level[cell + FITS]!);
    }
  }

  /** Counts `fits` positions, of which `ties` have the highest value, into the best of a group. */
  take(
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
      if (this.comesBefore(first, into.first[group]!)) into.first[group] = first;
    }
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

  /** How many positions there were, after an {@link nth} that found none. */
  counted = 0;

  private seek(from: number, to: number, targets: Int32Array | null, open: Uint8Array): number {
    const { blockLog2, superLog2 } = this.sizes;
    const blockSize = 1 << blockLog2;
    const superSize = blockSize << superLog2;
    let at = from;
    while (at < to) {
      if ((at & (superSize - 1)) === 0 && at + superSize <= to) {
        const hits = this.hits(this.supers, at >> (blockLog2 + superLog2), targets, open);
        if (hits <= this.left) {
          this.left -= hits;
          at += superSize;
          continue;
        }
      }
      if ((at & (blockSize - 1)) === 0 && at + blockSize <= to) {
        const hits = this.hits(this.blocks, at >> blockLog2, targets, open);
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

  private hits(
    level: Int32Array,
    block: number,
    targets: Int32Array | null,
    open: Uint8Array,
  ): number {
    const groups = 1 << this.strideLog2;
    let cell = this.blockCell(block, 0);
    let hits = 0;
    for (let group = 0; group < groups; group += 1, cell += 1 << CELL_LOG2) {
      if (open[group] !== 1) continue;
      if (targets === null) hits += level[cell + FITS]!;
      else if (level[cell + MAX] === targets[group]) hits += level[cell + TIES]!;
    }
    return hits;
  }
}
