import type { Status } from "../framework/status.js";
import type { DecisionDesk } from "./decision-desk.js";
import { type GroupRows, type LeftOut, take } from "./group-rows.js";
import type { NodeGroup } from "./node-groups.js";
import { MAX_ROW_VALUE } from "./row-values.js";

type Visit = (position: number) => void;

const NO_GROUPS: readonly NodeGroup[] = Object.freeze([]);

/** Positions as marks, for questions that leave them out. */
class LeftOutNodes implements LeftOut {
  positions = new Uint8Array(0);
  readonly blocks: Uint8Array[] = [];

  set(marked: Int32Array, to: 0 | 1, { count, log2s }: GroupRows): void {
    if (this.positions.length < count) this.positions = new Uint8Array(count);
    for (let level = 0; level < log2s.length; level += 1) {
      const blocks = (count >> log2s[level]!) + 1;
      if ((this.blocks[level]?.length ?? 0) < blocks) this.blocks[level] = new Uint8Array(blocks);
    }
    for (let i = 0; i < marked.length; i += 1) {
      const position = marked[i]!;
      this.positions[position] = to;
      for (let level = 0; level < log2s.length; level += 1) {
        this.blocks[level]![position >> log2s[level]!] = to;
      }
    }
  }
}

/**
 * Nodes that the decision under way takes out of the groups of its shape and looks at one by one:
 * those whose pods mean something to the class, and those that a pod is nominated on. Where there are
 * few of them that costs less than groups of the class's own: a prototype with those took 4 times as long
 * with 100 applications that keep apart on 5,000 nodes, 9 times with 500.
 *
 * Their own groups are numbered after those of the shape: first those of the class, then one
 * for each node that is closed by itself. Hot path: columns side by side, used over and over.
 */
export class NodesAside {
  count = 0;
  /** Groups of the class. */
  groups: readonly NodeGroup[] = NO_GROUPS;
  /** Why each of the nodes that are closed by themselves is. */
  readonly closed: Status[] = [];
  private positions = new Int32Array(64);
  /** Number of the own group, from 0. */
  private own = new Int32Array(64);
  /** By position; made when somebody asks for single nodes. */
  private places: Map<number, number> | null = null;
  private readonly leftOut = new LeftOutNodes();
  /** Offset times 2, plus 1 where the node counts, in the order of evaluation. */
  private readonly detours: number[] = [];

  /** Nothing is set aside; `groups` are those of the class. */
  begin(groups: readonly NodeGroup[] = NO_GROUPS): void {
    this.count = 0;
    this.groups = groups;
    if (this.closed.length > 0) this.closed.length = 0;
    this.places = null;
  }

  get groupCount(): number {
    return this.groups.length + this.closed.length;
  }

  add(position: number, group: number): void {
    const { count } = this;
    if (count === this.positions.length) this.grow();
    this.positions[count] = position;
    this.own[count] = group;
    this.places = null;
    this.count = count + 1;
  }

  private grow(): void {
    const double = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.positions = double(this.positions);
    this.own = double(this.own);
  }

  /** A node that fits or not, whatever its group says: it is refused with this status. */
  close(position: number, status: Status): void {
    const group = this.groups.length + this.closed.push(status) - 1;
    // Without groups of the class only such nodes are set aside, each once.
    const known = this.groups.length === 0 ? -1 : this.indexOf(position);
    this.places = null;
    if (known >= 0) this.own[known] = group;
    else this.add(position, group);
  }

  private indexOf(position: number): number {
    for (let i = 0; i < this.count; i += 1) if (this.positions[i] === position) return i;
    return -1;
  }

  /** The number of the node's own group, from 0; -1 if it is not set aside. After the last is added. */
  groupAt(position: number): number {
    if (this.count === 0) return -1;
    if (this.places === null) {
      this.places = new Map();
      for (let i = 0; i < this.count; i += 1) this.places.set(this.positions[i]!, i);
    }
    const place = this.places.get(position);
    return place === undefined ? -1 : this.own[place]!;
  }

  /** True if the node is closed by itself. */
  isClosed(position: number): boolean {
    return this.closed.length > 0 && this.groupAt(position) >= this.groups.length;
  }

  forEachClosed(visit: (position: number, status: Status) => void): void {
    for (let i = 0; i < this.count && this.closed.length > 0; i += 1) {
      const status = this.closed[this.own[i]! - this.groups.length];
      if (status !== undefined) visit(this.positions[i]!, status);
    }
  }

  /** Calls `visit` with the group among those of the shape and the own one of each node that fits by itself. */
  forEachFit(desk: DecisionDesk, visit: (from: number, to: number) => void): void {
    const { values, groups } = desk.groups!.rows;
    const base = desk.groups!.list.length;
    for (let i = 0; i < this.count; i += 1) {
      const position = this.positions[i]!;
      if (values[position]! > 0) visit(groups[position]!, base + this.own[i]!);
    }
  }

