import { kindNamed } from "../../api/kinds.js";
import { compileLabelSelector, SelectorError } from "../../api/label-selector.js";
import type { CrossVersionObjectReference, MetricIdentifier } from "../../api/schemas/types.js";
import { own } from "../../base/own.js";
import {
  type MetricsClient,
  MetricsError,
  NO_METRICS,
  type SelectedPods,
} from "../../control/horizontal-pod-autoscaler/metrics-client.js";
import type { CustomMetric } from "../schema/scenario.js";
import type { MetricValues } from "./metric-values.js";

/** Serves custom.metrics.k8s.io: what the scenario says of pods and of objects. */
export class CustomMetrics {
  constructor(
    private readonly metrics: readonly CustomMetric[],
    private readonly values: MetricValues,
  ) {}

  podValues(
    selected: SelectedPods,
    asked: MetricIdentifier,
  ): ReturnType<MetricsClient["podValues"]> {
    const { namespace, pods } = selected;
    const found = this.named(namespace, asked);
    if (found === null) return NO_METRICS.podValues(selected, asked);
    if (found instanceof MetricsError) return found;
    const ofPods = found.filter(({ of }) => of.type === "pods");
    if (ofPods.length === 0) return notFound(asked, "pods");
    return pods.flatMap((pod) => {
      const metric = ofPods.find(({ of }) => {
        if (of.type !== "pods") return false;
        return Object.entries(of.labels).every(([key, value]) => own(pod.labels, key) === value);
      });
      const valueMillis = metric === undefined ? null : this.values.podMillis(metric, pod);
      return valueMillis === null ? [] : [{ podName: pod.name, valueMillis }];
    });
  }

  objectValueMillis(
    namespace: string,
    object: CrossVersionObjectReference,
    asked: MetricIdentifier,
  ): ReturnType<MetricsClient["objectValueMillis"]> {
    const found = this.named(namespace, asked);
    if (found === null) return NO_METRICS.objectValueMillis(namespace, object, asked);
    if (found instanceof MetricsError) return found;
    const metric = found.find(({ of }) => {
      if (of.type !== "object") return false;
      const { target } = of;
      const isSame = target.kind === object.kind && target.name === object.name;
      return isSame && (target.namespace === "" || target.namespace === namespace);
    });
    const plural = kindNamed(object.kind)?.plural ?? `${object.kind.toLowerCase()}s`;
    if (metric === undefined) return notFound(asked, `${plural} ${object.name}`);
    return this.values.millis(metric, metric.of.type === "object" ? metric.of.target : null);
  }

  /** Those of that name and labels; null where nobody serves the API. */
  private named(
    namespace: string,
    { name, selector: wanted }: MetricIdentifier,
  ): readonly CustomMetric[] | MetricsError | null {
    if (this.metrics.length === 0) return null;
    const selector = wanted && compileLabelSelector(wanted);
    if (selector instanceof SelectorError) return new MetricsError(selector.message);
    return this.metrics.filter(
      (one) =>
        one.name === name &&
        (one.namespace ?? namespace) === namespace &&
        (selector === undefined || selector.matches(one.labels)),
    );
  }
}

function notFound({ name }: MetricIdentifier, what: string): MetricsError {
  return new MetricsError(`the server could not find the metric ${name} for ${what}`);
}
