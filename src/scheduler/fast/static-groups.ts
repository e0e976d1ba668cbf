import type { NodeInfo } from "../framework/node-info.js";
import type { NodeTable } from "./node-table.js";

/** Beyond this many groups remembering by group does not pay. */
const MAX_STATIC_GROUPS = 256;

/** Nodes that agree in the values of the topology keys and in the raw static scores. */
export interface StaticGroup {
  /** One of them, for rules that look at a node's labels. */
  sample: NodeInfo;
  readonly rawScores: readonly number[];
  members: number;
}

/** Raw score number `i` of the node. */
export type RawScore = (node: NodeInfo, i: number) => number;

/** Divides the nodes into groups by what pods do not change. */
export class StaticGroups {
  /** Group by row. */
  of = new Uint16Array(0);
  groups: StaticGroup[] = [];
  /** Grows whenever groups were numbered anew. */
  generation = 0;
  /** Grows whenever a node may have come to another group. */
  version = 0;
  /** False when there are too many groups. */
  usable = true;
  private readonly ids = new Map<string, number>();
  private cursor = -1;
  private present = new Uint8Array(0);
  private topologyVersion = -1;
  private positions = new Uint16Array(0);
  private positionsAt = -1;

  constructor(
    private readonly table: NodeTable,
    /** Topology keys; with `?` before it, only whether a node has the key. */
    readonly keys: readonly string[],
    private readonly scoreCount: number,
    private readonly rawScore: RawScore,
  ) {}

  get bytes(): number {
    return this.of.byteLength + this.present.byteLength + this.positions.byteLength;
  }

  /** Group by position in the order of evaluation; one array for all layouts, for this version. */
  get byPosition(): Uint16Array {
    if (this.positionsAt === this.version) return this.positions;
    this.positionsAt = this.version;
    const { rowAt } = this.table;
    this.positions = new Uint16Array(rowAt.length);
    for (let position = 0; position < rowAt.length; position += 1) {
      this.positions[position] = this.of[rowAt[position]!]!;
    }
    return this.positions;
  }

  sync(): void {
    const { table } = this;
    if (this.topologyVersion === table.topologyVersion) return;
    this.topologyVersion = table.topologyVersion;
    this.version += 1;
    if (!this.update()) this.number();
  }

  /** Takes in changed rows; false if all groups must be numbered anew. */
  private update(): boolean {
    const { table } = this;
    const length = table.rows;
    if (this.cursor < 0 || !this.usable) return false;
    if (this.of.length < length) {
      const of = new Uint16Array(length);
      of.set(this.of);
      this.of = of;
      const present = new Uint8Array(length);
      present.set(this.present);
      this.present = present;
    }
    for (let row = 0; row < table.state.rows; row += 1) {
      if (table.lastNodeChange[row]! < this.cursor) continue;
      if (this.present[row] === 1) {
        const group = this.groups[this.of[row]!]!;
        // The sample may stand for its group no longer.
        if (group.sample.row === row) return false;
        group.members -= 1;
        this.present[row] = 0;
      }
      const position = table.positionOf(row);
      if (position >= 0) this.assign(row, table.nodes[position]!);
      if (!this.usable) return false;
    }
    this.cursor = table.end;
    return true;
  }

  private number(): void {
    const { table } = this;
    this.generation += 1;
    this.ids.clear();
    this.groups = [];
    this.usable = true;
    this.of = new Uint16Array(table.rows);
    this.present = new Uint8Array(table.rows);
    for (let position = 0; position < table.nodes.length && this.usable; position += 1) {
      this.assign(table.rowAt[position]!, table.nodes[position]!);
    }
    this.cursor = table.end;
  }

  private assign(row: number, node: NodeInfo): void {
    const rawScores: number[] = [];
    for (let i = 0; i < this.scoreCount; i += 1) rawScores.push(this.rawScore(node, i));
    let text = rawScores.join();
    for (const key of this.keys) {
      const value = node.labels[key.startsWith("?") ? key.slice(1) : key];
      text += value === undefined ? "\n" : key.startsWith("?") ? "\n?" : `\n=${value}`;
    }
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.groups.push({ sample: node, rawScores, members: 0 }) - 1;
      this.ids.set(text, id);
      if (id >= MAX_STATIC_GROUPS) this.usable = false;
    }
    this.groups[id]!.members += 1;
    this.of[row] = id;
    this.present[row] = 1;
  }
}
