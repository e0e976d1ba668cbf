import { compileLabelSelector, SelectorError } from "../../api/label-selector.js";
import type { MetricIdentifier } from "../../api/schemas/types.js";
import {
  type ExternalMetricsServer,
  type MetricsClient,
  MetricsError,
  NO_METRICS,
} from "../../control/horizontal-pod-autoscaler/metrics-client.js";
import type { ServedMetric } from "../schema/scenario.js";
import type { MetricValues } from "./metric-values.js";

/** Serves external.metrics.k8s.io: what controllers serve themselves first, then what the scenario says. */
export class ExternalMetrics {
  private readonly servers: ExternalMetricsServer[] = [];

  constructor(
    private readonly metrics: readonly ServedMetric[],
    private readonly values: MetricValues,
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
    return named
      .filter(({ labels }) => selector === undefined || selector.matches(labels))
      .map((metric) => this.values.millis(metric, null));
  }
}
