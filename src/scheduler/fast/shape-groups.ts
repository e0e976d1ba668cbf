import type { BlockSizes } from "./block-maxima.js";
import { GroupRows } from "./group-rows.js";
import type { NodeGroup, NodeGroups } from "./node-groups.js";
import type { NodeTable } from "./node-table.js";
import type { RequestShape } from "./request-shape.js";

/**
 * A shape's values by groups of nodes, for all classes of the shape with the same topology keys: what a
 * decision is taken from. It shares the values with the shape, which tells it of each that changes.
 */
export class ShapeGroups {
  readonly rows: GroupRows;
  /** The groups without regard to shapes. */
  readonly nodes: NodeGroups;
  private rowGeneration = -1;
  private version = -1;

  constructor(
    private readonly table: NodeTable,
    private readonly shape: RequestShape,
    keys: readonly string[],
    sizes: BlockSizes,
  ) {
    this.rows = new GroupRows(sizes);
    this.nodes = shape.groupsBy(keys);
  }

  get list(): readonly NodeGroup[] {
    return this.nodes.list;
  }

  get bytes(): number {
    return this.rows.bytes;
  }

  /** Brings it up to date; the shape must be so already. False when there are too many groups. */
  sync(): boolean {
    const { nodes, shape, rows, table } = this;
    nodes.sync();
    if (!nodes.usable) return false;
    if (this.rowGeneration === shape.rows.generation && this.version === nodes.version) return true;
    this.rowGeneration = shape.rows.generation;
    this.version = nodes.version;
    const columns = { values: shape.rows.values, groups: nodes.byPosition };
    rows.layOut(columns, table.nodes.length, nodes.list.length);
    shape.rows.tell(rows);
    return true;
  }
}
