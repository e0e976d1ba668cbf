/**
 * Metrics of the literature that are computed from the files of a finished run, when somebody names them. What they mean stands
 * where they are computed; their names are known here, so that a scenario may expect them.
 */
export const COMPUTED_METRICS = [
  "packing_bound_count",
  "packing_efficiency_ratio",
  "packing_lp_bound_count",
  "packing_lp_efficiency_ratio",
  "hole_filling_ratio",
  "stranded_mean_ratio",
  "fragmentation_mean_ratio",
  "dominant_share_mean_ratio",
  "jain_index_ratio",
  "finish_time_fairness_max_ratio",
  "slowdown_mean_ratio",
  "bounded_slowdown_mean_ratio",
  "makespan_seconds",
  "disruption_ratio",
  "cost_per_core_hour_dollars",
] as const;

export type ComputedMetric = (typeof COMPUTED_METRICS)[number];

export function isComputedMetric(metric: string): metric is ComputedMetric {
  return (COMPUTED_METRICS as readonly string[]).includes(metric);
}
