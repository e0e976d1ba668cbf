import type { Status } from "../framework/status.js";
import type { GroupRows } from "./group-rows.js";
import type { NodeTable } from "./node-table.js";

/** The largest value a row can hold: one more than the largest weighted sum of local scores. */
export const MAX_ROW_VALUE = 32_767;
/** More kinds of refusals than this are not told apart. */
const MAX_STATUSES = 32_767;

/** The value of a node that passes, with nothing added for its score. */
const PASSED = 1;

/** Judges nodes for a shape, the first `count` of those given by position and row. */
export interface RowJudge {
  /** For each a positive value for the score, or the number of a refusal; valid until the next call. */
  judge(positions: Int32Array, rows: Int32Array, count: number): Int32Array;
}

/**
 * What the rules that look at one node alone say of a request shape, a small number a node, by
 * position in the order of evaluation: 1 + the weighted local scores where the shape fits, -1 - (id
 * of the status) where it does not. Only nodes that changed since the last look are judged again.
 *
 * Hot path: two bytes a node instead of objects; statuses are compared by identity, which plugins
 * keep for nodes that they refuse for the same reasons. Layouts share the values and are told of
 * each that changes, so that none is copied.
 */
export class ShapeRows {
  values = new Int16Array(0);
  readonly statuses: Status[] = [];
  /** Nodes refused with each status. */
  readonly statusCounts: number[] = [];
  /** Grows whenever values may have changed of which layouts were not told. */
  generation = 0;
  /** Nodes judged so far. */
  judged = 0;
  /** False when there are too many kinds of refusals. */
  usable = true;
  private fixed = new Int16Array(0);
  /** Nodes that pass what does not depend on pods, with no score: most often all of them. */
  private passed = 0;
  private readonly listeners: GroupRows[] = [];
  private readonly statusIds = new Map<Status, number>();
  private cursor = -1;
  private orderVersion = -1;
  private rowAt = new Int32Array(0);
  /** Of the rows that are judged. */
  private positions = new Int32Array(0);

  constructor(private readonly table: NodeTable) {}

  get bytes(): number {
    return this.values.byteLength * 2;
  }

  /** Everything has to be judged again. */
  invalidate(): void {
    this.cursor = -1;
    this.fixed.fill(0);
    this.passed = 0;
  }

  /** From now on `rows`, which have just been laid out over {@link values}, are told of changes. */
  tell(rows: GroupRows): void {
    if (!this.listeners.includes(rows)) this.listeners.push(rows);
  }

  /** Brings the values up to date with the table, which must be in sync. */
  sync(judge: RowJudge): void {
    const { table } = this;
    if (this.orderVersion !== table.orderVersion) this.reorder();
    const { cursor } = this;
    if (cursor === table.end) return;
    if (cursor < 0) this.begin();
    const rows = table.changedSince(cursor);
    const count = this.keepPresent(rows, table.changedCount);
    this.judged += count;
    this.write(judge.judge(this.positions, rows, count), count);
    this.cursor = table.end;
  }

  /** Moves the rows that have a node to the front, and finds their positions; returns how many. */
  private keepPresent(rows: Int32Array, changed: number): number {
    const { positionOf, lastNodeChange, newestNodeChange } = this.table;
    const { cursor } = this;
    const anyNode = newestNodeChange >= cursor;
    if (this.positions.length < changed) this.positions = new Int32Array(changed * 2);
    const { positions } = this;
    let count = 0;
    for (let i = 0; i < changed; i += 1) {
      const row = rows[i]!;
      const position = positionOf[row]!;
      if (position < 0) continue;
      if (anyNode && lastNodeChange[row]! >= cursor) this.forget(position);
      rows[count] = row;
      positions[count] = position;
      count += 1;
    }
    return count;
  }

  /** What does not depend on pods has to be asked again. */
  private forget(position: number): void {
    if (this.fixed[position] === PASSED) this.passed -= 1;
    this.fixed[position] = 0;
  }

  /** What of the answer does not depend on pods; 0 where it has to be asked again. */
  fixedAt(position: number): number {
    return this.passed === this.fixed.length ? PASSED : this.fixed[position]!;
  }

  setFixed(position: number, value: number): void {
    this.fixed[position] = value;
    if (value === PASSED) this.passed += 1;
  }

  private write(verdicts: Int32Array, count: number): void {
    const { values, listeners, positions } = this;
    for (let i = 0; i < count; i += 1) {
      const position = positions[i]!;
      const value = verdicts[i]!;
      const before = values[position]!;
      if (value === before) continue;
      values[position] = value;
      if (before < 0) this.statusCounts[-1 - before]! -= 1;
      if (value < 0) this.statusCounts[-1 - value]! += 1;
      for (let k = 0; k < listeners.length; k += 1) listeners[k]!.changed(position, before);
    }
  }

  private begin(): void {
    this.generation += 1;
    this.listeners.length = 0;
  }

  /** Nodes came, went or changed places: values move along with their rows. */
  private reorder(): void {
    const { table } = this;
    const before = { values: this.values, fixed: this.fixed, rowAt: this.rowAt };
    const count = table.nodes.length;
    this.values = new Int16Array(count);
    this.fixed = new Int16Array(count);
    this.rowAt = table.rowAt;
    this.orderVersion = table.orderVersion;
    this.statusCounts.fill(0);
    this.passed = 0;
    for (let i = 0; i < before.rowAt.length; i += 1) {
      const position = table.positionOf[before.rowAt[i]!]!;
      if (position < 0) continue;
      const value = before.values[i]!;
      this.values[position] = value;
      this.setFixed(position, before.fixed[i]!);
      if (value < 0) this.statusCounts[-1 - value]! += 1;
    }
    this.begin();
  }

  /** The number that stands for a refusal. */
  refusal(status: Status): number {
    const known = this.statusIds.get(status);
    if (known !== undefined) return -1 - known;
    const id = this.statuses.push(status) - 1;
    if (id >= MAX_STATUSES) {
      this.usable = false;
      return -1;
    }
    this.statusCounts.push(0);
    this.statusIds.set(status, id);
    return -1 - id;
  }

  /** Why the node is refused by what is local to it; null if it is not. */
  statusAt(position: number): Status | null {
    const value = this.values[position]!;
    return value < 0 ? this.statuses[-1 - value]! : null;
  }
}
