import { assert } from "../../base/assert.js";
import type { CycleState } from "./cycle-state.js";
import { MAX_NODE_SCORE, type Result } from "./interfaces.js";
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

/** Scores of the feasible nodes of one cycle; its buffers are used again by the next. */
export class ScoreSheet {
  private totals = new Float64Array(0);
  private scores = new Float64Array(0);

  /** Scores `nodes`. Not null: an error that ends the cycle. */
  fill(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    nodes: readonly NodeInfo[],
    trace: ScoreTrace | null,
  ): Result {
    if (this.totals.length < nodes.length) {
      this.totals = new Float64Array(nodes.length * 2);
      this.scores = new Float64Array(nodes.length * 2);
    }
    const totals = this.totals.subarray(0, nodes.length);
    // Without score plugins every node counts 1.
    totals.fill(framework.scorePlugins.length === 0 ? 1 : 0);
    const error = framework.runPreScorePlugins(state, pod, nodes);
    if (error !== null) return error;
    for (const weighted of framework.scorePlugins) {
      if (state.skipScorePlugins.has(weighted.plugin.name)) continue;
      framework.calls.score += nodes.length;
      const failed = this.addPlugin(weighted, state, pod, nodes, trace);
      if (failed !== null) return failed;
    }
    trace?.totals(totals);
    return null;
  }

  private addPlugin(
    { plugin, weight }: WeightedScorePlugin,
    state: CycleState,
    pod: PodInfo,
    nodes: readonly NodeInfo[],
    trace: ScoreTrace | null,
  ): Result {
    const count = nodes.length;
    const scores = this.scores.subarray(0, count);
    for (let i = 0; i < count; i += 1) scores[i] = plugin.score(state, pod, nodes[i]!);
    const raw = trace === null ? scores : scores.slice();
    if (normalizes(plugin)) plugin.normalizeScore(state, pod, nodes, scores);
    const totals = this.totals;
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
