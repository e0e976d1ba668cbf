import type { PodVersion } from "../../api/pod-version.js";
import type { CrossVersionObjectReference, MetricIdentifier } from "../../api/schemas/types.js";
import type { TimeMicros } from "../../base/time.js";
import type { PodSamples } from "./pod-samples.js";

/** Why there is no metric, in the words of the API that was asked. A value, not thrown. */
export class MetricsError {
  constructor(readonly message: string) {}
}

/** What a container used, as PodMetrics of metrics.k8s.io have it. */
interface ContainerUsage {
  readonly name: string;
  readonly cpuNanos: number;
  readonly memoryBytes: number;
}

/** The usage of one pod: the mean over `windowMicros` up to `timestampMicros`. */
export interface PodMetrics {
  readonly podName: string;
  readonly timestampMicros: TimeMicros;
  readonly windowMicros: TimeMicros;
  readonly containers: readonly ContainerUsage[];
}

/** Pods with their rows in the store. */
interface MeasuredPods {
  readonly pods: readonly PodVersion[];
  readonly rows: Int32Array;
}

/** What is measured, and of which container; "": of the whole pod. */
export interface MeasuredResource {
  readonly name: string;
  readonly container: string;
}

/** A custom metric of one pod, in thousandths. */
interface PodMetricValue {
  readonly podName: string;
  readonly valueMillis: number;
}

/** The pods of an autoscaler's target, as its watch shows them. */
export interface SelectedPods {
  readonly namespace: string;
  readonly pods: readonly PodVersion[];
}

/**
 * The three APIs of metrics that an autoscaler asks. They answer at once, with what they know then.
 * Source: Kubernetes, "Resource metrics pipeline"; the APIs metrics.k8s.io, custom.metrics.k8s.io and
 * external.metrics.k8s.io.
 */
export interface MetricsClient {
  /** One entry a pod of which there is something to report. */
  podMetrics(selected: SelectedPods): readonly PodMetrics[] | MetricsError;
  /**
   * The same of one resource, put among the samples by the places of the pods: what each look of an autoscaler
   * asks for. Answers of how many pods there is anything to report. Absent: it follows from `podMetrics`.
   */
  readonly putUsage?:
    | ((measured: MeasuredPods, resource: MeasuredResource, samples: PodSamples) => number)
    | undefined;
  podValues(
    selected: SelectedPods,
    metric: MetricIdentifier,
  ): readonly PodMetricValue[] | MetricsError;
  /** In thousandths. */
  objectValueMillis(
    namespace: string,
    object: CrossVersionObjectReference,
    metric: MetricIdentifier,
  ): number | MetricsError;
  /** In thousandths: all values of that name that the selector matches. */
  externalValuesMillis(
    namespace: string,
    metric: MetricIdentifier,
  ): readonly number[] | MetricsError;
}

/** Answers for external metrics of its own, in thousandths; null for others. */
export type ExternalMetricsServer = (
  namespace: string,
  metric: MetricIdentifier,
) => readonly number[] | MetricsError | null;

/** A cluster in which nobody serves any of the three APIs. */
export const NO_METRICS: MetricsClient = {
  podMetrics: () =>
    new MetricsError("the server could not find the requested resource (get pods.metrics.k8s.io)"),
  podValues: () => new MetricsError("no known available metric versions found"),
  objectValueMillis: () => new MetricsError("no known available metric versions found"),
  externalValuesMillis: (_namespace, { name }) =>
    new MetricsError(
      `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`,
    ),
};
