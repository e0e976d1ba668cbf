import { ratio } from "../ratio.js";
import { CPU, MEMORY } from "../resource-amounts.js";
import { type Figures, metric, metricGroup, type Put, type Span } from "./metric-group.js";

const metrics = {
  offered_load_ratio: metric(
    "ratio",
    "both",
    ["resource"],
    "requested by all pods alive, bound or not, over allocatable",
  ),
  demand_served_ratio: metric(
    "ratio",
    "both",
    ["resource"],
    "requested by bound pods over requested by all pods alive",
  ),
  allocation_mean_ratio: metric(
    "ratio",
    "summary",
    ["resource"],
    "requested by bound pods over allocatable",
  ),
  allocation_peak_ratio: metric("ratio", "summary", ["resource"], "the highest allocation"),
  allocation_ratio: metric(
    "ratio",
    "timeseries",
    ["resource"],
    "requested by bound pods over allocatable",
  ),
  utilization_mean_ratio: metric("ratio", "summary", ["resource"], "used over allocatable"),
  utilization_ratio: metric("ratio", "timeseries", ["resource"], "used over allocatable"),
  imbalance_mean_ratio: metric(
    "ratio",
    "summary",
    ["resource"],
    "standard deviation of the nodes' allocation ratios",
  ),
  imbalance_ratio: metric(
    "ratio",
    "timeseries",
    ["resource"],
    "standard deviation of the nodes' allocation ratios",
  ),
};
type Name = keyof typeof metrics;

export const RESOURCE_METRICS = metricGroup({ metrics, summarise, cut });

function summarise(
  { ledgers: { resources } }: Figures,
  { lengthMicros }: Span,
  put: Put<Name>,
): void {
  for (const [index, name] of resources.names.entries()) {
    const figures = resources.at(index);
    const labels = `resource=${name}`;
    const demand = figures.demand.windowIntegral;
    const bound = figures.bound.windowIntegral;
    const allocatable = figures.allocatable.windowIntegral;
    put("offered_load_ratio", labels, ratio(demand, allocatable));
    put("demand_served_ratio", labels, ratio(bound, demand));
    put("allocation_mean_ratio", labels, ratio(bound, allocatable));
    put("allocation_peak_ratio", labels, figures.windowPeakRatio);
    if (index === CPU || index === MEMORY) {
      put("utilization_mean_ratio", labels, ratio(figures.used.windowIntegral, allocatable));
    }
    put("imbalance_mean_ratio", labels, ratio(figures.imbalance.windowIntegral, lengthMicros));
  }
}

function cut({ ledgers }: Figures, { toMicros, lengthMicros }: Span, put: Put<Name>): void {
  const { resources } = ledgers;
  resources.settle(toMicros);
  for (const [index, name] of resources.names.entries()) {
    const figures = resources.at(index);
    const labels = `resource=${name}`;
    const demand = figures.demand.cut(toMicros);
    const bound = figures.bound.cut(toMicros);
    const allocatable = figures.allocatable.cut(toMicros);
    const used = figures.used.cut(toMicros);
    put("offered_load_ratio", labels, ratio(demand, allocatable));
    put("demand_served_ratio", labels, ratio(bound, demand));
    put("allocation_ratio", labels, ratio(bound, allocatable));
    if (index === CPU || index === MEMORY) {
      put("utilization_ratio", labels, ratio(used, allocatable));
    }
    put("imbalance_ratio", labels, figures.imbalance.cut(toMicros) / lengthMicros);
  }
}
