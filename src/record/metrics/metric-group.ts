import type { TimeMicros } from "../../base/time.js";
import type { ClusterObserver } from "../cluster-observer.js";
import type { CounterFamily } from "../counter-family.js";
import type { Measured } from "../gauge.js";
import type { Ledgers } from "../ledgers.js";

export type Unit = "count" | "seconds" | "hours" | "ratio" | "dollars";

/** Where a metric is written: in `summary.csv`, in `timeseries.csv`, or in both. */
type Where = "summary" | "timeseries" | "both";

export interface MetricDefinition {
  readonly unit: Unit;
  readonly where: Where;
  /** Keys that its rows may carry; besides those, a row without labels stands for the whole. */
  readonly labels: readonly string[];
  readonly meaning: string;
}

export const metric = (
  unit: Unit,
  where: Where,
  labels: readonly string[],
  meaning: string,
): MetricDefinition => ({ unit, where, labels, meaning });

/** A part of the run, both ends included. */
export interface Span {
  readonly fromMicros: TimeMicros;
  readonly toMicros: TimeMicros;
  readonly lengthMicros: TimeMicros;
}

/**
 * Puts a figure: its metric, its labels as they are written (`key=value`, joined by `;`, sorted;
 * empty for the whole) and its value in the metric's unit, NaN where it is not known.
 */
export type Put<N extends string> = (metric: N, labels: string, value: number) => void;

/** A ledger of a group's own: told of what it implements, and read over intervals and the window. */
export type OwnLedger = Measured & Partial<ClusterObserver>;

/**
 * Metrics that are made from the same figures: what they are, and how they are read at the end of the
 * measure window and of each interval. Figures are integrals of steps, settled when something changes.
 */
export interface MetricGroup<N extends string = string, L extends OwnLedger = OwnLedger> {
  /** By name, which ends in the unit; in the order in which they are written. */
  readonly metrics: Readonly<Record<N, MetricDefinition>>;
  /** Makes the ledger that a run keeps for the group alone; absent: those of every run suffice. */
  readonly ledger?: (startMicros: TimeMicros) => L;
  /** The figures of the measure window, for `summary.csv`. */
  summarise(figures: Figures<L>, window: Span, put: Put<N>): void;
  /**
   * Those of the interval that ends now, for `timeseries.csv`: sums, and means weighted by time, so
   * that those of several intervals make up the figure of the whole.
   */
  cut?(figures: Figures<L>, interval: Span, put: Put<N>): void;
}

/** What a group reads: the ledgers of every run, and its own. */
export interface Figures<L extends OwnLedger = OwnLedger> {
  readonly ledgers: Ledgers;
  readonly own: L;
}

/** The group, with its names and its ledger inferred. */
export function metricGroup<N extends string, L extends OwnLedger>(
  group: MetricGroup<N, L>,
): MetricGroup<N> {
  return group as unknown as MetricGroup<N>;
}

/** The whole of a count and its parts, over the window. */
export function putFamily<N extends string>(
  put: Put<N>,
  metric: N,
  label: string,
  family: CounterFamily,
): void {
  put(metric, "", family.total.windowCount);
  for (const [value, part] of family.parts) put(metric, `${label}=${value}`, part.windowCount);
}

/** The same, over the interval that ends now. */
export function cutFamily<N extends string>(
  put: Put<N>,
  metric: N,
  label: string,
  family: CounterFamily,
): void {
  put(metric, "", family.total.cut());
  for (const [value, part] of family.parts) put(metric, `${label}=${value}`, part.cut());
}
