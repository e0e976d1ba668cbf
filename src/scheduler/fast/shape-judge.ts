import type { CycleState } from "../framework/cycle-state.js";
import type { FilterPlugin, RowFilter, RowScore, ScorePlugin } from "../framework/interfaces.js";
import { AMOUNTS_PER_NODE } from "../framework/node-amounts.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { WeightedScorePlugin } from "../framework/runtime.js";
import { type Status, isRejected } from "../framework/status.js";
import type { FixedRows, SharedFixedRows } from "./fixed-rows.js";
import type { NodeTable } from "./node-table.js";
import type { PluginParts } from "./plugin-parts.js";
import { isScore, type ShapePod } from "./row-values.js";
import type { JudgedNodes, RowJudge, ShapeRows } from "./shape-rows.js";

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

/**
 * The local filters and scores of a profile for one shape, asked node by node: those that read its
 * pods each time, by their row form if they have one; the others' answers are those of
 * {@link FixedRows}. Gains of the row forms: without them a decision takes 1.2 times as long in workload a,
 * 1.3 times in e.
 */
export class ShapeJudge implements RowJudge {
  private hasPlainAnswers = true;
  readonly fixed: FixedRows;
  /** Numbers of the refusals by those of the fixed ones; 0: not known yet. */
  private readonly fixedRefusals: number[] = [];
  private readonly filters: readonly JudgingFilter[];
  private readonly scores: readonly JudgingScore[];

  constructor(
    private readonly parts: PluginParts,
    private readonly table: NodeTable,
    private readonly rows: ShapeRows,
    private readonly of: ShapePod & { readonly filterState: CycleState },
    rules: {
      readonly filters: readonly FilterPlugin[];
      readonly scores: readonly WeightedScorePlugin[];
    },
    shared: SharedFixedRows,
  ) {
    // The first filter that refuses gives the reason: what is asked first must come first.
    const firstOfPods = rules.filters.findIndex((plugin) => parts.ofPods.has(plugin));
    const split = firstOfPods < 0 ? rules.filters.length : firstOfPods;
    this.filters = rules.filters.slice(split).map((plugin) => ({
      plugin,
      rows: plugin.rowFilter?.(of.pod) ?? null,
      refusals: [],
    }));
    this.scores = rules.scores
      .filter(({ plugin }) => parts.ofPods.has(plugin))
      .map(({ plugin, weight }) => ({ plugin, weight, rows: plugin.rowScore?.(of.pod) ?? null }));
    this.fixed = shared.for(of, {
      filters: rules.filters.slice(0, split),
      scores: rules.scores.filter(({ plugin }) => !parts.ofPods.has(plugin)),
    });
  }

  /** False once a rule gave an answer that is not remembered: an error, or a score out of range. */
  get usable(): boolean {
    return this.hasPlainAnswers && this.fixed.usable;
  }

  /**
   * As `RowJudge` has it; `nominated`: pods that are nominated on a node count there. Hot path: rule after
   * rule over all nodes.
   */
  judge(nodes: JudgedNodes, nominated = true): void {
    const { count, totals } = nodes;
    const { filters, scores, parts } = this;
    this.fixed.sync();
    this.begin(nodes);
    const { calls } = parts.framework;
    for (let k = 0; k < filters.length; k += 1) {
      calls.filter += count;
      this.filter(filters[k]!, nodes);
    }
    if (nominated && parts.framework.nominator.any) this.filterNominated(nodes);
    if (scores.length === 0) return;
    totals.fill(0, 0, count);
    for (let k = 0; k < scores.length; k += 1) {
      calls.score += count;
      this.score(scores[k]!, nodes);
    }
    addTotals(nodes);
  }

  /**
   * Says what the fixed rules say. Loops over nodes are functions of their own, here and below: over the
   * first large cluster they are compiled while they run, and what followed them then in one function
   * would leave the compiled code at each later call.
   */
  private begin({ count, positions, rows, verdicts, offsets }: JudgedNodes): void {
    const { fixed } = this;
    for (let i = 0; i < count; i += 1) {
      const row = rows[i]!;
      offsets[i] = row * AMOUNTS_PER_NODE;
      const part = fixed.at(row, positions[i]!);
      verdicts[i] = part < 0 ? this.fixedRefusal(part) : part;
    }
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

  /** Refuses nodes that have no room beside the pods that are nominated there. */
  private filterNominated({ count, positions, verdicts }: JudgedNodes): void {
    const { of, table } = this;
    const { framework } = this.parts;
    for (let i = 0; i < count; i += 1) {
      const node = table.nodes[positions[i]!]!;
      const { priority } = of.pod;
      const before = framework.nominator
        .nominatedPodsForNode(node.name)
        .filter((info) => info.priority >= priority);
      if (before.length === 0) continue;
      const status = framework.runFilterPluginsWith(before, of.filterState, of.pod, node);
      if (status !== null) verdicts[i] = this.refused(status);
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
      if (!isScore(score)) this.hasPlainAnswers = false;
      totals[i]! += weight * score;
    }
  }

  /** The number that the shape has for a refusal of the fixed rules. */
  private fixedRefusal(part: number): number {
    const id = -1 - part;
    let refusal = this.fixedRefusals[id] ?? 0;
    if (refusal === 0) {
      refusal = this.rows.refusal(this.fixed.statuses[id]!);
      this.fixedRefusals[id] = refusal;
    }
    return refusal;
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
  private ask(plugin: FilterPlugin, node: NodeInfo): number {
    const status = plugin.filter(this.of.state, this.of.pod, node);
    return status === null ? 0 : this.refused(status);
  }

  private refused(status: Status): number {
    if (!isRejected(status)) this.hasPlainAnswers = false;
    return this.rows.refusal(status);
  }
}

function addTotals({ count, verdicts, totals }: JudgedNodes): void {
  for (let i = 0; i < count; i += 1) if (verdicts[i]! > 0) verdicts[i]! += totals[i]!;
}
