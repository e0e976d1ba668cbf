import type { NodeInfo } from "../../../src/scheduler/framework/node-info.js";
import type { ScoreTrace } from "../../../src/scheduler/framework/score-sheet.js";
import type { RecordedScore, Spread } from "./vector.js";

/** Keeps the scores of one cycle in the form of the vectors. */
export class ScoreRecorder implements ScoreTrace {
  readonly scores: Record<string, RecordedScore | Spread> = {};
  private totalScores: readonly number[] = [];

  plugin(scores: {
    readonly plugin: string;
    readonly raw: Float64Array;
    readonly normalized: Float64Array;
  }): void {
    this.scores[scores.plugin] = { raw: [...scores.raw], normalized: [...scores.normalized] };
  }

  totals(totals: Float64Array): void {
    this.totalScores = [...totals];
    this.scores.total = this.totalScores;
  }

  /** The nodes with the highest total in the order of the cluster; the only one if unscored. */
  best(feasible: readonly NodeInfo[]): readonly NodeInfo[] {
    if (this.totalScores.length === 0) return feasible;
    const highest = Math.max(...this.totalScores);
    return feasible
      .filter((_, i) => this.totalScores[i] === highest)
      .sort((a, b) => a.ordinal - b.ordinal);
  }
}
