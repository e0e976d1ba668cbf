import type { LabelSelector } from "../../api/kubernetes.js";
import { compileLabelSelector, SelectorError } from "../../api/label-selector.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { MetricStatus } from "../../api/schemas/types.js";
import type { TimeMicros } from "../../base/time.js";
import type { MetricReport } from "./metric-report.js";
import type { MetricsClient } from "./metrics-client.js";
import type { PodColumns } from "./pod-columns.js";
import type { ReadinessRules } from "./pod-groups.js";
import type { Proposal, Tolerances } from "./replica-calculator.js";

/** What of the cluster's version decides how metrics are read and told. */
export interface MetricFeatures {
  readonly PodLevelResources: boolean;
  readonly HPASidecarRequests: boolean;
  readonly HPAMissingContainerIsError: boolean;
  readonly HPABinaryMemory: boolean;
  readonly HPANamesUnreadyPods: boolean;
  readonly HPAObjectErrorNamesMetricFirst: boolean;
}

/** What a metric is computed from. */
export interface MetricInput extends ReadinessRules {
  readonly client: MetricsClient;
  readonly features: MetricFeatures;
  readonly namespace: string;
  readonly pods: readonly PodVersion[];
  /** Of the same pods. */
  readonly columns: PodColumns;
  /** What the last look reported of this metric. */
  readonly report: MetricReport;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly tolerances: Tolerances;
  readonly nowMicros: TimeMicros;
}

/** What one metric comes to. */
export type MetricOutcome = MetricProposal | MetricFailure;

interface MetricProposal {
  readonly ok: true;
  readonly replicas: number;
  /** The metric as events name it. */
  readonly name: string;
  readonly status: MetricStatus;
}

export interface MetricFailure {
  readonly ok: false;
  /** Of the event and of the condition ScalingActive. */
  readonly reason: string;
  readonly message: string;
  /** The error as the whole computation passes it on. */
  readonly error: string;
  /** The autoscaler's own spec is at fault. */
  readonly isSpecError: boolean;
}

export function failed(reason: string, message: string, prefix: string): MetricFailure {
  return { ok: false, reason, message, error: `${prefix}: ${message}`, isSpecError: false };
}

export function accepted({ replicas }: Proposal, name: string, status: MetricStatus) {
  return { ok: true, replicas, name, status } as const;
}

export function selectorProblem(selector: LabelSelector | undefined): string | null {
  const compiled = compileLabelSelector(selector);
  return compiled instanceof SelectorError ? compiled.message : null;
}
