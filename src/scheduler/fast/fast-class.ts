import { assert } from "../../base/assert.js";
import { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Status } from "../framework/status.js";
import type { DecisionDesk } from "./decision-desk.js";
import type { DiagnosisSource } from "./fast-diagnosis.js";
import type { NodeGroup } from "./node-groups.js";
import { NominatedNodes } from "./nominations.js";
import type { PodSums } from "./pod-sums.js";
import type { RequestShape } from "./request-shape.js";
import type { ShapeGroups } from "./shape-groups.js";

/** Which nodes a cycle looked at, and the best of them. Valid until the next decision of the class. */
export interface Found {
  /** Nodes looked at, from `start` on. */
  readonly evaluated: number;
  readonly feasible: number;
  readonly ties: number;
}

/**
 * Incoming pods for which every rule says the same: of one request shape, and with the same terms and
 * labels as far as these matter.
 */
export class FastClass implements DiagnosisSource {
  private nominatedNodes: NominatedNodes | null = null;

  constructor(
    readonly desk: DecisionDesk,
    readonly shape: RequestShape,
    readonly sums: PodSums | null,
    readonly pod: PodInfo,
  ) {}

  get nominated(): NominatedNodes {
    this.nominatedNodes ??= new NominatedNodes(this);
    return this.nominatedNodes;
  }

  /** The state of a cycle of which PreFilter did not run. */
  stateOf(): CycleState {
    const state = new CycleState();
    this.sums?.prepare(state);
    return state;
  }

  get moment(): number {
    return this.desk.table.state.changes.end + this.desk.serial;
  }

  /**
   * Takes the groups, in sync, and finds out which are open, of the shape and of the nodes that
   * the desk has aside, and how many nodes fit.
   */
  prepare(of: ShapeGroups): void {
    this.desk.fits = this.countFits(of);
  }

  private countFits(of: ShapeGroups): number {
    const { desk } = this;
    desk.begin(of);
    const { list: groups, rows } = of;
    const { sums } = this;
    if (sums !== null) {
      for (let i = 0; i < sums.rules.length; i += 1) {
        sums.rules[i]?.begin(desk.looked.of(sums, i));
      }
    }
    let fits = 0;
    let allOpen = true;
    for (let g = 0; g < groups.length; g += 1) {
      if (this.look(g, groups[g]!)) fits += rows.totals[g]!;
      else allOpen = false;
    }
    const { aside } = desk;
    if (aside.count === 0) return fits;
    desk.reserve(groups.length + aside.groupCount);
    let id = groups.length;
    for (const group of aside.groups) {
      if (!this.look(id, group)) allOpen = false;
      id += 1;
    }
    for (const status of aside.closed) {
      desk.open[id] = 0;
      desk.closedBy[id] = status;
      id += 1;
      allOpen = false;
    }
    return allOpen ? fits : fits + aside.openMore(desk);
  }

  /** Whether the nodes of a group are not refused by what lies beyond them. */
  private look(id: number, group: NodeGroup): boolean {
    const { open, closedBy } = this.desk;
    const status = this.sums === null ? null : this.filterGroup(this.sums, group);
    closedBy[id] = status;
    open[id] = status === null ? 1 : 0;
    return status === null;
  }

  private filterGroup(sums: PodSums, group: NodeGroup): Status | null {
    const { looked, parts } = this.desk;
    looked.groups[0] = group;
    for (let i = 0; i < sums.rules.length; i += 1) {
      const rule = sums.rules[i]!;
      if (rule === null || !parts.counting[i]!.filters) continue;
      const status = rule.filter(looked.of(sums, i), 0);
      if (status !== null) return status;
    }
    return null;
  }

  /** The best of the nodes from `start` on, until `wanted` fit; `fits` is what {@link prepare} gave. */
  find(start: number, wanted: number, fits: number): Found {
    const { desk } = this;
    const { rows, list: groups } = desk.groups!;
    const { best, open, present, aside } = desk;
    desk.start = start;
    desk.length = fits > wanted ? this.stepsToFit(start, wanted) : rows.count;
    rows.best(start, desk.length, groups.length, best);
    if (aside.count > 0) aside.divide(desk);
    present.length = 0;
    const end = groups.length + (aside.count > 0 ? aside.groupCount : 0);
    for (let g = 0; g < end; g += 1) {
      desk.chosen[g] = 0;
      desk.targets[g] = 0;
      if (open[g] !== 1 || best.fits[g] === 0) continue;
      present.add(g, desk.groupAt(g), best.fits[g]!);
    }
    assert(present.length > 0, "a node that fits was found, but no group with one");
    return this.choose(Math.min(fits, wanted));
  }

  /** Totals of some nodes that fit, if these are all that are feasible. */
  totalsAt(positions: readonly number[]): Float64Array {
    const { desk } = this;
    const { present } = desk;
    const { values } = this.shape.rows;
    /** Nodes of each group; then what its nodes have beyond their values. */
    const byGroup: number[] = [];
    for (const position of positions) {
      const id = desk.groupIdAt(position);
      byGroup[id] = (byGroup[id] ?? 0) + 1;
    }
    present.length = 0;
    byGroup.forEach((count, id) => {
      present.add(id, desk.groupAt(id), count);
    });
    const ofGroups = desk.scores.totals(present, this);
    for (let i = 0; i < present.length; i += 1) byGroup[present.ids[i]!] = ofGroups[i]!;
    return Float64Array.from(positions, (at) => values[at]! + byGroup[desk.groupIdAt(at)]!);
  }

