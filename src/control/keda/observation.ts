import type { ScaledObjectSpec } from "../../api/schemas/types.js";
import { externalName } from "./autoscaler-of.js";
import { compositeMillis, type Observation } from "./composite.js";
import { type MetricHealth, withFallback } from "./fallback.js";
import { COMPOSITE_METRIC, usesModifiers } from "./scaling-modifiers.js";
import { type Asking, type ReadTrigger, valueMillisOf } from "./trigger-values.js";

type Spec = Pick<ScaledObjectSpec, "advanced" | "fallback" | "triggers">;

/** The target of triggers, as far as a fallback asks. */
export interface TargetSize {
  readonly replicas: number;
  readonly readyPods: number;
}

interface ObservedObject extends TargetSize {
  readonly spec: Spec;
  /** By the name of the metric; failures are counted in it. */
  readonly health: Map<string, MetricHealth>;
}

/**
 * Asks a trigger. `isCounted`: a failure is one more; else it is what the last one that was counted made of
 * it: KEDA's own loop leaves the counting to the autoscaler while that one asks.
 * Source: KEDA, scale_handler.go: hpaObservedRecord (2.21).
 */
export function observe(
  trigger: ReadTrigger,
  { spec, health, replicas, readyPods }: ObservedObject,
  asking: Asking,
  isCounted: boolean,
): Observation {
  const metricName = externalName(trigger.index, trigger.metricName);
  const before = health.get(metricName);
  const failures = before?.numberOfFailures ?? 0;
  const known = isCounted ? before : { numberOfFailures: failures - 1, status: "Failing" as const };
  const quantity = `${Math.round(trigger.target * 1_000)}m`;
  const { metricType: type } = trigger;
  const answer = withFallback(spec, {
    metricName,
    target: type === "Value" ? { type, value: quantity } : { type, averageValue: quantity },
    valueMillis: valueMillisOf(trigger, asking),
    health: known,
    replicas,
    readyPods,
  });
  if (isCounted && answer.health !== null) health.set(metricName, answer.health);
  const isGone =
    answer.health?.status === "Failing" &&
    answer.health.numberOfFailures > spec.fallback!.failureThreshold &&
    !answer.isFallback &&
    answer.metric !== null;
  const valueMillis = answer.metric?.valueMillis ?? null;
  return { trigger, valueMillis, isFallback: answer.isFallback, isGone };
}

export interface TriggerActivity {
  readonly isActive: boolean;
  readonly isError: boolean;
  /** Names of the metrics that are active. */
  readonly active: readonly string[];
}

/**
 * Whether any trigger is active, or failed; one that fell back is active. Those of CPU and memory never wake
 * anything, but nothing sleeps where there are no others.
 */
export function activityOf(spec: Spec, observations: readonly Observation[]): TriggerActivity {
  const isError = observations.some(({ valueMillis }) => valueMillis === null);
  if (usesModifiers(spec)) return compositeActivity(spec, observations, isError);
  const active = observations
    .filter(({ trigger, valueMillis, isFallback }) => {
      return isFallback || (valueMillis !== null && valueMillis > trigger.activation * 1_000);
    })
    .map(({ trigger }) => trigger.metricName);
  const isAlways = observations.length === 0;
  return { isActive: active.length > 0 || isAlways, isError, active };
}

function compositeActivity(
  spec: Spec,
  observations: readonly Observation[],
  isFailed: boolean,
): TriggerActivity {
  const isCovered = observations.some(({ isFallback }) => isFallback);
  if (isFailed && !isCovered) return { isActive: false, isError: true, active: [] };
  const value = compositeMillis(spec, observations);
  if (typeof value !== "number") return { isActive: false, isError: isFailed, active: [] };
  const above = Number(spec.advanced?.scalingModifiers?.activationTarget || 0) * 1_000;
  const isActive = !isFailed && value > above;
  return { isActive, isError: isFailed, active: isActive ? [COMPOSITE_METRIC] : [] };
}
