import type { ClassTally } from "./class-tally.js";
import type { DecisionDesk } from "./decision-desk.js";
import { type BlockSizes, type LeftOut, levelSizes } from "./group-rows.js";
import type { HostMark } from "./host-marks.js";
import { MarkedGroups, type NodeGroup } from "./node-group.js";
import type { NodeTable } from "./node-table.js";
import type { Layout } from "./shared-layout.js";

/** Beyond this many groups they are numbered anew. */
const MAX_GROUPS = 256;

/** Positions as marks, for questions that leave them out; shared by all classes of a profile. */
export class LeftOutNodes implements LeftOut {
  positions = new Uint8Array(0);
  blocks: readonly Uint8Array[] = [];

  private log2s: readonly number[] = [];

  constructor(private readonly sizes: BlockSizes) {}

  set(marks: readonly HostMark[], to: 0 | 1, count: number): void {
    if (this.positions.length !== count) {
      this.positions = new Uint8Array(count);
      this.log2s = levelSizes(this.sizes, count);
      this.blocks = this.log2s.map((log2) => new Uint8Array((count >> log2) + 1));
    }
    for (const { position } of marks) {
      if (position < 0) continue;
      this.positions[position] = to;
      this.blocks.forEach((blocks, level) => {
        blocks[position >> this.log2s[level]!] = to;
      });
    }
  }
}

/**
 * The nodes of a shared layout that a class sees otherwise than the other classes do, because of the
 * pods on them. A decision takes them out of the groups of the layout and looks at them one by one;
 * where there are few of them that costs less than a layout of the class's own.
 *
 * Groups of these nodes are numbered after the groups of the layout.
 */
export class NodesAside {
  private readonly marked = new MarkedGroups();
  private layout: Layout | null = null;
  private generation = -1;
  private orderVersion = -1;
  private version = -1;
  /** Offset times 2, plus 1 where the node counts, in the order of evaluation. */
  private readonly detours: number[] = [];

  constructor(
    private readonly tally: ClassTally,
    private readonly table: NodeTable,
    private readonly leftOut: LeftOutNodes,
  ) {}

  get groups(): readonly NodeGroup[] {
    return this.marked.groups;
  }

  /** Finds position and group of each node; tally and layout must be in sync. */
  sync(layout: Layout): void {
    const { hosts } = this.tally;
    const { table, marked } = this;
    const isNew = this.layout !== layout || this.generation !== layout.generation;
    if (isNew || marked.groups.length > MAX_GROUPS) marked.clear();
    else if (this.orderVersion === table.orderVersion && this.version === hosts.version) {
      for (const mark of hosts.changed) this.number(mark, layout);
      hosts.changed.length = 0;
      return;
    }
    this.layout = layout;
    this.generation = layout.generation;
    this.orderVersion = table.orderVersion;
    for (const mark of hosts.list) this.number(mark, layout);
    hosts.changed.length = 0;
    this.version = hosts.version;
  }

  private number(mark: HostMark, layout: Layout): void {
    mark.position = this.table.positionOf[mark.row]!;
    const staticId = layout.fixed.of[mark.row]!;
    mark.group =
      mark.position < 0 ? 0 : this.marked.idOf(staticId, layout.fixed.groups[staticId]!, mark);
  }

  /** Calls `visit` with the group in the layout and the own one of each node that fits by itself. */
  forEachFit(desk: DecisionDesk, visit: (from: number, to: number) => void): void {
    const { values, groups } = desk.layout!.rows;
    const base = desk.layout!.groups.length;
    for (const { position, group } of this.tally.hosts.list) {
      if (position >= 0 && values[position]! > 0) visit(groups[position]!, base + group);
    }
  }

  /** How many nodes more are open for their own groups than for those in the layout. */
  openMore(desk: DecisionDesk): number {
    const { open } = desk;
    let more = 0;
    this.forEachFit(desk, (from, to) => {
      more += open[to]! - open[from]!;
    });
    return more;
  }

  /** How many positions from `start` on come before the one that fits as number `wanted` (from 0). */
  stepsToFit(desk: DecisionDesk, start: number, wanted: number): number {
    const { open } = desk;
    const { rows, groups } = desk.layout!;
    const { detours } = this;
    detours.length = 0;
    const { list } = this.tally.hosts;
    for (let i = 0; i < list.length; i += 1) {
      const { position, group } = list[i]!;
      if (position < 0 || rows.values[position]! <= 0) continue;
      const opens = open[groups.length + group]!;
      if (opens === open[rows.groups[position]!]) continue;
      detours.push(offsetOf(position, start, rows.count) * 2 + opens);
    }
    const found = this.nth(desk, { start, length: rows.count }, wanted, null, open);
    return offsetOf(found, start, rows.count);
  }

