import { assert } from "../../base/assert.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Status } from "../framework/status.js";
import type { ClassTally } from "./class-tally.js";
import type { DiagnosisSource } from "./fast-diagnosis.js";
import type { FastProfile } from "./fast-profile.js";
import { AffinityGroupFilter, SpreadGroupFilter } from "./group-filters.js";
import { GroupBest } from "./group-best.js";
import { GroupScores } from "./group-scores.js";
import type { GroupedShape } from "./grouped-shape.js";
import type { NodeTable } from "./node-table.js";
import type { RequestShape } from "./request-shape.js";

/** Which nodes a cycle looked at, and the best of them. Valid until the next decision of the class. */
export interface Found {
  /** Nodes looked at, from `start` on. */
  readonly evaluated: number;
  readonly feasible: number;
  /** The one that came first to the cluster of those with the highest total. */
  readonly first: NodeInfo;
  readonly ties: number;
}

/** Where one decision is worked out: shared by all classes of a profile, so small classes stay small. */
export class DecisionDesk {
  layout: GroupedShape | null = null;
  readonly best = new GroupBest();
  /** 1 for a group whose nodes are not refused by what lies beyond them. */
  open = new Uint8Array(0);
  closedBy: (Status | null)[] = [];
  targets = new Int32Array(0);
  tied = new Uint8Array(0);
  start = 0;
  length = 0;
  /** Decisions so far. */
  serial = 0;
  readonly scores: GroupScores;

  constructor(
    readonly profile: FastProfile,
    readonly table: NodeTable,
  ) {
    this.scores = new GroupScores(profile);
  }

  begin(layout: GroupedShape): void {
    this.layout = layout;
    this.serial += 1;
    const groups = layout.groups.length;
    if (this.open.length >= groups) return;
    this.open = new Uint8Array(groups * 2);
    this.targets = new Int32Array(groups * 2);
    this.tied = new Uint8Array(groups * 2);
  }
}

/**
 * Incoming pods for which every rule says the same: of one request shape, and with the same terms and
 * labels as far as these matter.
 */
export class FastClass implements DiagnosisSource {
  private readonly spreadFilter: SpreadGroupFilter | null;
  private readonly affinityFilter: AffinityGroupFilter | null;

  constructor(
    private readonly desk: DecisionDesk,
    readonly shape: RequestShape,
    readonly tally: ClassTally | null,
    private readonly pod: PodInfo,
  ) {
    const filters = desk.profile.groupFilters;
    const hard = tally !== null && tally.rules.hard.length > 0;
    this.spreadFilter = hard && filters.includes("spread") ? new SpreadGroupFilter(tally) : null;
    this.affinityFilter =
      tally !== null && filters.includes("affinity") ? new AffinityGroupFilter(tally) : null;
  }

  get moment(): number {
    return this.desk.table.state.changes.end + this.desk.serial;
  }

  /** Takes the layout, in sync, and finds out which groups are open; returns how many nodes fit. */
  prepare(layout: GroupedShape): number {
    this.desk.begin(layout);
    const { groups, rows } = layout;
    const { open, closedBy } = this.desk;
    this.spreadFilter?.prepare();
    let fits = 0;
    for (let g = 0; g < groups.length; g += 1) {
      const total = rows.totals[g]!;
      const status = this.tally === null ? null : this.filterGroup(g);
      closedBy[g] = status;
      open[g] = status === null ? 1 : 0;
      if (status === null) fits += total;
    }
    return fits;
  }

  private filterGroup(g: number): Status | null {
    const group = this.desk.layout!.groups[g]!;
    for (const filter of this.desk.profile.groupFilters) {
      const rule = filter === "spread" ? this.spreadFilter : this.affinityFilter;
      const status = rule?.filter(group) ?? null;
      if (status !== null) return status;
    }
    return null;
  }

  /** The best of the nodes from `start` on, until `wanted` fit; `fits` is what {@link prepare} gave. */
  find(start: number, wanted: number, fits: number): Found {
    const { rows, groups } = this.desk.layout!;
    this.desk.start = start;
    this.desk.length = fits > wanted ? rows.stepsToFit(start, wanted, this.desk.open) : rows.count;
    const { best, open } = this.desk;
    rows.best(start, this.desk.length, groups.length, best);
    const present: number[] = [];
    for (let g = 0; g < groups.length; g += 1) {
      if (open[g] === 1 && best.max[g]! > 0) present.push(g);
    }
    assert(present.length > 0, "a node that fits was found, but no group with one");
    if (present.length === 1) return this.single(present[0]!, fits, wanted);
    return this.several(present, Math.min(fits, wanted));
  }

