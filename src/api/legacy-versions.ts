import { KINDS, type Kind } from "./kinds.js";
import type { Manifest } from "./kubernetes.js";
import { currentDeviceSpec } from "./legacy-devices.js";

type Loose = Readonly<Record<string, unknown>>;

const DEVICE_KINDS: readonly Kind[] = [
  "ResourceClaim",
  "ResourceClaimTemplate",
  "ResourceSlice",
  "DeviceClass",
];

/** API versions that are gone from Kubernetes, and the kinds that they had. */
const FORMER: readonly (readonly [apiVersion: string, kinds: readonly Kind[]])[] = [
  ["extensions/v1beta1", ["Deployment", "DaemonSet", "ReplicaSet"]],
  ["apps/v1beta1", ["Deployment", "StatefulSet", "ControllerRevision"]],
  ["apps/v1beta2", ["Deployment", "DaemonSet", "ReplicaSet", "StatefulSet", "ControllerRevision"]],
  ["batch/v1beta1", ["CronJob"]],
  ["batch/v2alpha1", ["CronJob"]],
  ["policy/v1beta1", ["PodDisruptionBudget"]],
  ["autoscaling/v1", ["HorizontalPodAutoscaler"]],
  ["autoscaling/v2beta1", ["HorizontalPodAutoscaler"]],
  ["autoscaling/v2beta2", ["HorizontalPodAutoscaler"]],
  ["scheduling.k8s.io/v1alpha1", ["PriorityClass"]],
  ["scheduling.k8s.io/v1beta1", ["PriorityClass"]],
  ["node.k8s.io/v1beta1", ["RuntimeClass"]],
  ["storage.k8s.io/v1alpha1", ["CSIStorageCapacity"]],
  ["storage.k8s.io/v1beta1", ["StorageClass", "CSINode", "CSIDriver", "CSIStorageCapacity"]],
  ["discovery.k8s.io/v1beta1", ["EndpointSlice"]],
  ["resource.k8s.io/v1alpha3", DEVICE_KINDS],
  ["resource.k8s.io/v1beta1", DEVICE_KINDS],
  ["resource.k8s.io/v1beta2", DEVICE_KINDS],
];

/** The modelled kind of that API version and name, today's or a former one; undefined for others. */
export function kindOf(apiVersion: string, name: string): Kind | undefined {
  if (!Object.hasOwn(KINDS, name)) return undefined;
  const kind = name as Kind;
  if (KINDS[kind].apiVersion === apiVersion) return kind;
  return FORMER.some(([former, kinds]) => former === apiVersion && kinds.includes(kind))
    ? kind
    : undefined;
}

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectsOf(value: unknown): readonly Loose[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** `object` without the fields that are undefined. */
function compact(object: Loose): Loose {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** Before apps/v1 a selector that was not given came from the template's labels. */
function withSelector(manifest: Manifest): Manifest {
  const spec = manifest.spec;
  if (!isObject(spec) || spec.selector !== undefined || !isObject(spec.template)) return manifest;
  const metadata = spec.template.metadata;
  if (!isObject(metadata) || !isObject(metadata.labels)) return manifest;
  return { ...manifest, spec: { ...spec, selector: { matchLabels: metadata.labels } } };
}

/** In policy/v1beta1 an empty selector matched no pod; since v1 it matches all. */
function withBudgetSelector(manifest: Manifest): Manifest {
  const spec = manifest.spec;
  if (!isObject(spec) || !isObject(spec.selector)) return manifest;
  const { matchLabels, matchExpressions } = spec.selector;
  const empty =
    Object.keys(isObject(matchLabels) ? matchLabels : {}).length === 0 &&
    objectsOf(matchExpressions).length === 0;
  if (!empty) return manifest;
  const key = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";
  const selector = { matchExpressions: [{ key, operator: "Exists" }] };
  return { ...manifest, spec: { ...spec, selector } };
}

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

function fromAutoscalingV1(manifest: Manifest): Manifest {
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

function fromAutoscalingBeta1(manifest: Manifest): Manifest {
  const spec = manifest.spec;
  if (!isObject(spec) || spec.metrics === undefined) return manifest;
  return { ...manifest, spec: { ...spec, metrics: objectsOf(spec.metrics).map(fromBetaMetric) } };
}

/** discovery.k8s.io/v1beta1 kept an endpoint's node and zone among its topology labels. */
function fromDiscoveryBeta1(manifest: Manifest): Manifest {
  const endpoints = objectsOf(manifest.endpoints).map(({ topology, ...endpoint }) => {
    const labels = isObject(topology) ? topology : {};
    return compact({
      nodeName: labels["kubernetes.io/hostname"],
      zone: labels["topology.kubernetes.io/zone"],
      ...endpoint,
    });
  });
  return { ...manifest, endpoints };
}

/** `manifest`, whose kind is modelled, in today's API version of that kind. */
export function toCurrentVersion(kind: Kind, manifest: Manifest): Manifest {
  const from = manifest.apiVersion;
  const apiVersion = KINDS[kind].apiVersion;
  if (from === apiVersion) return manifest;
  const converted = { ...manifest, apiVersion };
  switch (from) {
    case "extensions/v1beta1":
    case "apps/v1beta1":
      return withSelector(converted);
    case "policy/v1beta1":
      return withBudgetSelector(converted);
    case "autoscaling/v1":
      return fromAutoscalingV1(converted);
    case "autoscaling/v2beta1":
      return fromAutoscalingBeta1(converted);
    case "discovery.k8s.io/v1beta1":
      return fromDiscoveryBeta1(converted);
    case "resource.k8s.io/v1alpha3":
    case "resource.k8s.io/v1beta1":
      return { ...converted, spec: currentDeviceSpec(kind, converted.spec) };
    default:
      return converted;
  }
}
