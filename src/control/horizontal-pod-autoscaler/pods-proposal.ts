import { mustParseQuantity } from "../../api/quantity.js";
import type { MetricSpec, MetricStatus, MetricTarget } from "../../api/schemas/types.js";
import { MICROS_PER_MINUTE } from "../../base/time.js";
import {
  accepted,
  failed,
  type MetricInput,
  type MetricOutcome,
  selectorProblem,
} from "./metric-outcome.js";
import type { ReportedMetric } from "./metric-report.js";
import { millisText, resourceText } from "./metric-status.js";
import { type MeasuredResource, MetricsError, type PodMetrics } from "./metrics-client.js";
import type { PodSamples } from "./pod-samples.js";
import {
  averageTarget,
  countedValues,
  type PodTarget,
  type Proposal,
  podMetricReplicas,
  utilizationTarget,
} from "./replica-calculator.js";

const NANOS_PER_MILLI = 1_000_000;
const MILLIS = 1_000;

/** Replicas by a metric that each pod has: usage of a resource, or a custom one. */
export function podsProposal(spec: MetricSpec, input: MetricInput): MetricOutcome {
  if (spec.type === "Pods") return customProposal(spec, input);
  const { resource, containerResource } = spec;
  const ofContainer = spec.type === "ContainerResource";
  const { name, target } = ofContainer ? containerResource! : resource!;
  const container = ofContainer ? containerResource!.container : "";
  const proposal = resourceReplicas({ name, container }, target, input);
  if (proposal instanceof MetricsError) {
    const subject = ofContainer ? `${container} container metric` : `${name} resource metric`;
    const reason = ofContainer ? "FailedGetContainerResourceMetric" : "FailedGetResourceMetric";
    return failed(reason, proposal.message, `failed to get ${subject} value`);
  }
  const { HPABinaryMemory } = input.features;
  const reported = input.report.of(spec, proposal, () =>
    reportedUsage(spec, proposal, HPABinaryMemory),
  );
  return accepted(proposal, reported.name, reported.status);
}

function reportedUsage(
  { type, resource, containerResource }: MetricSpec,
  { valueMillis, utilization }: Proposal,
  binaryMemory: boolean,
): ReportedMetric {
  const ofContainer = type === "ContainerResource";
  const { name, target } = ofContainer ? containerResource! : resource!;
  const averageValue = resourceText(name, valueMillis, binaryMemory);
  const isAverage = target.averageValue !== undefined;
  const current = isAverage
    ? { averageValue }
    : { averageUtilization: utilization ?? 0, averageValue };
  const status: MetricStatus = ofContainer
    ? {
        type: "ContainerResource",
        containerResource: { container: containerResource!.container, name, current },
      }
    : { type: "Resource", resource: { name, current } };
  const kind = ofContainer ? "container resource" : "resource";
  const what = isAverage
    ? `${name} resource`
    : `${name} ${kind} utilization (percentage of request)`;
  return { name: what, status };
}

/** Replicas by the usage of a resource, or why there are none. */
export function resourceReplicas(
  resource: MeasuredResource,
  target: MetricTarget,
  input: MetricInput,
): Proposal | MetricsError {
  const { name } = resource;
  const { averageValue, averageUtilization: percent } = target;
  const wrap = (message: string) => {
    const what = averageValue === undefined ? "utilization" : "usage";
    return new MetricsError(`failed to get ${name} ${what}: ${message}`);
  };
  if (averageValue === undefined && percent === undefined) {
    return new MetricsError(
      "invalid resource metric source: neither an average utilization target nor an average value (usage) target was set",
    );
  }
  const samples = usageSamples(resource, input);
  if (samples instanceof MetricsError) {
    return wrap(`unable to get metrics for resource ${name}: ${samples.message}`);
  }
  const targetOf = (): PodTarget | MetricsError => {
    if (averageValue !== undefined) return averageTarget(millisOf(averageValue));
    const requests = input.columns.requests(resource, input.features);
    return requests instanceof MetricsError ? requests : utilizationTarget(percent!, requests);
  };
  const proposal = replicasBySamples(samples, input, { isCpu: name === "cpu", targetOf });
  return proposal instanceof MetricsError ? wrap(proposal.message) : proposal;
}

