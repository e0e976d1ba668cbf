import type { BlockSizes } from "./block-maxima.js";
import { GroupRows } from "./group-rows.js";
import { MarkedGroups, type NodeGroup } from "./node-group.js";
import type { NodeTable } from "./node-table.js";
import type { PodSums } from "./pod-sums.js";
import type { RequestShape } from "./request-shape.js";
import type { Layout } from "./shared-layout.js";
import type { StaticGroups } from "./static-groups.js";

/** Beyond this many groups the plain form is no slower. */
const MAX_GROUPS = 256;

/**
 * A shape's values laid out for one class with pods on many nodes: its groups are divided by what is
 * on each node too, so that no node has to be set aside. It follows the log of changes by itself.
 */
export class OwnLayout implements Layout {
  readonly rows: GroupRows;
  generation = 0;
  readonly fixed: StaticGroups;
  private readonly marked: MarkedGroups;
  private cursor = -1;
  private orderVersion = -1;
  private staticVersion = -1;
  private rowGeneration = -1;
  private sumsGeneration = -1;

  constructor(
    private readonly table: NodeTable,
    private readonly shape: RequestShape,
    readonly keys: readonly string[],
    private readonly sums: PodSums,
    private readonly options: BlockSizes & { readonly firstOfTies: boolean },
  ) {
    this.rows = new GroupRows(options);
    this.fixed = shape.staticGroups(keys);
    this.marked = new MarkedGroups(sums);
  }

  get groups(): readonly NodeGroup[] {
    return this.marked.groups;
  }

  get bytes(): number {
    return this.rows.bytes + this.rows.count * 4;
  }

  /** Brings it up to date; shape and sums must be so already. False when there are too many groups. */
  sync(): boolean {
    const { table, shape, fixed, sums } = this;
    fixed.sync();
    if (!fixed.usable) return false;
    const dividedAnew =
      this.staticVersion !== fixed.version ||
      this.rowGeneration !== shape.rows.generation ||
      this.orderVersion !== table.orderVersion ||
      this.sumsGeneration !== sums.generation;
    if (dividedAnew || this.cursor < 0) this.layOut();
    else if (this.cursor !== table.end) this.update();
    // Groups that emptied are only forgotten when all are numbered anew.
    if (this.groups.length > MAX_GROUPS) this.layOut();
    const usable = this.groups.length <= MAX_GROUPS;
    if (!usable) this.cursor = -1;
    return usable;
  }

  private layOut(): void {
    const { table, rows, shape, fixed, marked } = this;
    this.generation += 1;
    marked.clear();
    this.staticVersion = fixed.version;
    this.rowGeneration = shape.rows.generation;
    this.orderVersion = table.orderVersion;
    this.sumsGeneration = this.sums.generation;
    this.cursor = table.end;
    const count = table.nodes.length;
    const groups = new Uint16Array(count);
    for (let position = 0; position < count; position += 1) {
      groups[position] = this.groupOf(table.rowAt[position]!);
      if (marked.groups.length > MAX_GROUPS) return;
    }
    const ordinals = this.options.firstOfTies ? table.ordinalAt : null;
    const columns = { values: shape.rows.values.slice(), groups, ordinals };
    rows.layOut(columns, count, marked.groups.length);
  }

  private update(): void {
    const { table, rows } = this;
    const { values } = this.shape.rows;
    const changed = table.changedSince(this.cursor);
    const count = table.changedCount;
    for (let i = 0; i < count && this.groups.length <= MAX_GROUPS; i += 1) {
      const row = changed[i]!;
      const position = table.positionOf(row);
      if (position >= 0) rows.set(position, values[position]!, this.groupOf(row));
    }
    this.cursor = table.end;
  }

  private groupOf(row: number): number {
    const { fixed, marked, sums } = this;
    const staticId = fixed.of[row]!;
    return marked.idOf(staticId, fixed.groups[staticId]!, sums.hosts.at(row));
  }
}
