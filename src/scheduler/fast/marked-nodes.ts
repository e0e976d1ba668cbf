import type { HostMark } from "./host-marks.js";
import { MarkedGroups, type NodeGroup } from "./node-group.js";
import type { NodeTable } from "./node-table.js";
import type { NodesAside } from "./nodes-aside.js";
import type { PodSums } from "./pod-sums.js";
import type { Layout } from "./shared-layout.js";

/** Beyond this many groups they are numbered anew. */
const MAX_GROUPS = 256;

/**
 * The nodes of a shared layout that a class sees otherwise than the other classes do, because of the
 * pods on them: with their positions and groups, kept from one decision to the next.
 */
export class MarkedNodes {
  private readonly marked: MarkedGroups;
  private layout: Layout | null = null;
  private generation = -1;
  private orderVersion = -1;
  private version = -1;
  private sumsGeneration = -1;

  constructor(
    private readonly sums: PodSums,
    private readonly table: NodeTable,
  ) {
    this.marked = new MarkedGroups(sums);
  }

  get groups(): readonly NodeGroup[] {
    return this.marked.groups;
  }

  /** Sets the nodes aside; sums and layout must be in sync. */
  setAside(layout: Layout, aside: NodesAside): void {
    this.sync(layout);
    aside.begin(this.marked.groups);
    for (const { position, group } of this.sums.hosts.list) {
      if (position >= 0) aside.add(position, group);
    }
  }

  /** Finds position and group of each node. */
  private sync(layout: Layout): void {
    const { hosts } = this.sums;
    const { table, marked } = this;
    const isNew =
      this.layout !== layout ||
      this.generation !== layout.generation ||
      this.sumsGeneration !== this.sums.generation;
    if (isNew || marked.groups.length > MAX_GROUPS) marked.clear();
    else if (this.orderVersion === table.orderVersion && this.version === hosts.version) {
      for (const mark of hosts.changed) this.number(mark, layout);
      hosts.changed.length = 0;
      return;
    }
    this.layout = layout;
    this.generation = layout.generation;
    this.sumsGeneration = this.sums.generation;
    this.orderVersion = table.orderVersion;
    for (const mark of hosts.list) this.number(mark, layout);
    hosts.changed.length = 0;
    this.version = hosts.version;
  }

  private number(mark: HostMark, layout: Layout): void {
    mark.position = this.table.positionOf(mark.row);
    const staticId = layout.fixed.of[mark.row]!;
    mark.group =
      mark.position < 0 ? 0 : this.marked.idOf(staticId, layout.fixed.groups[staticId]!, mark);
  }
}
