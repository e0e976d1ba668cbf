import { MICROS_PER_HOUR, MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { CounterFamily } from "./counter-family.js";
import { ExactSum } from "./exact-sum.js";
import type { Ledgers } from "./interval-figures.js";
import { METRICS, type MetricName, type Unit } from "./metrics.js";
import type { PodRecords } from "./pod-records.js";
import { type Durations, quantile } from "./quantile.js";
import { ratio } from "./ratio.js";
import { CPU, MEMORY } from "./resource-amounts.js";
import type { RolloutTally } from "./rollout-clock.js";
import type { WholeOfTargets, WorkloadTarget } from "./workload-target.js";

/** A row of `summary.csv`. */
export interface SummaryRow {
  readonly metric: MetricName;
  /** `key=value` pairs joined by `;`, sorted; empty for the whole. */
  readonly labels: string;
  /** NaN where it is not known. */
  readonly value: number;
  readonly unit: Unit;
}

/** The window that was measured, both ends included. */
interface Measured {
  readonly fromMicros: TimeMicros;
  readonly toMicros: TimeMicros;
}

type Put = (metric: MetricName, labels: string, value: number) => void;

/** The figures of the measure window, in the order of {@link METRICS}; labelled rows sorted. */
export function summarise(ledgers: Ledgers, measured: Measured): readonly SummaryRow[] {
  const rows = new Map<MetricName, SummaryRow[]>();
  const put: Put = (metric, labels, value) => {
    const row = { metric, labels, value, unit: METRICS[metric].unit };
    const known = rows.get(metric);
    if (known === undefined) rows.set(metric, [row]);
    else known.push(row);
  };
  putPods(ledgers, measured, put);
  putResources(ledgers, measured, put);
  putNodes(ledgers, measured, put);
  putWorkloads(ledgers, measured, put);
  putSteps(ledgers, put);
  return (Object.keys(METRICS) as MetricName[]).flatMap((metric) =>
    (rows.get(metric) ?? []).sort((a, b) => (a.labels < b.labels ? -1 : 1)),
  );
}

function putPods({ pods }: Ledgers, measured: Measured, put: Put): void {
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

function putSteps({ steps }: Ledgers, put: Put): void {
  putFamily(put, "timeline_steps_failed_count", "operation", steps.failed);
  let unfinished = 0;
  for (const [operation, count] of steps.unfinished) {
    put("timeline_steps_unfinished_end_count", `operation=${operation}`, count);
    unfinished += count;
  }
  put("timeline_steps_unfinished_end_count", "", unfinished);
}

function putFamily(put: Put, metric: MetricName, label: string, family: CounterFamily): void {
  put(metric, "", family.total.windowCount);
  for (const [value, part] of family.parts) put(metric, `${label}=${value}`, part.windowCount);
}

function putResources({ resources }: Ledgers, measured: Measured, put: Put): void {
  const lengthMicros = measured.toMicros - measured.fromMicros;
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

function putNodes({ nodes }: Ledgers, measured: Measured, put: Put): void {
  const lengthMicros = measured.toMicros - measured.fromMicros;
  put("nodes_used_mean_count", "", ratio(nodes.used.windowIntegral, lengthMicros));
  put("nodes_used_max_count", "", nodes.used.windowPeak);
  put("nodes_ready_mean_count", "", ratio(nodes.ready.windowIntegral, lengthMicros));
  put("node_hours", "", nodes.existing.windowIntegral / MICROS_PER_HOUR);
  let cost = 0;
  for (const [pool, gauge] of nodes.byPool.parts) {
    const hours = gauge.windowIntegral / MICROS_PER_HOUR;
    put("node_hours", `pool=${pool}`, hours);
    const price = nodes.priceOfPool.get(pool);
    if (price === undefined) continue;
    cost += hours * price;
    put("cost_dollars", `pool=${pool}`, hours * price);
  }
  put("cost_dollars", "", nodes.priceOfPool.size > 0 ? cost : Number.NaN);
}

function putWorkloads({ workloads }: Ledgers, measured: Measured, put: Put): void {
  const lengthMicros = measured.toMicros - measured.fromMicros;
  const putTarget = (labels: string, target: WorkloadTarget | WholeOfTargets) => {
    put("replicas_mean_count", labels, ratio(target.replicas.windowIntegral, lengthMicros));
    put("replicas_max_count", labels, target.replicas.windowPeak);
    put("scale_events_count", labels, target.scaleEvents.windowCount);
    put("surge_pod_hours", labels, target.surge.windowIntegral / MICROS_PER_HOUR);
    put("unavailable_seconds", labels, target.unavailable.windowIntegral / MICROS_PER_SECOND);
  };
  putTarget("", workloads.whole);
  const targets = [...workloads.targets.values()];
  for (const target of targets) putTarget(target.labels, target);
  const rollouts = targets.map((t) => ({ labels: t.labels, tally: t.rollouts.rollouts }));
  const rollbacks = targets.map((t) => ({ labels: t.labels, tally: t.rollouts.rollbacks }));
  putTallies(put, "rollout_duration_seconds", rollouts);
  putTallies(put, "rollback_duration_seconds", rollbacks);
  const unfinished = targets.filter(({ rollouts: clock }) => clock.unfinished !== null);
  put("rollouts_unfinished_end_count", "", unfinished.length);
  for (const { labels } of unfinished) put("rollouts_unfinished_end_count", labels, 1);
}

/** A target whose rollouts were all left unfinished has a row without a value; one without any has none. */
function putTallies(
  put: Put,
  metric: MetricName,
  targets: readonly { readonly labels: string; readonly tally: RolloutTally }[],
): void {
  let completed = 0;
  let seconds = 0;
  let begun = 0;
  for (const { labels, tally } of targets) {
    if (tally.begun === 0) continue;
    put(metric, labels, tally.mean());
    begun += tally.begun;
    completed += tally.completed;
    seconds += tally.seconds;
  }
  if (begun > 0) put(metric, "", ratio(seconds, completed));
}

/**
 * Created until bound, of the pods created in the window; those not bound by its end count with the
 * age that they reached: at the window's end, or when they failed or were gone.
 */
function waitsOf(records: PodRecords, measured: Measured): Durations {
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
function startupsOf(records: PodRecords, measured: Measured): Durations {
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
