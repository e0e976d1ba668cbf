import { assert } from "../../base/assert.js";
import type { CycleState } from "./cycle-state.js";
import { MAX_NODE_SCORE, type Result, type UniformScore } from "./interfaces.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";
import { type Framework, type WeightedScorePlugin, normalizes } from "./runtime.js";
import { Status } from "./status.js";

/** Is told the scores of a cycle; arrays are only valid during the call. */
export interface ScoreTrace {
  plugin(scores: {
    readonly plugin: string;
    readonly weight: number;
    readonly raw: Float64Array;
    /** The same as `raw` for a plugin that does not normalise. */
    readonly normalized: Float64Array;
  }): void;
  totals(totals: Float64Array): void;
}

/** The pod and the feasible nodes that are scored. */
interface Scoring {
  readonly state: CycleState;
  readonly pod: PodInfo;
  readonly nodes: readonly NodeInfo[];
  readonly trace: ScoreTrace | null;
}

/** Scores of the feasible nodes of one cycle; its buffers are used again by the next. */
export class ScoreSheet {
  private capacity = 0;
  private totals = new Float64Array(0);
  /** One buffer a plugin that is asked node by node. */
  private columns: Float64Array[] = [];

  /** Scores the nodes. Not null: an error that ends the cycle. */
  fill(framework: Framework, scoring: Scoring): Result {
    const { state, pod, nodes, trace } = scoring;
    this.reserve(nodes.length, framework.scorePlugins.length);
    const totals = this.totals.subarray(0, nodes.length);
    // Without score plugins every node counts 1.
    totals.fill(framework.scorePlugins.length === 0 ? 1 : 0);
    const error = framework.runPreScorePlugins(state, pod, nodes);
    if (error !== null) return error;
    const asked: WeightedScorePlugin[] = [];
    for (const weighted of framework.scorePlugins) {
      if (state.skipScorePlugins.has(weighted.plugin.name)) continue;
      const uniform = weighted.plugin.uniformScore?.(state, pod) ?? null;
      if (uniform === null) asked.push(weighted);
      else this.addUniform(weighted, uniform, scoring);
    }
    framework.calls.score += nodes.length * asked.length;
    this.scoreNodes(asked, scoring);
    for (let column = 0; column < asked.length; column += 1) {
      const failed = this.addColumn(asked[column]!, this.columns[column]!, scoring);
      if (failed !== null) return failed;
    }
    trace?.totals(totals);
    return null;
  }

  private reserve(nodes: number, plugins: number): void {
    if (this.capacity < nodes) {
      this.capacity = nodes * 2;
      this.totals = new Float64Array(this.capacity);
      this.columns = [];
    }
    while (this.columns.length < plugins) this.columns.push(new Float64Array(this.capacity));
  }

  /** Node after node, all plugins at each, so that a node's data are read while they are at hand. */
  private scoreNodes(asked: readonly WeightedScorePlugin[], { state, pod, nodes }: Scoring): void {
    const plugins = asked.map(({ plugin }) => plugin);
    const { columns } = this;
    for (let i = 0; i < nodes.length; i += 1) {
      const node = nodes[i]!;
      for (let column = 0; column < plugins.length; column += 1) {
        columns[column]![i] = plugins[column]!.score(state, pod, node);
      }
    }
  }

  private addUniform(
    { plugin, weight }: WeightedScorePlugin,
    { raw, normalized }: UniformScore,
    { nodes, trace }: Scoring,
  ): void {
    const more = normalized * weight;
    const count = nodes.length;
    if (more !== 0) for (let i = 0; i < count; i += 1) this.totals[i]! += more;
    trace?.plugin({
      plugin: plugin.name,
      weight,
      raw: new Float64Array(count).fill(raw),
      normalized: new Float64Array(count).fill(normalized),
    });
  }

  private addColumn(
    { plugin, weight }: WeightedScorePlugin,
    column: Float64Array,
    { state, pod, nodes, trace }: Scoring,
  ): Result {
    const count = nodes.length;
    const scores = column.subarray(0, count);
    const raw = trace === null ? scores : scores.slice();
    if (normalizes(plugin)) plugin.normalizeScore(state, pod, nodes, scores);
    const { totals } = this;
    for (let i = 0; i < count; i += 1) {
      const score = scores[i]!;
      if (score < 0 || score > MAX_NODE_SCORE) return outOfRange(plugin.name, score);
      totals[i]! += score * weight;
    }
    trace?.plugin({ plugin: plugin.name, weight, raw, normalized: scores });
    return null;
  }

  /** One of the nodes with the highest total; `nodes` as they were filled in. */
  choose(
    nodes: readonly NodeInfo[],
    chooseTie: ((count: number) => number) | null,
  ): { readonly node: NodeInfo; readonly ties: number } {
    const totals = this.totals;
    let best = 0;
    let ties = 1;
    for (let i = 1; i < nodes.length; i += 1) {
      const total = totals[i]!;
      if (total > totals[best]!) {
        best = i;
        ties = 1;
      } else if (total === totals[best]) {
        ties += 1;
        if (chooseTie === null && nodes[i]!.ordinal < nodes[best]!.ordinal) best = i;
      }
    }
    if (ties === 1 || chooseTie === null) return { node: nodes[best]!, ties };
    return { node: nthOf(nodes, totals, totals[best]!, chooseTie(ties)), ties };
  }
}

function nthOf(
  nodes: readonly NodeInfo[],
  totals: Float64Array,
  total: number,
  n: number,
): NodeInfo {
  let left = n;
  for (let i = 0; i < nodes.length; i += 1) {
    if (totals[i] !== total) continue;
    if (left === 0) return nodes[i]!;
    left -= 1;
  }
  assert(false, () => `a tie-break chose ${n}, which is not among the ties`);
}

function outOfRange(plugin: string, score: number): Status {
  return new Status(
    "Error",
    [
      `plugin "${plugin}" returns an invalid score ${score}, it should in the range of [0, ${MAX_NODE_SCORE}] after normalizing`,
    ],
    plugin,
  );
}
