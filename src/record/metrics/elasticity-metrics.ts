import type { TargetElasticity } from "../target-elasticity.js";
import { type Figures, metric, metricGroup, type Put, type Span } from "./metric-group.js";

const LABELS = ["target"];
const PERCENT = 100;

/** Source: N. Herbst et al. for the SPEC Research Group, 2016 and 2018; see docs/model/record.md. */
const metrics = {
  pods_needed_mean_count: metric(
    "count",
    "summary",
    LABELS,
    "the fewest ready pods that meet the objective under the load of the moment",
  ),
  pods_needed_count: metric("count", "timeseries", LABELS, "its mean over the interval"),
  underprovisioned_mean_count: metric("count", "summary", LABELS, "ready pods missing"),
  overprovisioned_mean_count: metric("count", "summary", LABELS, "ready pods beyond the needed"),
  underprovisioned_accuracy_ratio: metric(
    "ratio",
    "summary",
    LABELS,
    "pods missing over those needed, mean over time (SPEC's theta U)",
  ),
  overprovisioned_accuracy_ratio: metric(
    "ratio",
    "summary",
    LABELS,
    "pods too many over those needed, mean over time (SPEC's theta O); unknown where there were pods and none was needed",
  ),
  underprovisioned_time_ratio: metric(
    "ratio",
    "summary",
    LABELS,
    "share of the time with too few ready pods (SPEC's tau U)",
  ),
  overprovisioned_time_ratio: metric(
    "ratio",
    "summary",
    LABELS,
    "share of the time with too many ready pods (SPEC's tau O)",
  ),
  elasticity_jitter_count: metric(
    "count",
    "summary",
    LABELS,
    "pods added and taken away, less those that the need changed by, a minute",
  ),
  elasticity_instability_ratio: metric(
    "ratio",
    "summary",
    LABELS,
    "share of the intervals of the time series in which ready pods did not move in the direction of the need",
  ),
};
type Name = keyof typeof metrics;

export const ELASTICITY_METRICS = metricGroup({ metrics, summarise, cut });

function measuredOf({ ledgers }: Figures): readonly (readonly [string, TargetElasticity])[] {
  const measured: [string, TargetElasticity][] = [];
  for (const { labels, elasticity } of ledgers.workloads.targets.values()) {
    if (elasticity !== null) measured.push([labels, elasticity]);
  }
  return measured;
}

function summarise(figures: Figures, { lengthMicros }: Span, put: Put<Name>): void {
  for (const [labels, elasticity] of measuredOf(figures)) {
    const { metrics: found, instability, demand } = elasticity;
    put("pods_needed_mean_count", labels, demand.windowIntegral / lengthMicros);
    put("underprovisioned_mean_count", labels, found.accuracyUnderUnits);
    put("overprovisioned_mean_count", labels, found.accuracyOverUnits);
    put("underprovisioned_accuracy_ratio", labels, found.thetaUnderPercent / PERCENT);
    put("overprovisioned_accuracy_ratio", labels, found.thetaOverPercent / PERCENT);
    put("underprovisioned_time_ratio", labels, found.tauUnderPercent / PERCENT);
    put("overprovisioned_time_ratio", labels, found.tauOverPercent / PERCENT);
    put("elasticity_jitter_count", labels, found.jitterUnitsPerMinute);
    put("elasticity_instability_ratio", labels, instability);
  }
}

function cut(figures: Figures, { toMicros, lengthMicros }: Span, put: Put<Name>): void {
  for (const [labels, elasticity] of measuredOf(figures)) {
    elasticity.sample();
    put("pods_needed_count", labels, elasticity.demand.cut(toMicros) / lengthMicros);
  }
}
