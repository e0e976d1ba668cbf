/** How many positions make a block, and how many blocks the next larger one, as powers of two. */
export interface BlockSizes {
  readonly blockLog2: number;
  readonly superLog2: number;
}

/** What a cell holds, in this order, for one block and group. */
export const MAX = 0;
export const TIES = 1;
export const FITS = 2;
/** A cell has four numbers: the last one keeps them in one line of memory. */
export const CELL_LOG2 = 2;

/** The maxima of blocks of one size. */
interface Level {
  /** Positions of a block, as a power of two. */
  readonly log2: number;
  readonly cells: Int32Array;
}

/** So many of the largest blocks are looked at one by one. */
const FEW_BLOCKS = 8;

/**
 * How many positions the blocks of each level have, as powers of two: as many levels as it takes for
 * few blocks at the top.
 */
function levelSizes(
  { blockLog2, superLog2 }: BlockSizes,
  count: number,
  strideLog2: number,
): readonly number[] {
  // The more groups, the fewer nodes of each: larger blocks keep the cells few.
  const smallest = blockLog2 + Math.max(0, strideLog2 - 1);
  const sizes = [smallest];
  for (let log2 = smallest; count >> log2 > FEW_BLOCKS; ) {
    log2 += superLog2;
    sizes.push(log2);
  }
  return sizes;
}

/**
 * Values and groups of nodes by position in the order of evaluation, with the maximum, the number of
 * ties and the number of fitting nodes of each group kept for blocks of positions, blocks of blocks,
 * and so on. A value is positive where the node fits. A change costs a few steps, at worst a scan of
 * one block.
 *
 * Values and groups may be shared with others, who say what changed. Hot path: typed arrays of
 * primitives, nothing is allocated by a change. It trades memory (16 bytes a cell) for answers that
 * hardly depend on the number of nodes. Gains: a decision takes 4.2 times as long with a scan of the
 * values of 5,000 nodes in workload a, 2.3 times in c.
 */
export class BlockMaxima {
  count = 0;
  values: Int16Array = new Int16Array(0);
  groups: Uint16Array = new Uint16Array(0);
  /** Positions that fit, by group. */
  totals = new Int32Array(1);
  /** Positions of the blocks of each level, as powers of two. */
  log2s: readonly number[] = [];
  /** Groups have this many cells side by side, as a power of two. */
  protected strideLog2 = 0;
  protected levels: readonly Level[] = [];

  constructor(private readonly sizes: BlockSizes) {}

  /** Without values and groups, which may belong to others. */
  get bytes(): number {
    return this.levels.reduce((sum, { cells }) => sum + cells.byteLength, 0);
  }

  /** Takes values and groups by position, and computes all maxima. Groups lie below `groupCount`. */
  layOut(
    columns: { readonly values: Int16Array; readonly groups: Uint16Array },
    count: number,
    groupCount: number,
  ): void {
    this.count = count;
    this.values = columns.values;
    this.groups = columns.groups;
    let strideLog2 = 0;
    while (1 << strideLog2 < groupCount) strideLog2 += 1;
    this.strideLog2 = strideLog2;
    this.log2s = levelSizes(this.sizes, this.count, strideLog2);
    this.levels = this.log2s.map((log2): Level => {
      const blocks = (this.count + (1 << log2) - 1) >> log2;
      return { log2, cells: new Int32Array(blocks << (strideLog2 + CELL_LOG2)) };
    });
    this.totals = new Int32Array(1 << strideLog2);
    const { values, groups, totals, levels } = this;
    for (let position = 0; position < this.count; position += 1) {
      const value = values[position]!;
      if (value <= 0) continue;
      const group = groups[position]!;
      totals[group]! += 1;
      for (const { cells, log2 } of levels) {
        const cell = this.cellOf(position >> log2, group);
        cells[cell + FITS]! += 1;
        this.join(cells, cell, value, 1);
      }
    }
  }

  protected cellOf(block: number, group: number): number {
    return ((block << this.strideLog2) + group) << CELL_LOG2;
  }

  private join(cells: Int32Array, cell: number, value: number, ties: number): void {
    const max = cells[cell + MAX]!;
    if (value > max) {
      cells[cell + MAX] = value;
      cells[cell + TIES] = ties;
    } else if (value === max) cells[cell + TIES]! += ties;
  }

  /** The value at `position` was `before` and is another now; its group is the same. */
  changed(position: number, before: number): void {
    const value = this.values[position]!;
    const group = this.strideLog2 === 0 ? 0 : this.groups[position]!;
    if (value > 0 && before > 0) this.replace(position, group, before, value);
    else if (value > 0) this.enter(position, group, value);
    else if (before > 0) this.leave(position, group, before);
  }

