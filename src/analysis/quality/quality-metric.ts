import type { ComputedMetric } from "../../record/metrics/computed-metrics.js";
import type { Unit } from "../../record/metrics/metric-group.js";
import type { Solver } from "../packing/linear-program.js";
import type { RunResult } from "../results/read-results.js";
import type { NodeRow, PodRow } from "../results/run-tables.js";

/** What a quality metric is computed from: a finished run. Times are seconds of the run. */
export interface FinishedRun {
  readonly result: RunResult;
  /** Of all pods of the run. */
  readonly pods: readonly PodRow[];
  readonly nodes: readonly NodeRow[];
  /** What is measured. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly solver: Solver;
}

export interface QualityValue {
  /** `key=value` pairs joined by `;`, empty for the whole. */
  readonly labels: string;
  readonly value: number;
}

/** A figure of the literature that is computed from the files of a run, when somebody asks for it by name. */
export interface QualityMetric {
  /** Ends in its unit. */
  readonly name: ComputedMetric;
  readonly unit: Unit;
  /** Keys that its rows may carry. */
  readonly labels: readonly string[];
  readonly better: "lower" | "higher" | "neither";
  /** The definition, in a sentence or two. */
  readonly meaning: string;
  /** Where it comes from. */
  readonly source: string;
  /** Its rows; none, or NaN, where the run does not give it. */
  compute(run: FinishedRun): readonly QualityValue[];
}

export const whole = (value: number): readonly QualityValue[] => [{ labels: "", value }];