  /** Takes the nodes out of the best of the layout's groups, and puts them into groups of their own. */
  divide(desk: DecisionDesk): void {
    const { best, open, start, length, highestAside } = desk;
    const { rows, groups } = desk.layout!;
    const { values } = rows;
    const base = groups.length;
    best.clear(base, base + this.groups.length);
    highestAside.fill(0, 0, base);
    const { list } = this.tally.hosts;
    let isSpoilt = false;
    for (let i = 0; i < list.length; i += 1) {
      const { position, group } = list[i]!;
      if (position < 0) continue;
      const value = values[position]!;
      if (value <= 0 || offsetOf(position, start, rows.count) >= length) continue;
      const from = rows.groups[position]!;
      if (value > highestAside[from]!) highestAside[from] = value;
      best.fits[from]! -= 1;
      if (value === best.max[from]) {
        best.ties[from]! -= 1;
        if (best.first[from] === position) isSpoilt = true;
      }
      if (open[base + group] === 1) rows.take(best, base + group, value, 1, position, 1);
    }
    if (isSpoilt) this.withoutThem(desk);
  }

  /** The first of a group's best is one of them: the others are looked for. */
  private withoutThem(desk: DecisionDesk): void {
    const { best, start, length } = desk;
    const { rows, groups } = desk.layout!;
    const { list } = this.tally.hosts;
    this.leftOut.set(list, 1, rows.count);
    rows.best(start, length, groups.length, best, this.leftOut);
    this.leftOut.set(list, 0, rows.count);
  }

  /** Number `n` (from 0) of the nodes with their group's target value, in the order of evaluation. */
  nthChosen(desk: DecisionDesk, n: number): number {
    const { start, length, targets, chosen } = desk;
    const { rows, groups } = desk.layout!;
    if (this.isOutOfTheWay(desk)) return rows.nth(start, length, n, targets, chosen);
    const { detours } = this;
    detours.length = 0;
    const { list } = this.tally.hosts;
    for (let i = 0; i < list.length; i += 1) {
      const { position, group } = list[i]!;
      if (position < 0) continue;
      const value = rows.values[position]!;
      if (value <= 0) continue;
      const own = groups.length + group;
      const isChosen = chosen[own] === 1 && targets[own] === value;
      // A higher one would hide the chosen ones of its block.
      if (!isChosen && value < targets[rows.groups[position]!]!) continue;
      const offset = offsetOf(position, start, rows.count);
      if (offset < length) detours.push(offset * 2 + (isChosen ? 1 : 0));
    }
    return this.nth(desk, { start, length }, n, targets, chosen);
  }

  /** True if none of the nodes is chosen, nor hides one that is. */
  private isOutOfTheWay({ layout, chosen, targets, highestAside }: DecisionDesk): boolean {
    const base = layout!.groups.length;
    for (let g = 0; g < base; g += 1) {
      if (chosen[g] === 1 && highestAside[g]! >= targets[g]!) return false;
    }
    for (let g = 0; g < this.groups.length; g += 1) if (chosen[base + g] === 1) return false;
    return true;
  }

  /** {@link GroupRows.nth} round the {@link detours}: nodes that count otherwise than in the layout. */
  private nth(
    desk: DecisionDesk,
    { start, length }: { readonly start: number; readonly length: number },
    n: number,
    targets: Int32Array | null,
    open: Uint8Array,
  ): number {
    const { rows } = desk.layout!;
    const { detours } = this;
    if (detours.length > 1) detours.sort(ascending);
    let at = 0;
    let left = n;
    for (let i = 0; i < detours.length; i += 1) {
      const offset = detours[i]! >> 1;
      const found = rows.nth(start + at, offset - at, left, targets, open);
      if (found >= 0) return found;
      left -= rows.counted;
      if ((detours[i]! & 1) === 1) {
        if (left === 0) return (start + offset) % rows.count;
        left -= 1;
      }
      at = offset + 1;
    }
    return rows.nth(start + at, length - at, left, targets, open);
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

function offsetOf(position: number, start: number, count: number): number {
  const offset = position - start;
  return offset < 0 ? offset + count : offset;
}