  private enter(position: number, group: number, value: number): void {
    this.countFit(position, group, 1);
    const { cells, log2 } = this.levels[0]!;
    const cell = this.cellOf(position >> log2, group);
    if (value >= cells[cell + MAX]!) this.rise(position, group, value);
  }

  private leave(position: number, group: number, before: number): void {
    this.countFit(position, group, -1);
    this.lose(position, group, before);
  }

  private countFit(position: number, group: number, by: number): void {
    this.totals[group]! += by;
    const { levels } = this;
    for (let i = 0; i < levels.length; i += 1) {
      const { cells, log2 } = levels[i]!;
      cells[this.cellOf(position >> log2, group) + FITS]! += by;
    }
  }

  /** A position that fits got another value: most often the block's best, or one far below it. */
  private replace(position: number, group: number, before: number, value: number): void {
    const { cells, log2 } = this.levels[0]!;
    const cell = this.cellOf(position >> log2, group);
    if (value < cells[cell + MAX]!) this.lose(position, group, before);
    else this.rise(position, group, value);
  }

  /** A position got a value that is no less than any of its block. */
  private rise(position: number, group: number, value: number): void {
    const { cells, log2 } = this.levels[0]!;
    const cell = this.cellOf(position >> log2, group);
    const max = cells[cell + MAX]!;
    const ties = cells[cell + TIES]!;
    this.join(cells, cell, value, 1);
    this.passOn(position, group, max, ties);
  }

  /** A position lost the value `before`, for one that is below the block's maximum. */
  private lose(position: number, group: number, before: number): void {
    const { cells, log2 } = this.levels[0]!;
    const cell = this.cellOf(position >> log2, group);
    const max = cells[cell + MAX]!;
    if (before < max) return;
    const ties = cells[cell + TIES]!;
    if (ties > 1) cells[cell + TIES] = ties - 1;
    else this.scan(position >> log2, group);
    this.passOn(position, group, max, ties);
  }

  /**
   * The smallest block of `position` had `ties` of `max`, and has others now: brings the larger blocks
   * up to date, most often without a look at their other parts.
   */
  private passOn(position: number, group: number, max: number, ties: number): void {
    const { levels } = this;
    let maxBefore = max;
    let tiesBefore = ties;
    for (let i = 1; i < levels.length; i += 1) {
      const { cells: parts, log2: partLog2 } = levels[i - 1]!;
      const { cells, log2 } = levels[i]!;
      const part = this.cellOf(position >> partLog2, group);
      const cell = this.cellOf(position >> log2, group);
      const best = cells[cell + MAX]!;
      const bestTies = cells[cell + TIES]!;
      const now = parts[part + MAX]!;
      if (now < best && maxBefore < best) return;
      if (now > best) {
        cells[cell + MAX] = now;
        cells[cell + TIES] = parts[part + TIES]!;
      } else {
        const others = maxBefore === best ? bestTies - tiesBefore : bestTies;
        const all = now === best ? others + parts[part + TIES]! : others;
        if (all > 0) cells[cell + TIES] = all;
        else this.refresh(i, position >> log2, group);
      }
      maxBefore = best;
      tiesBefore = bestTies;
    }
  }

  private scan(block: number, group: number): void {
    const { values, groups } = this;
    const { cells, log2 } = this.levels[0]!;
    const from = block << log2;
    const to = Math.min(from + (1 << log2), this.count);
    const isOnly = this.strideLog2 === 0;
    let max = 0;
    let ties = 0;
    for (let position = from; position < to; position += 1) {
      const value = values[position]!;
      if (value <= 0 || value < max || !(isOnly || groups[position] === group)) continue;
      ties = value > max ? 1 : ties + 1;
      max = value;
    }
    const cell = this.cellOf(block, group);
    cells[cell + MAX] = max;
    cells[cell + TIES] = ties;
  }

  /** Finds the best of a block of the level among its parts. */
  private refresh(level: number, block: number, group: number): void {
    const { cells: parts, log2: partLog2 } = this.levels[level - 1]!;
    const { cells, log2 } = this.levels[level]!;
    const step = 1 << (this.strideLog2 + CELL_LOG2);
    const from = this.cellOf(block << (log2 - partLog2), group);
    const end = Math.min(from + (step << (log2 - partLog2)), parts.length);
    const cell = this.cellOf(block, group);
    cells[cell + MAX] = 0;
    cells[cell + TIES] = 0;
    for (let part = from; part < end; part += step) {
      const max = parts[part + MAX]!;
      if (max !== 0) this.join(cells, cell, max, parts[part + TIES]!);
    }
  }
}
