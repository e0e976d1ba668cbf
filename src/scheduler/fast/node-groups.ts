import type { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { HostMark } from "./host-marks.js";
import type { NodeTable } from "./node-table.js";
import type { WeightedStaticScore } from "./plugin-parts.js";
import { PodTexts } from "./pod-parts.js";

/** Beyond this many groups remembering by group does not pay. */
const MAX_GROUPS = 256;
/** Beyond this many the shared ones are forgotten; whoever holds one keeps it. */
const MAX_SHARED = 256;

/** Nodes on which every rule says the same that does not read single nodes. */
export interface NodeGroup {
  /** One of them, for rules that look at a node's labels. */
  readonly sample: NodeInfo;
  /** Their raw static scores. */
  readonly rawScores: readonly number[];
  /** What the pods on each of the nodes mean to the class; null where they mean nothing, or to all. */
  readonly counts: HostMark["counts"] | null;
}

/** The static scores of a shape: by any pod of it, and what PreScore wrote. */
export interface StaticScoring {
  readonly pod: PodInfo;
  readonly state: CycleState;
  readonly scores: readonly WeightedStaticScore[];
}

/**
 * The nodes divided into groups by what pods do not change: the values of topology keys, and the raw
 * static scores: normalised scores and rules between pods are asked once a group.
 */
export class NodeGroups {
  /** Group by row. */
  of = new Uint16Array(0);
  list: NodeGroup[] = [];
  /** Grows whenever groups were numbered anew. */
  generation = 0;
  /** Grows whenever a node may have come to another group. */
  version = 0;
  /** False when there are too many groups. */
  usable = true;
  private readonly ids = new Map<string, number>();
  private cursor = -1;
  private topologyVersion = -1;
  private positions = new Uint16Array(0);
  private positionsAt = -1;

  constructor(
    private readonly table: NodeTable,
    /** Topology keys; with `?` before it, only whether a node has the key. */
    private readonly keys: readonly string[],
    private readonly scoring: StaticScoring,
  ) {}

  get bytes(): number {
    return this.of.byteLength + this.positions.byteLength;
  }

  /** Group by position in the order of evaluation; one array for all shapes, for this version. */
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
    this.cursor = table.end;
  }

  /** Takes in changed rows; false if all groups must be numbered anew. */
  private update(): boolean {
    const { table, list } = this;
    if (this.cursor < 0 || !this.usable) return false;
    if (this.of.length < table.rows) {
      const of = new Uint16Array(table.rows);
      of.set(this.of);
      this.of = of;
    }
    // A sample that has changed may stand for its group no longer.
    for (const { sample } of list) if (this.hasChanged(sample.row)) return false;
    for (let row = 0; row < table.state.rows; row += 1) {
      const position = this.hasChanged(row) ? table.positionOf(row) : -1;
      if (position >= 0) this.assign(row, table.nodes[position]!);
      if (!this.usable) return false;
    }
    return true;
  }

  private hasChanged(row: number): boolean {
    return this.table.lastNodeChange[row]! >= this.cursor;
  }

  private number(): void {
    const { table } = this;
    this.generation += 1;
    this.ids.clear();
    this.list = [];
    this.usable = true;
    this.of = new Uint16Array(table.rows);
    for (let position = 0; position < table.nodes.length && this.usable; position += 1) {
      this.assign(table.rowAt[position]!, table.nodes[position]!);
    }
  }

  private assign(row: number, node: NodeInfo): void {
    const { pod, state, scores } = this.scoring;
    const rawScores = scores.map(({ plugin }) => plugin.score(state, pod, node));
    let text = rawScores.join();
    for (const key of this.keys) {
      const value = node.labels[key.startsWith("?") ? key.slice(1) : key];
      text += value === undefined ? "\n" : key.startsWith("?") ? "\n?" : `\n=${value}`;
    }
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.list.push({ sample: node, rawScores, counts: null }) - 1;
      this.ids.set(text, id);
      if (id >= MAX_GROUPS) this.usable = false;
    }
    this.of[row] = id;
  }
}

/** The groups by keys and static scores, shared by all shapes for which they are the same. */
export class SharedGroups {
  private readonly shared = new Map<string, NodeGroups>();
  private readonly texts = new PodTexts();

  constructor(private readonly table: NodeTable) {}

  get all(): Iterable<NodeGroups> {
    return this.shared.values();
  }

  /** Who comes from now on gets new ones. */
  forget(): void {
    this.shared.clear();
  }

  of(keys: readonly string[], scoring: StaticScoring): NodeGroups {
    const plugins = scoring.scores.map(({ plugin }) => plugin);
    const text = [...keys, "", this.texts.of(plugins, scoring.pod)].join("\n");
    let groups = this.shared.get(text);
    if (groups === undefined) {
      groups = new NodeGroups(this.table, keys, scoring);
      if (this.shared.size >= MAX_SHARED) this.forget();
      this.shared.set(text, groups);
    }
    return groups;
  }
}
