import type { BlockSizes } from "./block-maxima.js";
import { GroupRows } from "./group-rows.js";
import type { NodeGroup } from "./node-group.js";
import type { NodeTable } from "./node-table.js";
import type { RequestShape } from "./request-shape.js";
import type { StaticGroups } from "./static-groups.js";

/** A shape's values divided into groups of nodes: what a decision is taken from. */
export interface Layout {
  readonly rows: GroupRows;
  readonly groups: readonly NodeGroup[];
  /** Grows whenever groups were numbered anew. */
  readonly generation: number;
  /** Static groups by row. */
  readonly fixed: StaticGroups;
}

/**
 * A shape's values laid out by groups of nodes that pods do not change, for all classes of the shape
 * with the same topology keys. It shares the values with the shape, which tells it of each that
 * changes.
 */
export class SharedLayout implements Layout {
  readonly rows: GroupRows;
  groups: readonly NodeGroup[] = [];
  generation = 0;
  readonly fixed: StaticGroups;
  private rowGeneration = -1;
  private staticVersion = -1;

  constructor(
    private readonly table: NodeTable,
    private readonly shape: RequestShape,
    keys: readonly string[],
    options: BlockSizes,
  ) {
    this.rows = new GroupRows(options);
    this.fixed = shape.staticGroups(keys);
  }

  get bytes(): number {
    return this.rows.bytes;
  }

  /** Brings it up to date; the shape must be so already. False when there are too many groups. */
  sync(): boolean {
    const { fixed, shape } = this;
    fixed.sync();
    if (!fixed.usable) return false;
    if (this.rowGeneration !== shape.rows.generation || this.staticVersion !== fixed.version) {
      this.layOut();
    }
    return true;
  }

  private layOut(): void {
    const { table, rows, shape, fixed } = this;
    this.generation += 1;
    this.rowGeneration = shape.rows.generation;
    this.staticVersion = fixed.version;
    this.groups = fixed.groups.map((group) => ({ fixed: group, counts: null }));
    const columns = { values: shape.rows.values, groups: fixed.byPosition };
    rows.layOut(columns, table.nodes.length, this.groups.length);
    shape.rows.tell(rows);
  }
}
