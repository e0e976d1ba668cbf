import { compileLabelSelector, SelectorError } from "../../api/label-selector.js";
import type { MetricIdentifier } from "../../api/schemas/types.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import {
  type ExternalMetricsServer,
  type MetricsClient,
  MetricsError,
  NO_METRICS,
} from "../../control/horizontal-pod-autoscaler/metrics-client.js";
import { type Rate, rateAt } from "../../traffic/arrivals/rate.js";
import type { ExternalMetric } from "../schema/scenario.js";

/** A metric of the scenario with its value over time. */
export interface KnownMetric extends Pick<ExternalMetric, "name" | "namespace" | "labels"> {
  readonly value: Rate;
}

/** Serves external.metrics.k8s.io: what controllers serve themselves first, then what the scenario says. */
export class ExternalMetrics {
  private readonly servers: ExternalMetricsServer[] = [];

  constructor(
    private readonly metrics: readonly KnownMetric[],
    private readonly now: () => TimeMicros,
  ) {}

  add(server: ExternalMetricsServer): void {
    this.servers.push(server);
  }

  valuesMillis(
    namespace: string,
    metric: MetricIdentifier,
  ): ReturnType<MetricsClient["externalValuesMillis"]> {
    for (const server of this.servers) {
      const values = server(namespace, metric);
      if (values !== null) return values;
    }
    const named = this.metrics.filter(
      (one) => one.name === metric.name && (one.namespace ?? namespace) === namespace,
    );
    if (named.length === 0) return NO_METRICS.externalValuesMillis(namespace, metric);
    const selector = metric.selector && compileLabelSelector(metric.selector);
    if (selector instanceof SelectorError) return new MetricsError(selector.message);
    const seconds = this.now() / MICROS_PER_SECOND;
    return named
      .filter(({ labels }) => selector === undefined || selector.matches(labels))
      .map(({ value }) => Math.round(rateAt(value, seconds) * 1_000));
  }
}