  /** How many nodes more are open for their own groups than for those of the shape. */
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
    const { rows, list: groups } = desk.groups!;
    const { detours, positions } = this;
    detours.length = 0;
    for (let i = 0; i < this.count; i += 1) {
      const position = positions[i]!;
      if (rows.values[position]! <= 0) continue;
      const opens = open[groups.length + this.own[i]!]!;
      if (opens === open[rows.groups[position]!]) continue;
      detours.push(offsetOf(position, start, rows.count) * 2 + opens);
    }
    const found = this.nth(desk, { start, length: rows.count }, wanted, null, open);
    return offsetOf(found, start, rows.count);
  }

  /** Takes the nodes out of the best of the shape's groups, and puts them into groups of their own. */
  divide(desk: DecisionDesk): void {
    const { best, open, start, length, highestAside } = desk;
    const { rows, list: groups } = desk.groups!;
    const { values } = rows;
    const base = groups.length;
    best.clear(base, base + this.groupCount);
    highestAside.fill(0, 0, base);
    const { positions, own } = this;
    let isSpoilt = false;
    for (let i = 0; i < this.count; i += 1) {
      const position = positions[i]!;
      const value = values[position]!;
      if (value <= 0 || offsetOf(position, start, rows.count) >= length) continue;
      const from = rows.groups[position]!;
      if (value > highestAside[from]!) highestAside[from] = value;
      best.fits[from]! -= 1;
      if (value === best.max[from]) {
        best.ties[from]! -= 1;
        if (best.ties[from] === 0) isSpoilt = true;
      }
      const to = base + own[i]!;
      if (open[to] === 1) take(best, to, value, 1, 1);
    }
    if (isSpoilt) this.withoutThem(desk);
  }

  /** All of a group's best are among them: the others are looked for. */
  private withoutThem(desk: DecisionDesk): void {
    const { best, start, length } = desk;
    const { rows, list: groups } = desk.groups!;
    const marked = this.positions.subarray(0, this.count);
    this.leftOut.set(marked, 1, rows);
    rows.best(start, length, groups.length, best, this.leftOut);
    this.leftOut.set(marked, 0, rows);
  }

  /** Calls `visit` with each node whose own group is chosen, and that has its target value. */
  forEachChosen({ groups: of, start, length, targets, chosen }: DecisionDesk, visit: Visit): void {
    const { rows, list: groups } = of!;
    for (let i = 0; i < this.count; i += 1) {
      const position = this.positions[i]!;
      const own = groups.length + this.own[i]!;
      if (chosen[own] !== 1 || rows.values[position] !== targets[own]) continue;
      if (offsetOf(position, start, rows.count) < length) visit(position);
    }
  }

  /** Number `n` (from 0) of the nodes with their group's target value, in the order of evaluation. */
  nthChosen(desk: DecisionDesk, n: number): number {
    const { start, length, targets, chosen } = desk;
    const { rows, list: groups } = desk.groups!;
    if (this.isOutOfTheWay(desk)) return rows.nth(start, length, n, targets, chosen);
    const { detours, positions } = this;
    detours.length = 0;
    let areOnlyCounted = true;
    for (let i = 0; i < this.count; i += 1) {
      const position = positions[i]!;
      const value = rows.values[position]!;
      if (value <= 0) continue;
      const to = groups.length + this.own[i]!;
      const isChosen = chosen[to] === 1 && targets[to] === value;
      const from = rows.groups[position]!;
      const target = chosen[from] === 1 ? targets[from]! : MAX_ROW_VALUE + 1;
      // A higher one would hide the chosen ones of its block.
      if (!isChosen && value < target) continue;
      const offset = offsetOf(position, start, rows.count);
      if (offset >= length) continue;
      if (isChosen || value > target) areOnlyCounted = false;
      detours.push(offset * 2 + (isChosen ? 1 : 0));
    }
    const range = { start, length };
    return areOnlyCounted
      ? this.nthUncounted(desk, range, n)
      : this.nth(desk, range, n, targets, chosen);
  }

  /**
   * The same where all {@link detours} only have to be left out: as many more are counted as lie before what
   * is found, until there are no others. Gains: with the range parted at each of them a decision takes
   * 1.3 times as long in workload c.
   */
  private nthUncounted(
    { groups, targets, chosen }: DecisionDesk,
    { start, length }: { readonly start: number; readonly length: number },
    n: number,
  ): number {
    const { rows } = groups!;
    const { detours } = this;
    let left = 0;
    for (;;) {
      const found = rows.nth(start, length, n + left, targets, chosen);
      const end = offsetOf(found, start, rows.count) * 2;
      let before = 0;
      for (let i = 0; i < detours.length; i += 1) if (detours[i]! <= end) before += 1;
      if (before === left) return found;
      left = before;
    }
  }

  /** True if none of the nodes is chosen, nor hides one that is. */
  private isOutOfTheWay({ groups, chosen, targets, highestAside }: DecisionDesk): boolean {
    const base = groups!.list.length;
    for (let g = 0; g < base; g += 1) {
      if (chosen[g] === 1 && highestAside[g]! >= targets[g]!) return false;
    }
    for (let g = 0; g < this.groupCount; g += 1) if (chosen[base + g] === 1) return false;
    return true;
  }

  /** {@link GroupRows.nth} round the {@link detours}: nodes that count otherwise than their group. */
  private nth(
    desk: DecisionDesk,
    { start, length }: { readonly start: number; readonly length: number },
    n: number,
    targets: Int32Array | null,
    open: Uint8Array,
  ): number {
    const { rows } = desk.groups!;
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
