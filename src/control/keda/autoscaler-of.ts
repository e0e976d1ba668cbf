import type { Labels } from "../../api/kubernetes.js";
import { parseQuantity, Quantity } from "../../api/quantity.js";
import type {
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerSpec,
  MetricSpec,
  MetricTarget,
  ScaledObjectSpec,
} from "../../api/schemas/types.js";
import { own } from "../../base/own.js";
import { isAnnotated, passedLabels } from "./annotations.js";
import { COMPOSITE_METRIC, usesModifiers } from "./scaling-modifiers.js";

/** Upstream's label of metrics: whose they are. */
export const OWNER_LABEL = "scaledobject.keda.sh/name";
const EXCLUDED_LABELS = "scaledobject.keda.sh/hpa-excluded-labels";
const MAX_REPLICAS = 100;
const MAX_LABEL = 63;

type Trigger = ScaledObjectSpec["triggers"][number];

export interface ScaledThing {
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly spec: ScaledObjectSpec;
}

/** A metric of a trigger that is neither of CPU nor of memory. */
export interface ExternalMetric {
  /** Before the index of its trigger is put in front. */
  readonly metricName: string;
  readonly target: number;
}

export interface MadeAutoscaler {
  readonly name: string;
  readonly labels: Labels;
  readonly spec: HorizontalPodAutoscalerSpec;
}

/** Why there is no autoscaler: a trigger is refused, or the whole. */
export class AutoscalerFlaw {
  constructor(
    readonly where: "trigger" | "hpa",
    readonly message: string,
  ) {}
}

/**
 * The HorizontalPodAutoscaler of a ScaledObject. `externals`: of its triggers that are neither `cpu` nor
 * `memory`, in their order.
 * Source: KEDA, "ScaledObject specification"; controllers/keda/hpa.go (2.21).
 */
export function autoscalerOf(
  scaled: ScaledThing,
  externals: readonly ExternalMetric[],
  target: { readonly apiVersion: string; readonly kind: string },
): MadeAutoscaler | AutoscalerFlaw {
  const { spec, annotations } = scaled;
  const metrics = metricsOf(scaled, externals);
  if (metrics instanceof AutoscalerFlaw) return metrics;
  const name = autoscalerName(scaled);
  const { minReplicaCount: min = 0, maxReplicaCount = MAX_REPLICAS } = spec;
  const behavior = behaviorOf(scaled);
  return {
    name,
    labels: {
      "app.kubernetes.io/managed-by": "keda-operator",
      "app.kubernetes.io/name": labelOf(name),
      "app.kubernetes.io/part-of": scaled.name,
      ...passedLabels(scaled.labels, own(annotations, EXCLUDED_LABELS)),
    },
    spec: {
      scaleTargetRef: { ...target, name: spec.scaleTargetRef.name },
      minReplicas: min > 0 ? min : 1,
      maxReplicas: maxReplicaCount,
      metrics: [...metrics],
      ...(behavior !== undefined && { behavior }),
    },
  };
}

function autoscalerName({ name, spec }: Pick<ScaledThing, "name" | "spec">): string {
  return spec.advanced?.horizontalPodAutoscalerConfig?.name || `keda-hpa-${name}`;
}

/** A name as a label may have it. */
function labelOf(name: string): string {
  return name.length <= MAX_LABEL ? name : name.slice(0, MAX_LABEL).replace(/[^\p{L}\p{N}]+$/u, "");
}

function behaviorOf({
  spec,
  annotations,
}: ScaledThing): HorizontalPodAutoscalerBehavior | undefined {
  let behavior = spec.advanced?.horizontalPodAutoscalerConfig?.behavior;
  for (const [flag, side] of [
    ["paused-scale-in", "scaleDown"],
    ["paused-scale-out", "scaleUp"],
  ] as const) {
    if (!isAnnotated(annotations, flag)) continue;
    behavior = { ...behavior, [side]: { ...behavior?.[side], selectPolicy: "Disabled" } };
  }
  return behavior;
}

