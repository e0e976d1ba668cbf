import { assert } from "../../base/assert.js";
import { Candidates, type Rescored } from "../framework/batch-candidates.js";
import { CycleState } from "../framework/cycle-state.js";
import type { Result } from "../framework/interfaces.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { BatchJudge } from "../framework/opportunistic-batch.js";
import { normalizes } from "../framework/runtime.js";
import type { FastClass } from "./fast-class.js";
import type { NodeGroup } from "./node-groups.js";
import { PASSED } from "./row-values.js";

/** True where no counting rule scores: then all that is scored is known of single nodes. */
function isScoredByNode({ sums }: FastClass): boolean {
  return sums === null || !sums.rules.some((rule) => rule?.scores === true);
}

/** The raw scores of the nodes of a group, as `NodeScores` has them; those that are not asked for are 0. */
export function rawsOf({ shape, desk }: FastClass, group: NodeGroup): readonly number[] {
  const { scorePlugins } = desk.parts.framework;
  return scorePlugins
    .filter(({ plugin }) => normalizes(plugin))
    .map(({ plugin }) => {
      const place = shape.staticScores.findIndex((one) => one.plugin === plugin);
      return place < 0 ? 0 : group.rawScores[place]!;
    });
}

/**
 * The nodes that the class's last decision found to fit, but for the one that was taken, to be asked for
 * before anything is brought up to date: so the values are still those of then.
 */
export function candidatesOf(of: FastClass, chosen: NodeInfo): () => Candidates {
  const { desk, shape } = of;
  const { serial } = desk;
  const { syncedTo } = shape.rows;
  return () => {
    const isAsThen = desk.serial === serial && shape.rows.syncedTo === syncedTo;
    assert(isAsThen, "candidates are asked for after another decision");
    const { present, table } = desk;
    const { rows } = desk.groups!;
    const totals = present.length === 1 ? null : desk.scores.totals(present, of);
    const offsets: number[] = [];
    const raws: (readonly number[])[] = [];
    for (let i = 0; i < present.length; i += 1) {
      offsets[present.ids[i]!] = totals?.[i] ?? 0;
      raws[present.ids[i]!] = rawsOf(of, present.groups[i]!);
    }
    const found = new Candidates();
    for (let i = 0, at = desk.start; i < desk.length; i += 1, at += 1) {
      if (at === rows.count) at = 0;
      const value = rows.values[at]!;
      if (value <= 0 || desk.open[desk.groupIdAt(at)] !== 1) continue;
      const node = table.nodes[at]!;
      if (node === chosen) continue;
      const id = desk.groupIdAt(at);
      const fixed = value - PASSED;
      found.append({ node, fixed, raws: raws[id]! }, fixed + offsets[id]!);
    }
    return found;
  };
}

/** Looks at a node by what is remembered of the class, which is ready to decide and prepared. */
export class RowBatchJudge implements BatchJudge {
  constructor(private readonly of: FastClass) {}

  /** False where only the plugins can tell. */
  static canJudge(of: FastClass): boolean {
    // Nominated pods, which do not count here, hide what counts.
    const isHidden = of.sums !== null && of.desk.parts.framework.nominator.any;
    return isScoredByNode(of) && !isHidden;
  }

  filter(node: NodeInfo): Result {
    const { shape, desk } = this.of;
    if (!desk.parts.framework.nominator.any) return this.of.statusAt(node);
    const value = shape.valueWithoutNominated(desk.table.positionOf(node.row));
    return value > 0 ? null : shape.rows.statuses[-1 - value]!;
  }

  rescore(known: Candidates, node: NodeInfo): Rescored | null {
    const { desk, shape } = this.of;
    const position = desk.table.positionOf(node.row);
    const { rows, list } = desk.groups!;
    const value = desk.parts.framework.nominator.any
      ? shape.valueWithoutNominated(position)
      : shape.rows.values[position]!;
    const fixed = value - PASSED;
    const raws = rawsOf(this.of, list[rows.groups[position]!]!);
    const [first] = known.raws;
    const alike = known.telling.size === 0 && raws.every((raw, i) => raw === first![i]);
    // What is the same for all makes no node better.
    if (alike) {
      return { node, fixed, raws, total: known.totals[0]! - known.fixed[0]! + fixed, others: null };
    }
    return this.normalize(known, { node, fixed, raws });
  }

  private normalize(known: Candidates, scores: Omit<Rescored, "total" | "others">): Rescored {
    const { desk, shape, pod } = this.of;
    const nodes = [...known.nodes, scores.node];
    const totals = new Float64Array(nodes.length);
    let number = 0;
    for (const { plugin } of desk.parts.framework.scorePlugins) {
      if (!normalizes(plugin)) continue;
      const weighted = shape.staticScores.find((one) => one.plugin === plugin);
      if (weighted !== undefined) {
        const column = known.rawColumn(number);
        column[known.length] = scores.raws[number]!;
        plugin.normalizeScore(new CycleState(), pod, nodes, column);
        for (let i = 0; i < totals.length; i += 1) totals[i]! += column[i]! * weighted.weight;
      }
      number += 1;
    }
    const others = known.fixed.map((fixed, i) => fixed + totals[i]!);
    return { ...scores, total: scores.fixed + totals[known.length]!, others };
  }
}
