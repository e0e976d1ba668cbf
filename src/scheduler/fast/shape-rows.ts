import type { Status } from "../framework/status.js";
import type { GroupRows } from "./group-rows.js";
import type { NodeTable } from "./node-table.js";

/** More kinds of refusals than this are not told apart. */
const MAX_STATUSES = 32_767;

/**
 * Nodes to judge, side by side: the first `count` of each column. One for all shapes of a profile, as
 * it is used for a moment only.
 */
export class JudgedNodes {
  /** Nodes judged so far, over all shapes. */
  judged = 0;
  count = 0;
  positions = new Int32Array(0);
  rows = new Int32Array(0);
  /** The value so far; 0: none. */
  befores = new Int32Array(0);
  /** What the judge finds: a positive value for the score, or the number of a refusal. */
  verdicts = new Int32Array(0);
  /** Where the numbers of each begin among the amounts of all nodes. */
  offsets = new Int32Array(0);
  refusals = new Int32Array(0);
  totals = new Float64Array(0);

  reserve(count: number): void {
    if (this.positions.length >= count) return;
    const length = count * 2;
    this.positions = new Int32Array(length);
    this.rows = new Int32Array(length);
    this.befores = new Int32Array(length);
    this.verdicts = new Int32Array(length);
    this.offsets = new Int32Array(length);
    this.refusals = new Int32Array(length);
    this.totals = new Float64Array(length);
  }
}

/** Judges nodes for a shape. */
export interface RowJudge {
  /** Fills `nodes.verdicts`. */
  judge(nodes: JudgedNodes): void;
}

/**
 * What the rules that look at one node alone say of a request shape, a small number a node, by
 * position in the order of evaluation: 1 + the weighted local scores where the shape fits, -1 - (id
 * of the status) where it does not. Only nodes that changed since the last look are judged again.
 *
 * Hot path: two bytes a node instead of objects; statuses are compared by identity, which plugins
 * keep for nodes that they refuse for the same reasons. Groups of the shape share the values and are told of
 * each that changes, so that none is copied.
 */
export class ShapeRows {
  values = new Int16Array(0);
  readonly statuses: Status[] = [];
  /** Nodes refused with each status. */
  readonly statusCounts: number[] = [];
  /** Grows whenever values may have changed of which groups were not told. */
  generation = 0;
  /** False when there are too many kinds of refusals. */
  usable = true;
  private readonly listeners: GroupRows[] = [];
  private readonly statusIds = new Map<Status, number>();
  private cursor = -1;
  private orderVersion = -1;
  private rowAt = new Int32Array(0);

  constructor(
    private readonly table: NodeTable,
    private readonly nodes: JudgedNodes,
  ) {}

  /** Everything before this sequence number has been taken in. */
  get syncedTo(): number {
    return this.cursor;
  }

  get bytes(): number {
    return this.values.byteLength;
  }

  /** Everything has to be judged again. */
  invalidate(): void {
    this.cursor = -1;
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
    this.collect();
    this.nodes.judged += this.nodes.count;
    judge.judge(this.nodes);
    this.write();
    this.cursor = table.end;
  }

  /** Finds the nodes that changed, with their positions and values. */
  private collect(): void {
    const { table, nodes } = this;
    const changedRows = table.changedSince(this.cursor);
    const changed = table.changedCount;
    nodes.reserve(changed);
    nodes.count = this.place(changedRows, changed);
  }

  /** Returns how many of the changed rows have a position. */
  private place(changedRows: Int32Array, changed: number): number {
    const { table, values } = this;
    const { positions, rows, befores } = this.nodes;
    let count = 0;
    for (let i = 0; i < changed; i += 1) {
      const row = changedRows[i]!;
      const position = table.positionOf(row);
      if (position < 0) continue;
      rows[count] = row;
      positions[count] = position;
      befores[count] = values[position]!;
      count += 1;
    }
    return count;
  }

  private write(): void {
    const { values, listeners } = this;
    const { count, positions, befores, verdicts } = this.nodes;
    for (let i = 0; i < count; i += 1) {
      const position = positions[i]!;
      const value = verdicts[i]!;
      const before = befores[i]!;
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
    const { values, rowAt } = this;
    const count = table.nodes.length;
    this.values = new Int16Array(count);
    this.rowAt = table.rowAt;
    this.orderVersion = table.orderVersion;
    this.statusCounts.fill(0);
    for (let i = 0; i < rowAt.length; i += 1) {
      const position = table.positionOf(rowAt[i]!);
      if (position < 0) continue;
      const value = values[i]!;
      this.values[position] = value;
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