function metricsOf(
  scaled: ScaledThing,
  externals: readonly ExternalMetric[],
): readonly MetricSpec[] | AutoscalerFlaw {
  const selector = { matchLabels: { [OWNER_LABEL]: scaled.name } };
  const metrics: MetricSpec[] = [];
  let next = 0;
  for (const [index, trigger] of scaled.spec.triggers.entries()) {
    if (isResourceTrigger(trigger)) {
      const metric = resourceMetric(trigger);
      if (metric instanceof AutoscalerFlaw) return metric;
      metrics.push(metric);
      continue;
    }
    const found = externals[next];
    next += 1;
    if (found === undefined) continue;
    const { metricType = "AverageValue" } = trigger;
    if (metricType === "Utilization") {
      return new AutoscalerFlaw(
        "trigger",
        "'Utilization' metric type is unsupported for external metrics, allowed values are 'Value' or 'AverageValue'",
      );
    }
    const name = externalName(index, found.metricName);
    const target = targetOf(metricType, thousandths(found.target));
    metrics.push({ type: "External", external: { metric: { name, selector }, target } });
  }
  const sorted = metrics.sort((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : 0));
  return usesModifiers(scaled.spec) ? withModifiers(scaled, sorted, selector) : sorted;
}

/** The name under which the metric of a trigger is served. */
export function externalName(index: number, metricName: string): string {
  return `s${index}-${metricName}`;
}

export function isResourceTrigger({ type }: Trigger): boolean {
  return type === "cpu" || type === "memory";
}

function resourceMetric({
  type: name,
  metricType,
  metadata,
}: Trigger): MetricSpec | AutoscalerFlaw {
  const value = own(metadata, "value") ?? "";
  let target: MetricTarget;
  if (metricType === "Utilization") {
    if (!/^[+-]?\d+$/.test(value)) {
      const parsing = `strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`;
      return new AutoscalerFlaw("trigger", parsing);
    }
    target = { type: metricType, averageUtilization: Number(value) };
  } else if (metricType === "AverageValue" && parseQuantity(value) instanceof Quantity) {
    target = { type: metricType, averageValue: value };
  } else {
    const allowed = "allowed values are 'Utilization' or 'AverageValue'";
    return new AutoscalerFlaw("trigger", `unknown metric type: ${metricType ?? ""}, ${allowed}`);
  }
  const container = own(metadata, "containerName") ?? "";
  return container === ""
    ? { type: "Resource", resource: { name, target } }
    : { type: "ContainerResource", containerResource: { name, container, target } };
}

/** One metric in place of all that are outside; those of single containers are lost with them. */
function withModifiers(
  { spec }: ScaledThing,
  metrics: readonly MetricSpec[],
  selector: { readonly matchLabels: Record<string, string> },
): readonly MetricSpec[] | AutoscalerFlaw {
  const { target: text = "", metricType = "AverageValue" } = spec.advanced?.scalingModifiers ?? {};
  if (metricType === "Utilization") {
    return new AutoscalerFlaw(
      "hpa",
      "error metric target type is Utilization, but it needs to be AverageValue or Value for external metrics",
    );
  }
  const target = Number(text);
  if (!(target > 0)) return metrics;
  const millis = Quantity.of(Math.trunc(target * 1_000), "DecimalSI", -3).toString();
  const metric = { name: COMPOSITE_METRIC, selector };
  const composite = {
    type: "External",
    external: { metric, target: targetOf(metricType, millis) },
  };
  return [...metrics.filter(({ resource }) => resource !== undefined), composite];
}

function targetOf(type: string, quantity: string): MetricTarget {
  return type === "AverageValue" ? { type, averageValue: quantity } : { type, value: quantity };
}

/** A number as a quantity of thousandths: as `%.3f` writes it, an exact half to the even neighbour. */
function thousandths(value: number): string {
  if (!Number.isFinite(value) || value < 0) return "0";
  const isHalf = Number.isInteger(value * 16) && (value * 2_000) % 2 === 1;
  const millis = isHalf ? 2 * Math.round((value * 1_000) / 2) : null;
  const text = millis === null ? value.toFixed(3) : (millis / 1_000).toFixed(3);
  return (parseQuantity(text) as Quantity).toString();
}
