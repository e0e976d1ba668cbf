import { MICROS_PER_SECOND } from "../../base/time.js";
import { ExactSum } from "../exact-sum.js";
import type { PodRecords } from "../pod-records.js";
import { type Durations, quantile } from "../quantile.js";
import { ratio } from "../ratio.js";
import {
  cutFamily,
  type Figures,
  metric,
  metricGroup,
  type Put,
  putFamily,
  type Span,
} from "./metric-group.js";

const metrics = {
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
  pods_evicted_count: metric(
    "count",
    "both",
    ["reason"],
    "pods taken off their node: by the eviction API, by a taint, by a kubelet (`Evicted` under pressure, `Terminated` in a shutdown), with a node that is gone, by an autoscaler",
  ),
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
};
type Name = keyof typeof metrics;

export const POD_METRICS = metricGroup({ metrics, summarise, cut });

function summarise({ ledgers: { pods } }: Figures, measured: Span, put: Put<Name>): void {
  put("pods_created_count", "", pods.created.windowCount);
  put("pods_bound_count", "", pods.bound.windowCount);
  put("pods_succeeded_count", "", pods.succeeded.windowCount);
  put("pods_failed_count", "", pods.failed.windowCount);
  put("pods_pending_end_count", "", pods.pending.windowEnd);
  putFamily(put, "pods_evicted_count", "reason", pods.evicted);
  putFamily(put, "evictions_refused_count", "budget", pods.evictionsRefused);
  putFamily(put, "pods_preempted_count", "reason", pods.preempted);
  putFamily(put, "containers_restarted_count", "reason", pods.restarted);
  putFamily(put, "scheduling_attempts_count", "result", pods.attempts);
  const waits = waitsOf(pods.records, measured);
  put("pod_wait_mean_seconds", "", meanSeconds(waits));
  put("pod_wait_p50_seconds", "", quantile(waits, 50) / MICROS_PER_SECOND);
  put("pod_wait_p90_seconds", "", quantile(waits, 90) / MICROS_PER_SECOND);
  put("pod_wait_p99_seconds", "", quantile(waits, 99) / MICROS_PER_SECOND);
  put("pod_wait_max_seconds", "", quantile(waits, 100) / MICROS_PER_SECOND);
  put("pod_wait_censored_count", "", waits.censored.length);
  for (const { plugin, reason, podMicros } of pods.waiting.shares()) {
    const labels = `plugin=${plugin};reason=${reason}`;
    if (podMicros > 0) {
      put("pod_wait_share_ratio", labels, ratio(podMicros, pods.pending.windowIntegral));
    }
  }
  const startups = startupsOf(pods.records, measured);
  put("pod_startup_mean_seconds", "", meanSeconds(startups));
  put("pod_startup_p50_seconds", "", quantile(startups, 50) / MICROS_PER_SECOND);
  put("pod_startup_p90_seconds", "", quantile(startups, 90) / MICROS_PER_SECOND);
  put("pod_startup_p99_seconds", "", quantile(startups, 99) / MICROS_PER_SECOND);
  put("pod_startup_max_seconds", "", quantile(startups, 100) / MICROS_PER_SECOND);
}

function cut({ ledgers }: Figures, { toMicros, lengthMicros }: Span, put: Put<Name>): void {
  const { pods } = ledgers;
  put("pods_created_count", "", pods.created.cut());
  put("pods_bound_count", "", pods.bound.cut());
  put("pods_succeeded_count", "", pods.succeeded.cut());
  put("pods_failed_count", "", pods.failed.cut());
  put("pods_pending_count", "", pods.pending.cut(toMicros) / lengthMicros);
  cutFamily(put, "pods_evicted_count", "reason", pods.evicted);
  cutFamily(put, "evictions_refused_count", "budget", pods.evictionsRefused);
  cutFamily(put, "pods_preempted_count", "reason", pods.preempted);
  cutFamily(put, "containers_restarted_count", "reason", pods.restarted);
  cutFamily(put, "scheduling_attempts_count", "result", pods.attempts);
}

/**
 * Created until bound, of the pods created in the window; those not bound by its end count with the
 * age that they reached: at the window's end, or when they failed or were gone.
 */
function waitsOf(records: PodRecords, measured: Span): Durations {
  const observed: number[] = [];
  const censored: number[] = [];
  for (let record = 0; record < records.count; record += 1) {
    const created = records.created.get(record);
    if (created < measured.fromMicros || created > measured.toMicros) continue;
    const bound = records.bound.get(record);
    if (bound <= measured.toMicros) {
      observed.push(bound - created);
      continue;
    }
    const finished = records.finished.get(record);
    const isGone = finished <= measured.toMicros;
    censored.push((isGone ? finished : measured.toMicros) - created);
  }
  return { observed: ascending(observed), censored: ascending(censored) };
}

/** Created until first Ready, of the pods created in the window that became Ready in it. */
function startupsOf(records: PodRecords, measured: Span): Durations {
  const observed: number[] = [];
  for (let record = 0; record < records.count; record += 1) {
    const created = records.created.get(record);
    const ready = records.ready.get(record);
    if (created < measured.fromMicros || !(ready <= measured.toMicros)) continue;
    observed.push(ready - created);
  }
  return { observed: ascending(observed), censored: new Float64Array() };
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function meanSeconds({ observed, censored }: Durations): number {
  const count = observed.length + censored.length;
  if (count === 0) return Number.NaN;
  const sum = new ExactSum();
  for (const micros of observed) sum.add(micros);
  for (const micros of censored) sum.add(micros);
  return sum.value() / count / MICROS_PER_SECOND;
}
