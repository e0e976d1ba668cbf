import { Candidates } from "../framework/batch-candidates.js";
import { CycleState } from "../framework/cycle-state.js";
import { Diagnosis } from "../framework/fit-error.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { DecisionDesk } from "./decision-desk.js";
import type { FastClass } from "./fast-class.js";
import type { NodeGroups } from "./node-groups.js";
import type { PlainFound } from "./plain-part.js";
import { rawsOf } from "./row-batch-judge.js";
import { PASSED } from "./row-values.js";
import type { JudgedNodes } from "./shape-rows.js";

/** Nodes that are judged at once: enough for a tight loop, few beyond the last that is wanted. */
const CHUNK = 128;

/**
 * The decision for the first pod of a shape, to which no rule beyond single nodes applies: nodes are
 * judged in the order of evaluation until enough of them fit, and nothing is kept. Gains: with every node
 * judged and laid out a pod of a template that comes once takes 8 times as long on 5,000 nodes, sampled.
 */
export class FirstLook {
  private readonly desk: DecisionDesk;
  private readonly positions: number[] = [];
  private readonly values: number[] = [];
  private totals: ArrayLike<number> = [];

  constructor(
    private readonly of: FastClass,
    private readonly groups: NodeGroups,
    private readonly judged: JudgedNodes,
  ) {
    this.desk = of.desk;
  }

  /** As the plain form decides; null where only that can tell. */
  decide(start: number, wanted: number): PlainFound | null {
    const { nodes } = this.desk.table;
    const diagnosis = new Diagnosis();
    let looked = 0;
    while (looked < nodes.length && this.positions.length <= wanted) {
      const count = Math.min(CHUNK, nodes.length - looked);
      this.judge(start + looked, count);
      if (!this.of.shape.usable) return null;
      for (let i = 0; i < count; i += 1) if (!this.take(i, wanted, diagnosis)) break;
      looked += count;
    }
    // The search ends only when it meets one more feasible node than it wants.
    if (this.positions.length > wanted) this.positions.length = wanted;
    const { positions, values } = this;
    this.totals = this.groups.list.length === 1 ? values : this.withGroups();
    const feasible = positions.map((position) => nodes[position]!);
    let most = 0;
    for (let i = 0; i < positions.length; i += 1) most = Math.max(most, this.totals[i]!);
    const best = feasible.filter((_, i) => this.totals[i] === most);
    return { state: new CycleState(), diagnosis, feasible, best };
  }

  private judge(from: number, count: number): void {
    const { judged, desk } = this;
    const { nodes, rowAt } = desk.table;
    judged.reserve(count);
    judged.count = count;
    for (let i = 0; i < count; i += 1) {
      const position = (from + i) % nodes.length;
      judged.positions[i] = position;
      judged.rows[i] = rowAt[position]!;
      judged.befores[i] = 0;
    }
    this.of.shape.look(judged);
  }

  /** False once there are more than are wanted. */
  private take(i: number, wanted: number, diagnosis: Diagnosis): boolean {
    const position = this.judged.positions[i]!;
    const verdict = this.judged.verdicts[i]!;
    if (verdict > 0) {
      this.positions.push(position);
      this.values.push(verdict);
      return this.positions.length <= wanted;
    }
    const status = this.of.shape.rows.statuses[-1 - verdict]!;
    diagnosis.set(this.desk.table.nodes[position]!, status);
    return true;
  }

  private withGroups(): Float64Array {
    const { of, desk, groups, positions, values } = this;
    const { present } = desk;
    const idAt = (position: number): number => groups.of[desk.table.rowAt[position]!]!;
    const byGroup: number[] = [];
    for (const position of positions) {
      const id = idAt(position);
      byGroup[id] = (byGroup[id] ?? 0) + 1;
    }
    present.length = 0;
    byGroup.forEach((count, id) => {
      present.add(id, groups.list[id]!, count);
    });
    const ofGroups = desk.scores.totals(present, of);
    for (let i = 0; i < present.length; i += 1) byGroup[present.ids[i]!] = ofGroups[i]!;
    return Float64Array.from(positions, (position, i) => values[i]! + byGroup[idAt(position)]!);
  }

  /** What it leaves to a next pod of its signature. */
  candidates(chosen: NodeInfo): Candidates {
    const { of, desk, groups } = this;
    const { rowAt, nodes } = desk.table;
    const raws = groups.list.map((group) => rawsOf(of, group));
    const found = new Candidates();
    this.positions.forEach((position, i) => {
      const node = nodes[position]!;
      if (node === chosen) return;
      const fixed = this.values[i]! - PASSED;
      const total = this.totals[i]! - PASSED;
      found.append({ node, fixed, raws: raws[groups.of[rowAt[position]!]!]! }, total);
    });
    return found;
  }
}
