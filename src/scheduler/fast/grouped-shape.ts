import type { ClassTally } from "./class-tally.js";
import type { DomainTally } from "./domain-tally.js";
import { type BlockSizes, GroupRows } from "./group-rows.js";
import type { NodeTable } from "./node-table.js";
import type { RequestShape } from "./request-shape.js";
import type { StaticGroup, StaticGroups } from "./static-groups.js";

/** Beyond this many groups the plain form is no slower. */
const MAX_GROUPS = 256;
/** Sums outside of these limits are named by text instead of a number. */
const MAX_COUNT = 4096;
const MAX_WEIGHT = 2 ** 19;
/** More than there are static groups. */
const STATIC_IDS = 512;

/** Nodes on which every rule that is not local says the same. */
export interface NodeGroup {
  readonly fixed: StaticGroup;
  /** Pods on the node itself by soft constraint; empty without constraints by hostname. */
  readonly hostCounts: readonly number[];
  /** A pod that the incoming one keeps away from is on the node. */
  readonly ownAntiAffinity: boolean;
  /** A pod that keeps the incoming one away is on the node. */
  readonly existingAntiAffinity: boolean;
  /** Preferences of and for pods on the node itself. */
  readonly weight: number;
}

/** The tallies of a class that tell nodes of one static group apart. */
interface HostTallies {
  readonly tally: ClassTally;
  readonly generation: number;
  readonly soft: readonly (DomainTally | null)[];
  readonly own: readonly DomainTally[];
  readonly existing: readonly DomainTally[];
  readonly weights: readonly DomainTally[];
}

function hostTallies(tally: ClassTally): HostTallies {
  const hosts = (tallies: readonly DomainTally[]): readonly DomainTally[] =>
    tallies.filter(({ kind }) => kind === "host");
  return {
    tally,
    generation: tally.generation,
    soft: tally.softHost,
    own: hosts(tally.ownAntiAffinity),
    existing: hosts(tally.existingAntiAffinity),
    weights: hosts(tally.weights),
  };
}

/** True if the class needs groups of its own: by what is on each single node. */
export function dividesHosts(tally: ClassTally): boolean {
  return (
    tally.softHost.some((one) => one !== null) ||
    tally.ownAntiAffinity.some(isByHost) ||
    tally.existingAntiAffinity.some(isByHost) ||
    tally.weights.some(isByHost)
  );
}

function isByHost({ kind }: DomainTally): boolean {
  return kind === "host";
}

function sumAt(tallies: readonly DomainTally[], row: number): number {
  let sum = 0;
  for (let i = 0; i < tallies.length; i += 1) sum += tallies[i]!.atRow(row);
  return sum;
}

/**
 * A shape's rows laid out in the order of evaluation and divided into groups of nodes. Without a
 * tally the groups are the static ones, for all classes of the shape with the same topology keys;
 * with one they are divided further by the pods on each node, for one class.
 */
export class GroupedShape {
  readonly rows: GroupRows;
  groups: NodeGroup[] = [];
  /** False when there are too many groups. */
  usable = true;
  /** When it was last asked, in questions of the whole scheduler: for the bound on memory. */
  lastUse = 0;
  private hosts: HostTallies | null = null;
  private readonly ids = new Map<number | string, number>();
  private cursor = -1;
  private orderVersion = -1;
  private staticGeneration = -1;
  private rowGeneration = -1;

  constructor(
    private readonly table: NodeTable,
    readonly shape: RequestShape,
    readonly keys: readonly string[],
    readonly tally: ClassTally | null,
    sizes: BlockSizes,
  ) {
    this.rows = new GroupRows(sizes);
  }

  get bytes(): number {
    return this.rows.bytes;
  }

