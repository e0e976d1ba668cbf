import type { ObjectVersion } from "../../api/object-version.js";
import { isPodReady, type PodVersion } from "../../api/pod-version.js";
import type { MetricIdentifier, MetricSpec } from "../../api/schemas/types.js";
import { own } from "../../base/own.js";
import { type MetricsClient, MetricsError } from "../horizontal-pod-autoscaler/metrics-client.js";
import { externalName, OWNER_LABEL } from "./autoscaler-of.js";
import { type MetricHealth, withFallback } from "./fallback.js";
import { readTriggers, valueMillisOf } from "./trigger-values.js";

/** What KEDA's loop knows of an object, for whoever asks for its metrics. */
export interface ServedObject {
  readonly object: ObjectVersion<"ScaledObject">;
  /** Of the autoscaler that was made for it. */
  readonly metrics: readonly MetricSpec[];
  readonly replicas: number;
  readonly pods: () => readonly PodVersion[];
  /** By the name of the metric. */
  readonly health: Map<string, MetricHealth>;
}

/**
 * KEDA's metrics adapter: it asks the trigger of a metric when the autoscaler asks, and answers with the
 * fallback where the trigger failed too often.
 * Source: KEDA, "KEDA Architecture: Metrics"; pkg/fallback (2.21).
 */
export class MetricsAdapter {
  constructor(
    private readonly metrics: MetricsClient,
    private readonly find: (namespace: string, name: string) => ServedObject | undefined,
  ) {}

  /** Null for a metric that is none of KEDA's. */
  valuesMillis(
    namespace: string,
    { name, selector }: MetricIdentifier,
  ): readonly number[] | MetricsError | null {
    const owner = own(selector?.matchLabels ?? {}, OWNER_LABEL);
    if (owner === undefined) return null;
    const served = this.find(namespace, owner);
    if (served === undefined) {
      return new MetricsError(`scaledObject.keda.sh ${JSON.stringify(owner)} not found`);
    }
    const { spec } = served.object;
    const triggers = readTriggers(spec.triggers);
    if ("problem" in triggers) return new MetricsError(triggers.problem);
    const trigger = triggers.find(
      ({ index, metricName }) => externalName(index, metricName) === name,
    );
    const target = served.metrics.find(({ external }) => external?.metric.name === name)?.external;
    if (trigger === undefined || target === undefined) {
      return new MetricsError(`no matching metrics found for ${name}`);
    }
    const answer = withFallback(spec, {
      metricName: name,
      target: target.target,
      valueMillis: valueMillisOf(trigger, namespace, this.metrics),
      health: served.health.get(name),
      replicas: served.replicas,
      readyPods: served.pods().filter((pod) => pod.phase === "Running" && isPodReady(pod)).length,
    });
    if (answer.health !== null) served.health.set(name, answer.health);
    return answer.metric === null
      ? new MetricsError(`the trigger of ${name} failed`)
      : [answer.metric.valueMillis];
  }
}
