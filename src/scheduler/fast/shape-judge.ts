import type { CycleState } from "../framework/cycle-state.js";
import {
  type FilterPlugin,
  MAX_NODE_SCORE,
  type RowFilter,
  type RowScore,
  type ScorePlugin,
} from "../framework/interfaces.js";
import { AMOUNTS_PER_NODE } from "../framework/node-amounts.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { WeightedScorePlugin } from "../framework/runtime.js";
import { readsPods } from "../framework/reads.js";
import { isRejected } from "../framework/status.js";
import type { NodeTable } from "./node-table.js";
import type { PluginParts } from "./plugin-parts.js";
import { type JudgedNodes, PASSED, type RowJudge, type ShapeRows } from "./shape-rows.js";

/** A filter, with its row form where it has one. */
interface JudgingFilter {
  readonly plugin: FilterPlugin;
  readonly rows: RowFilter | null;
  /** Numbers of the refusals by what the row form says; 0: not known yet. */
  readonly refusals: number[];
}

interface JudgingScore {
  readonly plugin: ScorePlugin;
  readonly weight: number;
  readonly rows: RowScore | null;
}

/** What the rules of a shape read: any pod of it, and the state that PreFilter and PreScore made. */
export interface ShapePod {
  readonly pod: PodInfo;
  readonly state: CycleState;
}

/**
 * The local filters and scores of a profile for one shape, asked node by node: those that read the
 * node alone once until it changes, those that read its pods each time, by their row form if they
 * have one. Gains of the row forms: without them a decision takes 1.2 times as long in workload a,
 * 1.3 times in e.
 */
export class ShapeJudge implements RowJudge {
  /** False once a rule gave an answer that is not remembered: an error, or a score out of range. */
  usable = true;
  private readonly fixedFilters: readonly FilterPlugin[];
  private readonly fixedScores: readonly WeightedScorePlugin[];
  private readonly filters: readonly JudgingFilter[];
  private readonly scores: readonly JudgingScore[];

  constructor(
    private readonly parts: PluginParts,
    private readonly table: NodeTable,
    private readonly rows: ShapeRows,
    private readonly of: ShapePod,
    rules: {
      readonly filters: readonly FilterPlugin[];
      readonly scores: readonly WeightedScorePlugin[];
    },
  ) {
    // The first filter that refuses gives the reason: what is asked first must come first.
    const firstOfPods = rules.filters.findIndex(({ reads }) => readsPods(reads!));
    const split = firstOfPods < 0 ? rules.filters.length : firstOfPods;
    this.fixedFilters = rules.filters.slice(0, split);
    this.filters = rules.filters.slice(split).map((plugin) => ({
      plugin,
      rows: plugin.rowFilter?.(of.pod) ?? null,
      refusals: [],
    }));
    this.fixedScores = rules.scores.filter(({ plugin }) => !readsPods(plugin.reads!));
    this.scores = rules.scores
      .filter(({ plugin }) => readsPods(plugin.reads!))
      .map(({ plugin, weight }) => ({ plugin, weight, rows: plugin.rowScore?.(of.pod) ?? null }));
  }

  /** As `RowJudge` has it. Hot path: rule after rule over all nodes. */
  judge(nodes: JudgedNodes): void {
    const { count, positions, rows, befores, anew, verdicts, offsets, totals } = nodes;
    const { filters, scores, parts } = this;
    for (let i = 0; i < count; i += 1) {
      offsets[i] = rows[i]! * AMOUNTS_PER_NODE;
      const before = befores[i]!;
      verdicts[i] =
        anew[i] === 1 || before === 0
          ? this.judgeNode(positions[i]!)
          : this.rows.fixedPart(positions[i]!, before);
    }
    const { calls } = parts.framework;
    for (let k = 0; k < filters.length; k += 1) {
      calls.filter += count;
      this.filter(filters[k]!, nodes);
    }
    if (scores.length === 0) return;
    totals.fill(0, 0, count);
    for (let k = 0; k < scores.length; k += 1) {
      calls.score += count;
      this.score(scores[k]!, nodes);
    }
    for (let i = 0; i < count; i += 1) if (verdicts[i]! > 0) verdicts[i]! += totals[i]!;
  }

  /** Refuses nodes that no filter before has refused. */
  private filter(filter: JudgingFilter, nodes: JudgedNodes): void {
    const { count, positions, verdicts, refusals, offsets } = nodes;
    const { table } = this;
    if (filter.rows === null) {
      for (let i = 0; i < count; i += 1) {
        if (verdicts[i]! < 0) continue;
        const refusal = this.ask(filter.plugin, table.nodes[positions[i]!]!);
        if (refusal !== 0) verdicts[i] = refusal;
      }
      return;
    }
    filter.rows.filterRows(table.state.amounts.columns, offsets, count, refusals);
    for (let i = 0; i < count; i += 1) {
      if (refusals[i] === 0 || verdicts[i]! < 0) continue;
      verdicts[i] = this.refusalOf(filter, refusals[i]!, positions[i]!);
    }
  }

  private score({ plugin, weight, rows }: JudgingScore, nodes: JudgedNodes): void {
    const { count, positions, verdicts, offsets, totals } = nodes;
    const { table, of } = this;
    if (rows !== null) {
      rows.addScores(table.state.amounts.columns, offsets, count, totals, weight);
      return;
    }
    for (let i = 0; i < count; i += 1) {
      if (verdicts[i]! < 0) continue;
      const score = plugin.score(of.state, of.pod, table.nodes[positions[i]!]!);
      this.check(score);
      totals[i]! += weight * score;
    }
  }

  private check(score: number): void {
    if (!(score >= 0 && score <= MAX_NODE_SCORE)) this.usable = false;
  }

  /** What does not depend on the node's pods. */
  private judgeNode(position: number): number {
    const node = this.table.nodes[position]!;
    const { calls } = this.parts.framework;
    for (const plugin of this.fixedFilters) {
      calls.filter += 1;
      const refusal = this.ask(plugin, node, true);
      if (refusal !== 0) return refusal;
    }
    let value = PASSED;
    for (const { plugin, weight } of this.fixedScores) {
      calls.score += 1;
      const score = plugin.score(this.of.state, this.of.pod, node);
      this.check(score);
      value += score * weight;
    }
    this.rows.setFixedPart(position, value);
    return value;
  }

  private refusalOf({ plugin, refusals }: JudgingFilter, told: number, position: number): number {
    let refusal = refusals[told] ?? 0;
    if (refusal === 0) {
      refusal = this.ask(plugin, this.table.nodes[position]!);
      refusals[told] = refusal;
    }
    return refusal;
  }

  /** 0 if the filter passes the node. */
  private ask(plugin: FilterPlugin, node: NodeInfo, isFixed = false): number {
    const status = plugin.filter(this.of.state, this.of.pod, node);
    if (status === null) return 0;
    if (!isRejected(status)) this.usable = false;
    return this.rows.refusal(status, isFixed);
  }
}
