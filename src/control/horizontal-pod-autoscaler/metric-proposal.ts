import type { LabelSelector } from "../../api/kubernetes.js";
import { mustParseQuantity } from "../../api/quantity.js";
import type { MetricSpec, MetricStatus } from "../../api/schemas/types.js";
import {
  accepted,
  failed,
  type MetricInput,
  type MetricOutcome,
  selectorProblem,
} from "./metric-outcome.js";
import { millisText } from "./metric-status.js";
import { MetricsError } from "./metrics-client.js";
import { podsProposal } from "./pods-proposal.js";
import { type Proposal, perPodReplicas, sumMillis, valueReplicas } from "./replica-calculator.js";

/**
 * Replicas by one metric of an autoscaler's spec.
 * Source: Kubernetes, "Horizontal Pod Autoscaling: Support for metrics APIs".
 */
export function proposalOf(spec: MetricSpec, input: MetricInput): MetricOutcome {
  switch (spec.type) {
    case "Object":
      return objectProposal(spec, input);
    case "External":
      return externalProposal(spec, input);
    case "Pods":
    case "Resource":
    case "ContainerResource":
      return podsProposal(spec, input);
    default: {
      const message = `unknown metric source type ${JSON.stringify(spec.type)}`;
      const reason = "InvalidMetricSourceType";
      return { ok: false, reason, message, error: message, isSpecError: true };
    }
  }
}

function objectProposal(spec: MetricSpec, input: MetricInput): MetricOutcome {
  const source = spec.object!;
  const { describedObject, metric, target } = source;
  const wrap = (message: string) =>
    failed("FailedGetObjectMetric", message, "failed to get object metric value");
  const wrong = selectorProblem(metric.selector);
  if (wrong !== null) return wrap(wrong);
  const isValue = target.type === "Value" && target.value !== undefined;
  const isAverage = target.type === "AverageValue" && target.averageValue !== undefined;
  if (!isValue && !isAverage) {
    const unset = "neither a value target nor an average value target was set";
    return wrap(`invalid object metric source: ${unset}`);
  }
  const value = input.client.objectValueMillis(input.namespace, describedObject, metric);
  if (value instanceof MetricsError) {
    const where = `${describedObject.kind} ${input.namespace}/${describedObject.name}`;
    const cause = `unable to fetch metrics from custom metrics API: ${value.message}`;
    const text = input.features.HPAObjectErrorNamesMetricFirst
      ? `unable to get metric ${metric.name} on ${where}: ${cause}`
      : `unable to get metric ${metric.name}: ${describedObject.kind} on ${input.namespace} ${describedObject.name}/${cause}`;
    const message = wrap(text);
    if (!isAverage) return message;
    const prefix = `failed to get object metric value: failed to get ${metric.name} object metric`;
    return failed("FailedGetObjectMetric", text, prefix);
  }
  const status = (proposal: Proposal): MetricStatus => ({
    type: "Object",
    object: {
      describedObject,
      metric,
      current: isValue
        ? { value: millisText(proposal.valueMillis) }
        : { averageValue: millisText(proposal.valueMillis) },
    },
  });
  if (isValue) {
    const proposal = valueReplicas({
      ...valueInput(value, target.value!, input),
      currentReplicas: input.specReplicas,
    });
    if (proposal instanceof MetricsError) return wrap(proposal.message);
    return accepted(proposal, `${describedObject.kind} metric ${metric.name}`, status(proposal));
  }
  const proposal = perPodReplicas(valueInput(value, target.averageValue!, input));
  return accepted(proposal, externalName(metric.name, metric.selector), status(proposal));
}

function externalProposal(spec: MetricSpec, input: MetricInput): MetricOutcome {
  const { metric, target } = spec.external!;
  const { namespace } = input;
  const perPod = target.averageValue !== undefined;
  const prefix = `failed to get ${metric.name} external metric value`;
  const inner = perPod
    ? `failed to get ${metric.name} external metric`
    : `failed to get external metric ${metric.name}`;
  const wrap = (message: string) =>
    failed("FailedGetExternalMetric", message, `${prefix}: ${inner}`);
  if (!perPod && target.value === undefined) {
    const unset = "neither a value target nor an average value target was set";
    const message = `invalid external metric source: ${unset}`;
    return failed("FailedGetExternalMetric", message, prefix);
  }
  const wrong = selectorProblem(metric.selector);
  if (wrong !== null) return wrap(wrong);
  const values = input.client.externalValuesMillis(namespace, metric);
  const none = new MetricsError("no metrics returned from external metrics API");
  const found = !(values instanceof MetricsError) && values.length === 0 ? none : values;
  if (found instanceof MetricsError) {
    const cause =
      found === none
        ? found.message
        : `unable to fetch metrics from external metrics API: ${found.message}`;
    const what = `${namespace}/${metric.name}/${selectorText(metric.selector)}`;
    return wrap(`unable to get external metric ${what}: ${cause}`);
  }
  const value = sumMillis(found);
  const proposal = perPod
    ? perPodReplicas(valueInput(value, target.averageValue!, input))
    : valueReplicas({
        ...valueInput(value, target.value!, input),
        currentReplicas: input.specReplicas,
      });
  if (proposal instanceof MetricsError) return wrap(proposal.message);
  const text = millisText(proposal.valueMillis);
  const current = perPod ? { averageValue: text } : { value: text };
  const status: MetricStatus = { type: "External", external: { metric, current } };
  return accepted(proposal, externalName(metric.name, metric.selector), status);
}

function valueInput(valueMillis: number, target: string, input: MetricInput) {
  const { tolerances, pods, statusReplicas } = input;
  return {
    valueMillis,
    targetMillis: Number(mustParseQuantity(target).milliValue()),
    tolerances,
    pods,
    statusReplicas,
  };
}

function externalName(name: string, selector: LabelSelector | undefined): string {
  return `external metric ${name}(${selectorText(selector)})`;
}

/** A selector as Go prints a pointer to one. */
function selectorText(selector: LabelSelector | undefined): string {
  if (selector === undefined) return "nil";
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`)
    .join("");
  const expressions = (selector.matchExpressions ?? [])
    .map(({ key, operator, values = [] }) => {
      return `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(" ")}],}`;
    })
    .map((text) => `${text},`)
    .join("");
  const list = `[]LabelSelectorRequirement{${expressions}}`;
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:${list},}`;
}
