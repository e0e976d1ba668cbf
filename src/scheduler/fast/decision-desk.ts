import type { NodeGroup } from "./node-groups.js";
import type { Status } from "../framework/status.js";
import { GroupBest } from "./group-rows.js";
import { GroupScores, PresentGroups } from "./group-scores.js";
import type { NodeTable } from "./node-table.js";
import { NodesAside } from "./nodes-aside.js";
import type { PluginParts } from "./plugin-parts.js";
import type { ShapeGroups } from "./shape-groups.js";

/**
 * Where one decision is worked out: shared by all classes of a profile, so that small classes stay
 * small. Columns are by group: those of the shape first, then those of the nodes set aside.
 */
export class DecisionDesk {
  groups: ShapeGroups | null = null;
  readonly best = new GroupBest();
  readonly present = new PresentGroups();
  /** The group that is looked at. */
  readonly looked = new PresentGroups();
  readonly scores: GroupScores;
  readonly aside = new NodesAside();
  /** 1 for a group whose nodes are not refused by what lies beyond them. */
  open = new Uint8Array(0);
  /** Why a group is not open. */
  closedBy: (Status | null)[] = [];
  /** The value that the chosen nodes of each group have; 0 for groups without one. */
  targets = new Int32Array(0);
  /** 1 for groups with chosen nodes. */
  chosen = new Uint8Array(0);
  /** The highest value of a node that was set aside, by its group among those of the shape. */
  highestAside = new Int32Array(0);
  /** How many nodes fit, of all. */
  fits = 0;
  /** The positions that the decision looked at. */
  start = 0;
  length = 0;
  /** Position of a node that it looked at before all others, and that refused the pod; -1: none. */
  first = -1;
  /** Decisions so far. */
  serial = 0;

  constructor(
    readonly parts: PluginParts,
    readonly table: NodeTable,
  ) {
    this.scores = new GroupScores(parts.counting);
  }

  begin(groups: ShapeGroups): void {
    this.groups = groups;
    this.first = -1;
    this.serial += 1;
    this.reserve(groups.list.length);
  }

  /** Makes room for so many groups. */
  reserve(groups: number): void {
    this.best.reserve(groups);
    if (this.open.length >= groups) return;
    const grown = <T extends Uint8Array | Int32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.open = grown(new Uint8Array(groups * 2), this.open);
    this.targets = grown(new Int32Array(groups * 2), this.targets);
    this.highestAside = new Int32Array(groups * 2);
    this.chosen = grown(new Uint8Array(groups * 2), this.chosen);
  }

  /** The number of the group of the node at that position, or of its own one if it is set aside. */
  groupIdAt(position: number): number {
    const { rows, list } = this.groups!;
    const own = this.aside.groupAt(position);
    return own < 0 ? rows.groups[position]! : list.length + own;
  }

  groupAt(id: number): NodeGroup {
    const { list } = this.groups!;
    return id < list.length ? list[id]! : this.aside.groups[id - list.length]!;
  }
}
