import type { Manifest } from "../kubernetes.js";
import { compact, isObject, type Loose, objectsOf } from "./loose.js";

/** The annotations in which autoscaling/v1 kept what it had no fields for. */
const V1_METRICS = "autoscaling.alpha.kubernetes.io/metrics";
const V1_BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";

function annotation(manifest: Manifest, name: string): unknown {
  const text = manifest.metadata?.annotations?.[name];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function fromAutoscalingV1(manifest: Manifest): Manifest {
  const { targetCPUUtilizationPercentage: percentage, ...spec } = isObject(manifest.spec)
    ? manifest.spec
    : {};
  const cpu = {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: percentage } },
  };
  const more = objectsOf(annotation(manifest, V1_METRICS)).map(fromBetaMetric);
  const metrics = [...(percentage === undefined ? [] : [cpu]), ...more];
  const behavior = annotation(manifest, V1_BEHAVIOR);
  return {
    ...manifest,
    spec: {
      ...spec,
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(isObject(behavior) ? { behavior } : {}),
    },
  };
}

function target(value: unknown, averageValue: unknown, averageUtilization?: unknown): Loose {
  const type =
    averageUtilization !== undefined
      ? "Utilization"
      : averageValue !== undefined
        ? "AverageValue"
        : "Value";
  return compact({ type, value, averageValue, averageUtilization });
}

/** One metric of autoscaling/v2beta1, whose targets were flat. */
function fromBetaMetric(metric: Loose): Loose {
  const { resource, containerResource, pods, object, external } = metric;
  if (isObject(resource) && resource.target === undefined) {
    return { ...metric, resource: fromBetaResource(resource) };
  }
  if (isObject(containerResource) && containerResource.target === undefined) {
    return { ...metric, containerResource: fromBetaResource(containerResource) };
  }
  if (isObject(pods) && pods.target === undefined) {
    const name = compact({ name: pods.metricName, selector: pods.selector });
    return {
      ...metric,
      pods: { metric: name, target: target(undefined, pods.targetAverageValue) },
    };
  }
  if (isObject(object) && object.metricName !== undefined) {
    const name = compact({ name: object.metricName, selector: object.selector });
    const goal =
      object.averageValue === undefined
        ? target(object.targetValue, undefined)
        : target(undefined, object.averageValue);
    return { ...metric, object: { describedObject: object.target, metric: name, target: goal } };
  }
  if (isObject(external) && external.target === undefined) {
    const name = compact({ name: external.metricName, selector: external.metricSelector });
    const goal = target(external.targetValue, external.targetAverageValue);
    return { ...metric, external: { metric: name, target: goal } };
  }
  return metric;
}

function fromBetaResource(resource: Loose): Loose {
  return compact({
    name: resource.name,
    container: resource.container,
    target: target(undefined, resource.targetAverageValue, resource.targetAverageUtilization),
  });
}

export function fromAutoscalingBeta1(manifest: Manifest): Manifest {
  const spec = manifest.spec;
  if (!isObject(spec) || spec.metrics === undefined) return manifest;
  return { ...manifest, spec: { ...spec, metrics: objectsOf(spec.metrics).map(fromBetaMetric) } };
}
