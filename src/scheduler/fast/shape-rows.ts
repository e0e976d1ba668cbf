import type { Status } from "../framework/status.js";
import type { NodeTable } from "./node-table.js";

/** The largest value a row can hold: one more than the largest weighted sum of local scores. */
export const MAX_ROW_VALUE = 32_767;

/** Judges one node for a shape: a positive value for the score, or why the node is refused. */
export type RowJudge = (position: number) => number | Status;

/**
 * What the rules that look at one node alone say of a request shape, a small number a row: 0 where
 * there is no node, 1 + the weighted local scores where the shape fits, -1 - (id of the status) where
 * it does not. Only rows that changed since the last look are judged again.
 *
 * Hot path: two bytes a row instead of objects; statuses are compared by identity, which plugins keep
 * for nodes that they refuse for the same reasons.
 */
export class ShapeRows {
  values = new Int16Array(0);
  readonly statuses: Status[] = [];
  /** Nodes refused with each status. */
  readonly statusCounts: number[] = [];
  /** Grows with every change of a refusal. */
  refusalVersion = 0;
  /** Grows whenever rows may change that the table does not list as changed. */
  generation = 0;
  /** Rows judged so far. */
  judged = 0;
  private readonly statusIds = new Map<Status, number>();
  private cursor = -1;

  constructor(private readonly table: NodeTable) {}

  get bytes(): number {
    return this.values.byteLength;
  }

  /** Everything has to be judged again. */
  invalidate(): void {
    this.cursor = -1;
    this.generation += 1;
  }

  /** Brings the rows up to date with the table, which must be in sync. */
  sync(judge: RowJudge): void {
    const { table } = this;
    if (this.values.length < table.positionOf.length) {
      const values = new Int16Array(table.positionOf.length);
      values.set(this.values);
      this.values = values;
    }
    if (this.cursor === table.end) return;
    const changed = table.changedSince(this.cursor);
    const count = table.changedCount;
    for (let i = 0; i < count; i += 1) {
      const row = changed[i]!;
      const position = table.positionOf[row]!;
      this.set(row, position < 0 ? 0 : this.judge(judge, position));
    }
    this.cursor = table.end;
  }

  private judge(judge: RowJudge, position: number): number {
    this.judged += 1;
    const verdict = judge(position);
    return typeof verdict === "number" ? verdict : -1 - this.idOf(verdict);
  }

  private set(row: number, value: number): void {
    const before = this.values[row]!;
    if (before === value) return;
    this.values[row] = value;
    if (before < 0) this.statusCounts[-1 - before]! -= 1;
    if (value < 0) this.statusCounts[-1 - value]! += 1;
    if (before < 0 || value < 0) this.refusalVersion += 1;
  }

  private idOf(status: Status): number {
    const known = this.statusIds.get(status);
    if (known !== undefined) return known;
    const id = this.statuses.push(status) - 1;
    this.statusCounts.push(0);
    this.statusIds.set(status, id);
    return id;
  }

  /** Why the row is refused by what is local to it; null if it is not. */
  statusAt(row: number): Status | null {
    const value = this.values[row]!;
    return value < 0 ? this.statuses[-1 - value]! : null;
  }
}