  private single(g: number, fits: number, wanted: number): Found {
    const { best } = this.desk;
    this.desk.targets.fill(0, 0, this.desk.layout!.groups.length);
    this.desk.targets[g] = best.max[g]!;
    return {
      evaluated: this.desk.length,
      feasible: Math.min(fits, wanted),
      first: this.desk.table.nodes[best.first[g]!]!,
      ties: best.ties[g]!,
    };
  }

  private several(present: readonly number[], feasible: number): Found {
    const { groups } = this.desk.layout!;
    const { best, targets } = this.desk;
    const { staticScores } = this.shape;
    const totals = this.desk.scores.totals(
      { groups: present.map((g) => groups[g]!), fits: present.map((g) => best.fits[g]!) },
      { staticScores, pod: this.pod, tally: this.tally },
    );
    let highest = -1;
    for (let i = 0; i < present.length; i += 1) {
      totals[i]! += best.max[present[i]!]!;
      if (totals[i]! > highest) highest = totals[i]!;
    }
    targets.fill(0);
    let ties = 0;
    let first: NodeInfo | null = null;
    for (let i = 0; i < present.length; i += 1) {
      if (totals[i] !== highest) continue;
      const g = present[i]!;
      targets[g] = best.max[g]!;
      ties += best.ties[g]!;
      const node = this.desk.table.nodes[best.first[g]!]!;
      if (first === null || node.ordinal < first.ordinal) first = node;
    }
    assert(first !== null, "some group has the highest total");
    return { evaluated: this.desk.length, feasible, first, ties };
  }

  /** Number `n` (from 0) of the tied nodes, in the order of evaluation. */
  tied(n: number): NodeInfo {
    const { rows, groups } = this.desk.layout!;
    const { tied } = this.desk;
    for (let g = 0; g < groups.length; g += 1) tied[g] = this.desk.targets[g]! > 0 ? 1 : 0;
    const position = rows.nthAtTarget(
      this.desk.start,
      this.desk.length,
      n,
      this.desk.targets,
      tied,
    );
    assert(position >= 0, () => `a tie-break chose ${n}, which is not among the ties`);
    return this.desk.table.nodes[position]!;
  }

  /** Before {@link refused} and {@link statusOf} of a pod that fits nowhere: all nodes were looked at. */
  lookedAtAll(start: number): void {
    this.desk.start = start;
    this.desk.length = this.desk.table.nodes.length;
  }

  /** Nodes that were found to fit, in the order of evaluation. */
  feasible(): readonly NodeInfo[] {
    const { nodes } = this.desk.table;
    const found: NodeInfo[] = [];
    for (let i = 0; i < this.desk.length; i += 1) {
      const node = nodes[(this.desk.start + i) % nodes.length]!;
      if (this.statusAt(node) === null) found.push(node);
    }
    return found;
  }

  *refused(): IterableIterator<[NodeInfo, Status]> {
    const { nodes } = this.desk.table;
    for (let i = 0; i < this.desk.length; i += 1) {
      const node = nodes[(this.desk.start + i) % nodes.length]!;
      const status = this.statusAt(node);
      if (status !== null) yield [node, status];
    }
  }

  statusOf(node: NodeInfo): Status | undefined {
    const { positionOf, nodes } = this.desk.table;
    const position = positionOf[node.row]!;
    const steps = (position - (this.desk.start % nodes.length) + nodes.length) % nodes.length;
    return steps < this.desk.length ? (this.statusAt(node) ?? undefined) : undefined;
  }

  private statusAt({ row }: NodeInfo): Status | null {
    const { rows, groups } = this.desk.layout!;
    const local = this.shape.rows.statusAt(row);
    if (local !== null) return local;
    const g = rows.groups[this.desk.table.positionOf[row]!]!;
    return groups[g] === undefined ? null : (this.desk.closedBy[g] ?? null);
  }

  /** Each status of a pod that fits nowhere, with its number of nodes. */
  statusCounts(): (readonly [Status, number])[] {
    const { groups, rows } = this.desk.layout!;
    const { statuses, statusCounts } = this.shape.rows;
    const counts = new Map<Status, number>();
    for (let id = 0; id < statuses.length; id += 1) {
      if (statusCounts[id]! > 0) counts.set(statuses[id]!, statusCounts[id]!);
    }
    for (let g = 0; g < groups.length; g += 1) {
      const status = this.desk.closedBy[g] ?? null;
      const total = rows.totals[g]!;
      if (status !== null && total > 0) counts.set(status, (counts.get(status) ?? 0) + total);
    }
    return [...counts];
  }
}
