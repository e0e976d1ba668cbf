import { QUALITY_METRICS } from "../quality/registry.js";
import { metricOf } from "../results/read-results.js";

/** Of these more is better; of everything else that is measured, less. */
const HIGHER = [
  /^pods_(?:created|bound|succeeded)_count$/,
  /^(?:allocation|utilization|demand_served|offered_load)_/,
  /^nodes_ready_/,
];

/** Which end of a metric is the good one. */
export function betterEnd(key: string): "lower" | "higher" {
  const metric = metricOf(key);
  const better = QUALITY_METRICS.find(({ name }) => name === metric)?.better;
  if (better === "lower" || better === "higher") return better;
  return HIGHER.some((pattern) => pattern.test(metric)) ? "higher" : "lower";
}
