import { assert } from "../../base/assert.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Status } from "../framework/status.js";
import type { ClassTally } from "./class-tally.js";
import type { DiagnosisSource } from "./fast-diagnosis.js";
import type { FastProfile } from "./fast-profile.js";
import { AffinityGroupFilter, SpreadGroupFilter } from "./group-filters.js";
import { GroupBest } from "./group-rows.js";
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

/**
 * Incoming pods for which every rule says the same: of one request shape, and with the same terms and
 * labels as far as these matter.
 */
export class FastClass implements DiagnosisSource {
  private layout: GroupedShape | null = null;
  private readonly spreadFilter: SpreadGroupFilter | null;
  private readonly affinityFilter: AffinityGroupFilter | null;
  private readonly scores: GroupScores;
  private readonly best = new GroupBest();
  /** 1 for a group whose nodes are not refused by what lies beyond them. */
  private open = new Uint8Array(0);
  private closedBy: (Status | null)[] = [];
  private targets = new Int32Array(0);
  private start = 0;
  private length = 0;

  constructor(
    private readonly profile: FastProfile,
    private readonly table: NodeTable,
    readonly shape: RequestShape,
    readonly tally: ClassTally | null,
    pod: PodInfo,
  ) {
    const filters = new Set(profile.groupFilters);
    const hard = tally !== null && tally.rules.hard.length > 0;
    this.spreadFilter = hard && filters.has("spread") ? new SpreadGroupFilter(tally) : null;
    this.affinityFilter =
      tally !== null && filters.has("affinity") ? new AffinityGroupFilter(tally) : null;
    this.scores = new GroupScores(profile, shape.staticScores, pod, tally);
  }

  get moment(): number {
    return this.table.state.changes.end;
  }

  /** Takes the layout, in sync, and finds out which groups are open; returns how many nodes fit. */
  prepare(layout: GroupedShape): number {
    this.layout = layout;
    const { groups, rows } = layout;
    if (this.open.length < groups.length) {
      this.open = new Uint8Array(groups.length * 2);
      this.targets = new Int32Array(groups.length * 2);
    }
    this.spreadFilter?.prepare();
    let fits = 0;
    for (let g = 0; g < groups.length; g += 1) {
      const total = rows.totals[g]!;
      const status = this.tally === null ? null : this.filterGroup(g);
      this.closedBy[g] = status;
      this.open[g] = status === null ? 1 : 0;
      if (status === null) fits += total;
    }
    return fits;
  }

  private filterGroup(g: number): Status | null {
    const group = this.layout!.groups[g]!;
    for (const filter of this.profile.groupFilters) {
      const rule = filter === "spread" ? this.spreadFilter : this.affinityFilter;
      const status = rule?.filter(group) ?? null;
      if (status !== null) return status;
    }
    return null;
  }

  /** The best of the nodes from `start` on, until `wanted` fit; `fits` is what {@link prepare} gave. */
  find(start: number, wanted: number, fits: number): Found {
    const { rows, groups } = this.layout!;
    this.start = start;
    this.length = fits > wanted ? rows.stepsToFit(start, wanted, this.open) : rows.count;
    const { best, open } = this;
    rows.best(start, this.length, groups.length, best);
    const present: number[] = [];
    for (let g = 0; g < groups.length; g += 1) {
      if (open[g] === 1 && best.max[g]! > 0) present.push(g);
    }
    assert(present.length > 0, "a node that fits was found, but no group with one");
    if (present.length === 1) return this.single(present[0]!, fits, wanted);
    return this.several(present, Math.min(fits, wanted));
  }

  private single(g: number, fits: number, wanted: number): Found {
    const { best } = this;
    this.targets.fill(0);
    this.targets[g] = best.max[g]!;
    return {
      evaluated: this.length,
      feasible: Math.min(fits, wanted),
      first: this.table.nodes[best.first[g]!]!,
      ties: best.ties[g]!,
    };
  }

  private several(present: readonly number[], feasible: number): Found {
    const { groups } = this.layout!;
    const { best, targets } = this;
    const totals = this.scores.totals({
      groups: present.map((g) => groups[g]!),
      fits: present.map((g) => best.fits[g]!),
    });
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
      const node = this.table.nodes[best.first[g]!]!;
      if (first === null || node.ordinal < first.ordinal) first = node;
    }
    assert(first !== null, "some group has the highest total");
    return { evaluated: this.length, feasible, first, ties };
  }

  /** Number `n` (from 0) of the tied nodes, in the order of evaluation. */
  tied(n: number): NodeInfo {
    const { rows, groups } = this.layout!;
    const tied = new Uint8Array(this.open.length);
    for (let g = 0; g < groups.length; g += 1) tied[g] = this.targets[g]! > 0 ? 1 : 0;
    const position = rows.nthAtTarget(this.start, this.length, n, this.targets, tied);
    assert(position >= 0, () => `a tie-break chose ${n}, which is not among the ties`);
    return this.table.nodes[position]!;
  }

  /** Before {@link refused} and {@link statusOf} of a pod that fits nowhere: all nodes were looked at. */
  lookedAtAll(start: number): void {
    this.start = start;
    this.length = this.table.nodes.length;
  }

  /** Nodes that were found to fit, in the order of evaluation. */
  feasible(): readonly NodeInfo[] {
    const { nodes } = this.table;
    const found: NodeInfo[] = [];
    for (let i = 0; i < this.length; i += 1) {
      const node = nodes[(this.start + i) % nodes.length]!;
      if (this.statusAt(node) === null) found.push(node);
    }
    return found;
  }

  *refused(): IterableIterator<[NodeInfo, Status]> {
    const { nodes } = this.table;
    for (let i = 0; i < this.length; i += 1) {
      const node = nodes[(this.start + i) % nodes.length]!;
      const status = this.statusAt(node);
      if (status !== null) yield [node, status];
    }
  }

  statusOf(node: NodeInfo): Status | undefined {
    const { positionOf, nodes } = this.table;
    const position = positionOf[node.row]!;
    const steps = (position - (this.start % nodes.length) + nodes.length) % nodes.length;
    return steps < this.length ? (this.statusAt(node) ?? undefined) : undefined;
  }

  private statusAt({ row }: NodeInfo): Status | null {
    const { rows, groups } = this.layout!;
    const local = this.shape.rows.statusAt(row);
    if (local !== null) return local;
    const g = rows.groups[this.table.positionOf[row]!]!;
    return groups[g] === undefined ? null : (this.closedBy[g] ?? null);
  }

  /** Each status of a pod that fits nowhere, with its number of nodes. */
  statusCounts(): (readonly [Status, number])[] {
    const { groups, rows } = this.layout!;
    const { statuses, statusCounts } = this.shape.rows;
    const counts = new Map<Status, number>();
    for (let id = 0; id < statuses.length; id += 1) {
      if (statusCounts[id]! > 0) counts.set(statuses[id]!, statusCounts[id]!);
    }
    for (let g = 0; g < groups.length; g += 1) {
      const status = this.closedBy[g] ?? null;
      const total = rows.totals[g]!;
      if (status !== null && total > 0) counts.set(status, (counts.get(status) ?? 0) + total);
    }
    return [...counts];
  }
}