  private stepsToFit(start: number, wanted: number): number {
    const { desk } = this;
    if (desk.aside.count > 0) return desk.aside.stepsToFit(desk, start, wanted);
    const { rows } = desk.groups!;
    const position = rows.nth(start, rows.count, wanted, null, desk.open);
    return position < start ? position - start + rows.count : position - start;
  }

  private choose(feasible: number): Found {
    const { desk } = this;
    const { best, present, targets, chosen } = desk;
    const { ids, length: count } = present;
    const totals = count === 1 ? null : desk.scores.totals(present, this);
    let highest = -1;
    for (let i = 0; i < count; i += 1) {
      const total = best.max[ids[i]!]! + (totals?.[i] ?? 0);
      if (totals !== null) totals[i] = total;
      if (total > highest) highest = total;
    }
    let ties = 0;
    for (let i = 0; i < count; i += 1) {
      if (totals !== null && totals[i] !== highest) continue;
      const g = ids[i]!;
      targets[g] = best.max[g]!;
      chosen[g] = 1;
      ties += best.ties[g]!;
    }
    assert(ties > 0, "some group has the highest total");
    return { evaluated: desk.length + this.evaluatedBefore(), feasible, ties };
  }

  /** 1 where the node that was looked at first is none of those that were looked at after it. */
  private evaluatedBefore(): 0 | 1 {
    const { first } = this.desk;
    return first < 0 || this.isLookedAt(first) ? 0 : 1;
  }

  private isLookedAt(position: number): boolean {
    const { table, start, length } = this.desk;
    const { nodes } = table;
    const steps = (position - (start % nodes.length) + nodes.length) % nodes.length;
    return steps < length;
  }

  /** The tied node that came first to the cluster. */
  firstTied(): NodeInfo {
    const { desk } = this;
    const { table, aside, start, length, targets, chosen } = desk;
    let first: NodeInfo | undefined;
    const visit = (position: number): void => {
      const node = table.nodes[position]!;
      if (first === undefined || node.ordinal < first.ordinal) first = node;
    };
    desk.groups!.rows.forEachHit(start, length, targets, chosen, (position) => {
      if (aside.groupAt(position) < 0) visit(position);
    });
    aside.forEachChosen(desk, visit);
    assert(first !== undefined, "some group has the highest total");
    return first;
  }

  /** Number `n` (from 0) of the tied nodes, in the order of evaluation. */
  tied(n: number): NodeInfo {
    const { desk } = this;
    const { rows } = desk.groups!;
    const { start, length, targets, chosen, aside } = desk;
    const position =
      aside.count === 0 ? rows.nth(start, length, n, targets, chosen) : aside.nthChosen(desk, n);
    assert(position >= 0, () => `a tie-break chose ${n}, which is not among the ties`);
    return desk.table.nodes[position]!;
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
    const { table, start, length, first } = this.desk;
    const { nodes } = table;
    if (first >= 0) yield [nodes[first]!, this.statusAt(nodes[first]!)!];
    for (let i = 0; i < length; i += 1) {
      const position = (start + i) % nodes.length;
      const status = position === first ? null : this.statusAt(nodes[position]!);
      if (status !== null) yield [nodes[position]!, status];
    }
  }

  statusOf(node: NodeInfo): Status | undefined {
    const position = this.desk.table.positionOf(node.row);
    const isKnown = position === this.desk.first || this.isLookedAt(position);
    return isKnown ? (this.statusAt(node) ?? undefined) : undefined;
  }

  /** By what is remembered, and nominations. */
  statusAt({ row }: NodeInfo): Status | null {
    const { desk } = this;
    const position = desk.table.positionOf(row);
    const local = this.shape.rows.statusAt(position);
    const beyond = desk.closedBy[desk.groupIdAt(position)] ?? null;
    return desk.aside.isClosed(position) ? beyond : this.firstOf(local, beyond);
  }

  /** Of a rule of the node alone and one beyond it, the one that is asked first and refuses. */
  firstOf(local: Status | null, beyond: Status | null): Status | null {
    if (local === null || beyond === null) return local ?? beyond;
    const { places } = this.desk.parts;
    return (places.get(local.plugin) ?? 0) < (places.get(beyond.plugin) ?? 0) ? local : beyond;
  }

  /** Each status with its number of nodes, one after the other. */
  countRefused(): (readonly [Status, number])[] {
    const counts = new Map<Status, number>();
    for (const [, status] of this.refused()) counts.set(status, (counts.get(status) ?? 0) + 1);
    return [...counts];
  }

  /** Each status of a pod that fits nowhere, with its number of nodes. */
  statusCounts(): (readonly [Status, number])[] {
    const { desk } = this;
    if (!desk.parts.countLast) return this.countRefused();
    const { list: groups, rows } = desk.groups!;
    const { statuses, statusCounts } = this.shape.rows;
    const counts = new Map<Status, number>();
    const add = (status: Status | null, count: number): void => {
      if (status !== null && count !== 0) counts.set(status, (counts.get(status) ?? 0) + count);
    };
    for (let id = 0; id < statuses.length; id += 1) add(statuses[id]!, statusCounts[id]!);
    for (let g = 0; g < groups.length; g += 1) add(desk.closedBy[g] ?? null, rows.totals[g]!);
    desk.aside.forEachFit(desk, (from, to) => {
      add(desk.closedBy[from] ?? null, -1);
      add(desk.closedBy[to] ?? null, 1);
    });
    desk.aside.forEachClosed((position, status) => {
      const local = this.shape.rows.statusAt(position);
      if (local === null) return;
      add(local, -1);
      add(status, 1);
    });
    return [...counts].filter(([, count]) => count > 0);
  }
}
