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

const metric = (
  unit: Unit,
  where: Where,
  labels: readonly string[],
  meaning: string,
): MetricDefinition => ({ unit, where, labels, meaning });

/**
 * Every metric there is, in the order in which it is written. Names end in their unit. A gauge of the
 * time series has its summary's name without mean, max and peak.
 */
export const METRICS = {
  pods_created_count: metric("count", "both", [], "pods created"),
  pods_bound_count: metric("count", "both", [], "pods bound to a node"),
  pods_succeeded_count: metric(
    "count",
    "both",
    [],
    "pods that ended as Succeeded; not because they were deleted",
  ),
  pods_failed_count: metric(
    "count",
    "both",
    [],
    "pods that ended as Failed; not because they were deleted",
  ),
  pods_pending_end_count: metric("count", "summary", [], "pods alive and unbound at the end"),
  pods_pending_count: metric("count", "timeseries", [], "pods alive and unbound"),
  pods_evicted_count: metric("count", "both", ["reason"], "pods taken off their node"),
  evictions_refused_count: metric(
    "count",
    "both",
    ["budget"],
    "evictions that disruption budgets did not allow; each time that one was asked for counts",
  ),
  pods_preempted_count: metric("count", "both", ["reason"], "pods that had to make room"),
  containers_restarted_count: metric("count", "both", ["reason"], "restarts of containers"),
  scheduling_attempts_count: metric("count", "both", ["result"], "scheduling cycles"),
  pod_wait_mean_seconds: metric("seconds", "summary", [], "created until bound; unbound: age"),
  pod_wait_p50_seconds: metric("seconds", "summary", [], "created until bound"),
  pod_wait_p90_seconds: metric("seconds", "summary", [], "created until bound"),
  pod_wait_p99_seconds: metric("seconds", "summary", [], "created until bound"),
  pod_wait_max_seconds: metric("seconds", "summary", [], "created until bound"),
  pod_wait_censored_count: metric("count", "summary", [], "pods that were never bound"),
  pod_wait_share_ratio: metric(
    "ratio",
    "summary",
    ["plugin", "reason"],
    "time that pods waited for a node, by what the attempt before said; over all pods and causes 1",
  ),
  pod_startup_mean_seconds: metric("seconds", "summary", [], "created until first Ready"),
  pod_startup_p50_seconds: metric("seconds", "summary", [], "created until first Ready"),
  pod_startup_p90_seconds: metric("seconds", "summary", [], "created until first Ready"),
  pod_startup_p99_seconds: metric("seconds", "summary", [], "created until first Ready"),
  pod_startup_max_seconds: metric("seconds", "summary", [], "created until first Ready"),
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
  nodes_used_mean_count: metric("count", "summary", [], "nodes with a pod of no DaemonSet"),
  nodes_used_max_count: metric("count", "summary", [], "the most nodes used at a time"),
  nodes_used_count: metric("count", "timeseries", [], "nodes with a pod of no DaemonSet"),
  nodes_ready_mean_count: metric("count", "summary", [], "nodes that are Ready"),
  nodes_ready_count: metric("count", "timeseries", [], "nodes that are Ready"),
  node_hours: metric("hours", "both", ["pool"], "time that nodes existed"),
  cost_dollars: metric("dollars", "both", ["pool"], "price of the node hours"),
  replicas_mean_count: metric("count", "summary", ["target"], "pods neither ended nor ending"),
  replicas_max_count: metric("count", "summary", ["target"], "the most replicas at a time"),
  replicas_count: metric("count", "timeseries", ["target"], "pods neither ended nor ending"),
  scale_events_count: metric("count", "both", ["target"], "changes of spec.replicas"),
  rollout_duration_seconds: metric(
    "seconds",
    "summary",
    ["target"],
    "new template until rolled out; mean over rollouts",
  ),
  rollback_duration_seconds: metric(
    "seconds",
    "summary",
    ["target"],
    "earlier template until rolled out; mean over rollbacks",
  ),
  rollouts_unfinished_end_count: metric(
    "count",
    "summary",
    ["target"],
    "rollouts, rollbacks and first rollouts under way at the end",
  ),
  surge_pod_hours: metric("hours", "both", ["target"], "pods beyond the desired number"),
  unavailable_seconds: metric("seconds", "both", ["target"], "fewer ready pods than desired"),
  timeline_steps_failed_count: metric(
    "count",
    "summary",
    ["operation"],
    "steps of the timeline that were refused or given up",
  ),
  timeline_steps_unfinished_end_count: metric(
    "count",
    "summary",
    ["operation"],
    "steps of the timeline that were not over at the end",
  ),
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;