  /** Brings rows and groups up to date; shape and tally must be so already. */
  sync(): void {
    const { table, shape } = this;
    const fixed = shape.staticGroups(this.keys);
    this.usable = fixed.usable;
    if (!fixed.usable) return;
    const { tally } = this;
    const dividedAnew =
      this.staticGeneration !== fixed.generation ||
      this.rowGeneration !== shape.rows.generation ||
      this.orderVersion !== table.orderVersion ||
      (tally !== null && this.hosts?.generation !== tally.generation);
    if (dividedAnew || this.cursor < 0) {
      this.hosts = tally === null ? null : hostTallies(tally);
      this.layOut(fixed);
    } else if (this.cursor !== table.end) {
      this.update(fixed);
    }
    // Groups that emptied are only forgotten when all are numbered anew.
    if (this.groups.length > MAX_GROUPS) this.layOut(fixed);
    this.usable = this.groups.length <= MAX_GROUPS;
    if (!this.usable) this.cursor = -1;
  }

  private layOut(fixed: StaticGroups): void {
    const { table, rows, shape } = this;
    this.groups = [];
    this.ids.clear();
    this.staticGeneration = fixed.generation;
    this.rowGeneration = shape.rows.generation;
    this.orderVersion = table.orderVersion;
    this.cursor = table.end;
    const count = table.nodes.length;
    rows.reset(count, table.ordinalAt);
    const { values } = shape.rows;
    for (let position = 0; position < count; position += 1) {
      const row = table.rowAt[position]!;
      rows.values[position] = Math.max(values[row]!, 0);
      rows.groups[position] = this.groupOf(row, fixed);
      if (this.groups.length > MAX_GROUPS) return;
    }
    rows.rebuild(this.groups.length);
  }

  private update(fixed: StaticGroups): void {
    const { table, rows } = this;
    const { values } = this.shape.rows;
    const changed = table.changedSince(this.cursor);
    const count = table.changedCount;
    for (let i = 0; i < count && this.groups.length <= MAX_GROUPS; i += 1) {
      const row = changed[i]!;
      const position = table.positionOf[row]!;
      if (position < 0) continue;
      const value = values[row]!;
      rows.set(position, Math.max(value, 0), this.groupOf(row, fixed));
    }
    this.cursor = table.end;
  }

  private groupOf(row: number, fixed: StaticGroups): number {
    const staticId = fixed.of[row]!;
    const { hosts } = this;
    if (hosts === null) {
      const known = this.ids.get(staticId);
      if (known !== undefined) return known;
      return this.addGroup(staticId, row, fixed);
    }
    const weight = sumAt(hosts.weights, row);
    const own = sumAt(hosts.own, row) > 0 ? 1 : 0;
    const existing = sumAt(hosts.existing, row) > 0 ? 2 : 0;
    const { soft } = hosts;
    let key: number | string = ((weight + MAX_WEIGHT) * 4 + own + existing) * STATIC_IDS + staticId;
    if (soft.length > 0) {
      const first = soft[0]?.atRow(row) ?? 0;
      key = key * MAX_COUNT + first;
      if (soft.length > 1 || first >= MAX_COUNT || Math.abs(weight) >= MAX_WEIGHT) {
        const counts = soft.map((one) => one?.atRow(row) ?? 0);
        key = `${staticId} ${weight} ${own + existing} ${counts.join()}`;
      }
    }
    const known = this.ids.get(key);
    return known ?? this.addGroup(key, row, fixed);
  }

  private addGroup(key: number | string, row: number, fixed: StaticGroups): number {
    const { hosts } = this;
    const id = this.groups.push({
      fixed: fixed.groups[fixed.of[row]!]!,
      hostCounts: hosts === null ? [] : hosts.soft.map((one) => one?.atRow(row) ?? 0),
      ownAntiAffinity: hosts !== null && sumAt(hosts.own, row) > 0,
      existingAntiAffinity: hosts !== null && sumAt(hosts.existing, row) > 0,
      weight: hosts === null ? 0 : sumAt(hosts.weights, row),
    });
    this.ids.set(key, id - 1);
    return id - 1;
  }
}
