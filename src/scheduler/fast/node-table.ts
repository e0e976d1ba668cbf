import { CHANGED_AT, NUMBERS_PER_ROW, type NodeRecords } from "../framework/node-records.js";
import type { ClusterState } from "../framework/cluster-state.js";
import type { NodeInfo } from "../framework/node-info.js";

/** No change of this row was ever seen. */
const NEVER = -1;

/**
 * The nodes as columns, by row and by position in the order of evaluation, brought up to date from
 * the change log of the cluster state: what the remembered forms read to learn which rows changed
 * since they last looked. A reader keeps the sequence number up to which it has seen everything.
 */
export class NodeTable {
  /** In the order of evaluation. */
  nodes: readonly NodeInfo[] = [];
  /** Row by position. */
  rowAt = new Int32Array(0);
  /** Sequence number of the newest change of the node itself, not of its pods, by row. */
  lastNodeChange: Float64Array = new Float64Array(0);
  /** The newest of these. */
  newestNodeChange = NEVER;
  /** Grows with every change of the order of evaluation. */
  orderVersion = 0;
  /** That of the cluster state, as far as it was taken in: see there. */
  topologyVersion = 0;
  /** Everything before this sequence number has been taken in. */
  end = 0;
  /** The rows of {@link changedSince}, in use until its next call. */
  private changed = new Int32Array(64);

  private readonly records: NodeRecords;

  constructor(readonly state: ClusterState) {
    this.records = state.records;
  }

  /** How many rows there are, used or not: what is kept by row has room for so many. */
  get rows(): number {
    return this.lastNodeChange.length;
  }

  /** Position of the row's node in the order of evaluation; -1 without a node. */
  positionOf(row: number): number {
    return this.records.positionOf(row);
  }

  /** Differs after each change of the row's node, or of its pods. */
  changedAt(row: number): number {
    return this.records.numbers[row * NUMBERS_PER_ROW + CHANGED_AT]!;
  }

  /** Takes in what has changed in the cluster since the last call. */
  sync(): void {
    const { state } = this;
    const { changes } = state;
    const { nodes } = state;
    const ordered = nodes !== this.nodes;
    if (this.lastNodeChange.length < state.rows) this.grow(state.rows);
    if (ordered) this.takeOrder(nodes);
    this.topologyVersion = state.topologyVersion;
    const end = changes.end;
    if (end === this.end) return;
    if (changes.reaches(this.end)) {
      for (let at = this.end; at < end; at += 1) {
        if (changes.isOfNode(at)) this.touch(changes.rowAt(at), at);
      }
    } else {
      for (let row = 0; row < state.rows; row += 1) this.touch(row, end - 1);
    }
    this.end = end;
  }

  private grow(rows: number): void {
    const grown = new Float64Array(Math.max(rows, this.lastNodeChange.length * 2)).fill(NEVER);
    grown.set(this.lastNodeChange);
    this.lastNodeChange = grown;
  }

  private takeOrder(nodes: readonly NodeInfo[]): void {
    this.nodes = nodes;
    this.orderVersion += 1;
    this.rowAt = new Int32Array(nodes.length);
    for (let position = 0; position < nodes.length; position += 1) {
      this.rowAt[position] = nodes[position]!.row;
    }
  }

  /** The node of that row came, went or has another version. */
  private touch(row: number, at: number): void {
    this.lastNodeChange[row] = at;
    this.newestNodeChange = at;
  }

  /**
   * Rows that changed since the reader saw everything before `cursor`, each once, as the first
   * `changedCount` of the array that is returned. The table must be in sync. Negative: every row.
   */
  changedSince(cursor: number): Int32Array {
    const { changes } = this.state;
    const rows = this.state.rows;
    const steps = this.end - cursor;
    if (this.changed.length < rows) {
      this.changed = new Int32Array(Math.max(rows, this.changed.length * 2));
    }
    const { changed } = this;
    const { numbers } = this.records;
    let count = 0;
    if (cursor >= 0 && steps <= rows && changes.reaches(cursor)) {
      for (let at = cursor; at < this.end; at += 1) {
        const row = changes.rowAt(at);
        if (numbers[row * NUMBERS_PER_ROW + CHANGED_AT] !== (at | 0)) continue;
        changed[count] = row;
        count += 1;
      }
    } else {
      const newest = (this.end - 1) | 0;
      for (let row = 0; row < rows; row += 1) {
        const age = (newest - numbers[row * NUMBERS_PER_ROW + CHANGED_AT]!) >>> 0;
        if (cursor >= 0 && age >= steps) continue;
        changed[count] = row;
        count += 1;
      }
    }
    this.changedCount = count;
    return changed;
  }

  /** How many rows the last {@link changedSince} found. */
  changedCount = 0;
}