function customProposal(spec: MetricSpec, input: MetricInput): MetricOutcome {
  const { metric, target } = spec.pods!;
  const wrap = (message: string) =>
    failed("FailedGetPodsMetric", message, "failed to get pods metric value");
  const wrong = selectorProblem(metric.selector);
  if (wrong !== null) return wrap(wrong);
  const values = input.client.podValues(input, metric);
  const about = `unable to get metric ${metric.name}`;
  if (values instanceof MetricsError) {
    return wrap(`${about}: unable to fetch metrics from custom metrics API: ${values.message}`);
  }
  if (values.length === 0) {
    return wrap(`${about}: no metrics returned from custom metrics API`);
  }
  const { nowMicros } = input;
  const { samples } = input.columns;
  samples.begin(input.pods);
  for (const { podName, valueMillis } of values) {
    const sample = { valueMillis, timestampMicros: nowMicros, windowMicros: MICROS_PER_MINUTE };
    samples.put(podName, sample);
  }
  const targetOf = () => averageTarget(millisOf(target.averageValue ?? 0));
  const proposal = replicasBySamples(samples, input, { isCpu: false, targetOf });
  if (proposal instanceof MetricsError) return wrap(proposal.message);
  const current = { averageValue: millisText(proposal.valueMillis) };
  const status: MetricStatus = { type: "Pods", pods: { metric, current } };
  return accepted(proposal, `pods metric ${metric.name}`, status);
}

function replicasBySamples(
  samples: PodSamples,
  input: MetricInput,
  how: { readonly isCpu: boolean; readonly targetOf: () => PodTarget | MetricsError },
): Proposal | MetricsError {
  const { pods, specReplicas: currentReplicas, tolerances } = input;
  if (pods.length === 0) {
    return new MetricsError("no pods returned by selector while calculating replica count");
  }
  const { cpuInitializationMicros, initialReadinessDelayMicros, nowMicros } = input;
  const { isCpu } = how;
  const rules = { cpuInitializationMicros, initialReadinessDelayMicros, nowMicros, isCpu };
  const groups = input.columns.groups.group(samples, rules);
  const values = countedValues(samples, groups);
  if (groups.readyCount === 0 && values.others.length === 0) {
    return new MetricsError(
      input.features.HPANamesUnreadyPods
        ? "did not receive metrics for targeted pods (pods might be unready)"
        : "did not receive metrics for any ready pods",
    );
  }
  const target = how.targetOf();
  if (target instanceof MetricsError) return target;
  return podMetricReplicas({ currentReplicas, values, groups, target, tolerances });
}

function usageSamples(resource: MeasuredResource, input: MetricInput): PodSamples | MetricsError {
  const { samples } = input.columns;
  samples.begin(input.pods);
  const { client } = input;
  const reported =
    client.putUsage === undefined
      ? putReported(client.podMetrics(input), resource, samples)
      : client.putUsage(input.columns, resource, samples);
  if (reported instanceof MetricsError) {
    const message = `unable to fetch metrics from resource metrics API: ${reported.message}`;
    return new MetricsError(message);
  }
  if (reported === 0) {
    return new MetricsError("no metrics returned from resource metrics API");
  }
  return samples;
}

/** Puts what reports say of a resource among the samples; answers how many reports there are. */
export function putReported(
  metrics: readonly PodMetrics[] | MetricsError,
  resource: MeasuredResource,
  samples: PodSamples,
): number | MetricsError {
  if (metrics instanceof MetricsError) return metrics;
  for (const pod of metrics) {
    const valueMillis = usageMillis(pod, resource);
    if (valueMillis === null) continue;
    const { timestampMicros, windowMicros } = pod;
    samples.put(pod.podName, { valueMillis, timestampMicros, windowMicros });
  }
  return metrics.length;
}

function usageMillis({ containers }: PodMetrics, resource: MeasuredResource): number | null {
  let sum = 0;
  let isMeasured = false;
  for (const { name, cpuNanos, memoryBytes } of containers) {
    if (resource.container !== "" && resource.container !== name) continue;
    isMeasured = true;
    if (resource.name === "cpu") sum += Math.ceil(cpuNanos / NANOS_PER_MILLI);
    else if (resource.name === "memory") sum += memoryBytes * MILLIS;
    else return null;
  }
  return isMeasured ? sum : null;
}

function millisOf(quantity: string | number): number {
  return Number(mustParseQuantity(quantity).milliValue());
}
