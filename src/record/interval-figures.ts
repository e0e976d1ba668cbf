import { MICROS_PER_HOUR, MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { CounterFamily } from "./counter-family.js";
import type { Gauge } from "./gauge.js";
import type { IntervalSeries } from "./interval-series.js";
import type { MetricName } from "./metrics.js";
import type { NodeLedger } from "./node-ledger.js";
import type { PodLedger } from "./pod-ledger.js";
import type { ResourceLedger } from "./resource-ledger.js";
import { ratio } from "./ratio.js";
import type { StepLedger } from "./step-ledger.js";
import { CPU, MEMORY } from "./resource-amounts.js";
import type { WorkloadLedger } from "./workload-ledger.js";
import type { WholeOfTargets, WorkloadTarget } from "./workload-target.js";

/** Everything that a run's figures are made from. */
export interface Ledgers {
  readonly resources: ResourceLedger;
  readonly nodes: NodeLedger;
  readonly workloads: WorkloadLedger;
  readonly pods: PodLedger;
  readonly steps: StepLedger;
}

/** Targets with rows of their own in the time series: the first met; thousands would swamp it. */
const MAX_TARGET_SERIES = 200;

/**
 * Takes the figures of the interval that ends at `toMicros`: sums, and means weighted by time, so that
 * those of several intervals make up the figure of the whole.
 */
export class IntervalFigures {
  private toMicros: TimeMicros = 0;
  private lengthMicros = 0;

  constructor(
    private readonly ledgers: Ledgers,
    private readonly series: IntervalSeries,
  ) {}

  cut(fromMicros: TimeMicros, toMicros: TimeMicros): void {
    this.toMicros = toMicros;
    this.lengthMicros = toMicros - fromMicros;
    this.cutPods();
    this.cutResources();
    this.cutNodes();
    this.cutWorkloads();
  }

  private cutPods(): void {
    const { pods } = this.ledgers;
    this.put("pods_created_count", "", pods.created.cut());
    this.put("pods_bound_count", "", pods.bound.cut());
    this.put("pods_succeeded_count", "", pods.succeeded.cut());
    this.put("pods_failed_count", "", pods.failed.cut());
    this.mean("pods_pending_count", "", pods.pending);
    this.family("pods_evicted_count", "reason", pods.evicted);
    this.family("evictions_refused_count", "budget", pods.evictionsRefused);
    this.family("pods_preempted_count", "reason", pods.preempted);
    this.family("containers_restarted_count", "reason", pods.restarted);
    this.family("scheduling_attempts_count", "result", pods.attempts);
  }

  private cutResources(): void {
    const { resources } = this.ledgers;
    resources.settle(this.toMicros);
    for (const [index, name] of resources.names.entries()) {
      const figures = resources.at(index);
      const labels = `resource=${name}`;
      const demand = figures.demand.cut(this.toMicros);
      const bound = figures.bound.cut(this.toMicros);
      const allocatable = figures.allocatable.cut(this.toMicros);
      const used = figures.used.cut(this.toMicros);
      this.put("offered_load_ratio", labels, ratio(demand, allocatable));
      this.put("demand_served_ratio", labels, ratio(bound, demand));
      this.put("allocation_ratio", labels, ratio(bound, allocatable));
      if (index === CPU || index === MEMORY) {
        this.put("utilization_ratio", labels, ratio(used, allocatable));
      }
      this.mean("imbalance_ratio", labels, figures.imbalance);
    }
  }

  private cutNodes(): void {
    const { nodes } = this.ledgers;
    this.mean("nodes_used_count", "", nodes.used);
    this.mean("nodes_ready_count", "", nodes.ready);
    this.hours("node_hours", "", nodes.existing);
    let cost = 0;
    for (const [pool, gauge] of nodes.byPool.parts) {
      const hours = gauge.cut(this.toMicros) / MICROS_PER_HOUR;
      this.put("node_hours", `pool=${pool}`, hours);
      const price = nodes.priceOfPool.get(pool);
      if (price === undefined) continue;
      cost += hours * price;
      this.put("cost_dollars", `pool=${pool}`, hours * price);
    }
    if (nodes.priceOfPool.size > 0) this.put("cost_dollars", "", cost);
  }

  private cutWorkloads(): void {
    const { targets, whole } = this.ledgers.workloads;
    this.putTarget("", whole);
    let position = 0;
    for (const target of targets.values()) {
      if (position === MAX_TARGET_SERIES) break;
      this.putTarget(target.labels, target);
      position += 1;
    }
  }

  private putTarget(labels: string, target: WorkloadTarget | WholeOfTargets): void {
    this.mean("replicas_count", labels, target.replicas);
    this.put("scale_events_count", labels, target.scaleEvents.cut());
    this.hours("surge_pod_hours", labels, target.surge);
    const unavailable = target.unavailable.cut(this.toMicros);
    this.put("unavailable_seconds", labels, unavailable / MICROS_PER_SECOND);
  }

  private family(metric: MetricName, label: string, family: CounterFamily): void {
    this.put(metric, "", family.total.cut());
    for (const [value, part] of family.parts) this.put(metric, `${label}=${value}`, part.cut());
  }

  private mean(metric: MetricName, labels: string, gauge: Gauge): void {
    this.put(metric, labels, gauge.cut(this.toMicros) / this.lengthMicros);
  }

  private hours(metric: MetricName, labels: string, gauge: Gauge): void {
    this.put(metric, labels, gauge.cut(this.toMicros) / MICROS_PER_HOUR);
  }

  private put(metric: MetricName, labels: string, value: number): void {
    this.series.add(this.toMicros, metric, labels, value);
  }
}
