import { mustParseQuantity, numberOf } from "../../api/quantity.js";
import type { MetricTarget, ScaledObjectSpec } from "../../api/schemas/types.js";
import { COMPOSITE_METRIC, usesModifiers } from "./scaling-modifiers.js";

type Spec = Pick<ScaledObjectSpec, "fallback" | "advanced">;

/** How often a metric has failed in a row. */
export interface MetricHealth {
  readonly numberOfFailures: number;
  readonly status: "Happy" | "Failing";
}

export interface FallbackInput {
  readonly metricName: string;
  readonly target: MetricTarget;
  /** In thousandths; null: the trigger failed. */
  readonly valueMillis: number | null;
  /** As it was before; undefined: nothing was counted yet. */
  readonly health: MetricHealth | undefined;
  /** What the target has now. */
  readonly replicas: number;
  /** Its pods that run and are ready. */
  readonly readyPods: number;
}

/** What the autoscaler is told of a metric. */
export interface FallbackAnswer {
  /** Null: the failure is passed on. */
  readonly metric: { readonly name: string; readonly valueMillis: number } | null;
  readonly isFallback: boolean;
  /** Null where nothing is counted. */
  readonly health: MetricHealth | null;
}

/** A placeholder that a formula takes for "there is none". */
const PLACEHOLDER_MILLIS = -1_000;

/**
 * Answers for a trigger that failed too often: with the value at which the autoscaler keeps the number of
 * replicas that is wanted then.
 * Source: KEDA, "Fallback"; fallback.go (2.21).
 */
export function withFallback(spec: Spec, input: FallbackInput): FallbackAnswer {
  const { metricName: name, valueMillis, health } = input;
  const isCounted = hasValidFallback(spec);
  if (valueMillis !== null) {
    const happy = { numberOfFailures: 0, status: "Happy" } as const;
    return { metric: { name, valueMillis }, isFallback: false, health: isCounted ? happy : null };
  }
  if (!isCounted) return { metric: null, isFallback: false, health: null };
  const numberOfFailures = (health?.numberOfFailures ?? 0) + 1;
  const failing = { numberOfFailures, status: "Failing" } as const;
  if (numberOfFailures <= spec.fallback!.failureThreshold) {
    return { metric: null, isFallback: false, health: failing };
  }
  if (spec.fallback!.behavior === "scalingModifiers") {
    const metric = { name, valueMillis: PLACEHOLDER_MILLIS };
    return { metric, isFallback: false, health: failing };
  }
  const metric = fallbackMetric(spec, input);
  return { metric, isFallback: metric !== null, health: failing };
}

/** Whether some metric failed too often: what the condition Fallback says. */
export function isFallingBack(spec: Spec, healths: Iterable<MetricHealth>): boolean {
  const threshold = spec.fallback?.failureThreshold ?? 0;
  for (const { status, numberOfFailures } of healths) {
    if (status === "Failing" && numberOfFailures > threshold) return true;
  }
  return false;
}

/** Whether there is a fallback whose numbers make sense: otherwise failures are not even counted. */
export function hasValidFallback(spec: Spec): boolean {
  const { fallback, advanced } = spec;
  if (fallback === undefined) return false;
  const { target = "" } = advanced?.scalingModifiers ?? {};
  const fits = !usesModifiers(spec) || (/^\+?\d+$/.test(target) && Number(target) > 0);
  return fits && fallback.failureThreshold >= 0 && fallback.replicas >= 0;
}

function fallbackMetric(spec: Spec, input: FallbackInput): FallbackAnswer["metric"] {
  const { target, readyPods } = input;
  const modifiers = usesModifiers(spec) ? spec.advanced?.scalingModifiers : undefined;
  let replicas = wantedReplicas(spec, input.replicas);
  if ((modifiers === undefined ? target.type : modifiers.metricType) === "Value") {
    if (readyPods === 0) return null;
    replicas /= readyPods;
  }
  const text = target.type === "AverageValue" ? target.averageValue : target.value;
  const each =
    modifiers === undefined
      ? numberOf(mustParseQuantity(text ?? 0))
      : Number(modifiers.target ?? 0);
  const name = modifiers === undefined ? input.metricName : COMPOSITE_METRIC;
  return { name, valueMillis: Math.trunc(each * 1_000 * replicas) };
}

function wantedReplicas({ fallback }: Spec, current: number): number {
  const given = fallback!.replicas;
  switch (fallback!.behavior) {
    case "currentReplicas":
      return current;
    case "currentReplicasIfHigher":
      return Math.max(current, given);
    case "currentReplicasIfLower":
      return Math.min(current, given);
    default:
      return given;
  }
}
