import { BUDGET_METRICS } from "./budget-metrics.js";
import { ELASTICITY_METRICS } from "./elasticity-metrics.js";
import { LEADER_METRICS } from "./leader-metrics.js";
import type { MetricDefinition, MetricGroup } from "./metric-group.js";
import { NODE_METRICS } from "./node-metrics.js";
import { POD_METRICS } from "./pod-metrics.js";
import { POOL_METRICS } from "./pool-metrics.js";
import { RESOURCE_METRICS } from "./resource-metrics.js";
import { STEP_METRICS } from "./step-metrics.js";
import { TRAFFIC_METRICS } from "./traffic-metrics.js";
import { VERTICAL_METRICS } from "./vertical-metrics.js";
import { WORKLOAD_METRICS } from "./workload-metrics.js";

/** The groups of metrics, in the order in which they are written. */
const GROUPS = [
  POD_METRICS,
  RESOURCE_METRICS,
  NODE_METRICS,
  WORKLOAD_METRICS,
  BUDGET_METRICS,
  STEP_METRICS,
  LEADER_METRICS,
  TRAFFIC_METRICS,
  ELASTICITY_METRICS,
  VERTICAL_METRICS,
  POOL_METRICS,
] as const;

type NamesOf<G> = G extends MetricGroup<infer N> ? N : never;
export type MetricName = NamesOf<(typeof GROUPS)[number]>;

export const METRIC_GROUPS: readonly MetricGroup[] = GROUPS;

/**
 * Every metric there is, in the order in which it is written. Names end in their unit. A gauge of the
 * time series has its summary's name without mean, max and peak.
 */
export const METRICS = Object.assign({}, ...GROUPS.map(({ metrics }) => metrics)) as Readonly<
  Record<MetricName, MetricDefinition>
>;
