import type { ObjectVersion } from "../../api/object-version.js";
import { isPodReady, type PodVersion } from "../../api/pod-version.js";
import type { MetricIdentifier, MetricSpec } from "../../api/schemas/types.js";
import { own } from "../../base/own.js";
import { MetricsError } from "../horizontal-pod-autoscaler/metrics-client.js";
import { externalName, OWNER_LABEL } from "./autoscaler-of.js";
import { compositeMillis } from "./composite.js";
import type { MetricHealth } from "./fallback.js";
import { observe, type TargetSize } from "./observation.js";
import { COMPOSITE_METRIC, usesModifiers } from "./scaling-modifiers.js";
import { type Asking, readTriggers } from "./trigger-values.js";

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
    private readonly asking: (namespace: string) => Asking,
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
    const isComposite = usesModifiers(spec) && name === COMPOSITE_METRIC;
    const asked = triggers.filter(({ index, metricName }) => {
      return isComposite || externalName(index, metricName) === name;
    });
    const isWanted = served.metrics.some(({ external }) => external?.metric.name === name);
    if (asked.length === 0 || !isWanted) {
      return new MetricsError(`no matching metrics found for ${name}`);
    }
    const size = sizeOf(served);
    const found = asked.map((trigger) =>
      observe(trigger, { spec, health: served.health, ...size }, this.asking(namespace), true),
    );
    const isCovered = found.some(({ isFallback }) => isFallback);
    if (!isCovered && found.some(({ valueMillis }) => valueMillis === null)) {
      return new MetricsError(`the trigger of ${name} failed`);
    }
    if (!isComposite) return [found[0]!.valueMillis!];
    const value = compositeMillis(spec, found);
    return typeof value === "number" ? [value] : new MetricsError(value.problem);
  }
}

/** How many replicas a target has, and how many of its pods run and are ready. */
export function sizeOf({ replicas, pods }: Pick<ServedObject, "replicas" | "pods">): TargetSize {
  const ready = pods().filter((pod) => pod.phase === "Running" && isPodReady(pod));
  return { replicas, readyPods: ready.length };
}
