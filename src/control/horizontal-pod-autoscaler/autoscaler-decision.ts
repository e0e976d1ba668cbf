import type { ObjectVersion } from "../../api/object-version.js";
import { mustParseQuantity, numberOf } from "../../api/quantity.js";
import type { MetricSpec, MetricStatus } from "../../api/schemas/types.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { ConditionList } from "./condition-list.js";
import type {
  MetricFailure,
  MetricFeatures,
  MetricInput,
  MetricOutcome,
} from "./metric-outcome.js";
import { proposalOf } from "./metric-proposal.js";
import { limitSize, limitSizeByRules, type ScaleBehavior } from "./scale-limits.js";
import { Recommendations, type ScaleMemory } from "./scale-memory.js";
import { stabilizeBoth, stabilizeDown } from "./stabilization.js";
import type { TargetScale } from "./target-scale.js";

export type Autoscaler = ObjectVersion<"HorizontalPodAutoscaler">;

export interface DecisionFeatures extends MetricFeatures {
  readonly HPAScaleToZero: boolean;
  readonly HPAConfigurableTolerance: boolean;
  readonly HPAScaledToZeroCondition: boolean;
}

/** What a decision is taken from. */
export interface DecisionInput {
  readonly autoscaler: Autoscaler;
  readonly scale: TargetScale;
  readonly metrics: Omit<
    MetricInput,
    "namespace" | "specReplicas" | "statusReplicas" | "tolerances" | "features" | "report"
  >;
  /** Upstream's `--horizontal-pod-autoscaler-tolerance`. */
  readonly tolerance: number;
  /** Upstream's `--horizontal-pod-autoscaler-downscale-stabilization`. */
  readonly downscaleStabilizationMicros: TimeMicros;
  readonly features: DecisionFeatures;
  readonly memory: ScaleMemory;
  readonly conditions: ConditionList;
  readonly warn: (reason: string, message: string) => void;
  readonly computed?: (type: string, outcome: MetricOutcome) => void;
  /** Why the pods of the target cannot be told from others'; null: they can. */
  readonly selectorProblem: SelectorProblem | null;
}

/** `event`: the reason of the event, where it differs from the condition's. */
export interface SelectorProblem {
  readonly event: string;
  readonly reason: string;
  readonly message: string;
  readonly conditionMessage: string;
}

/** `replicas` null: nothing could be computed, and nothing is done. */
export interface Decision {
  readonly replicas: number | null;
  /** Why the size changes, as the event says it. */
  readonly reason: string;
  readonly metricStatuses: MetricStatus[] | null;
  /** What went wrong, also where it was decided nevertheless; null: nothing. */
  readonly error: string | null;
}

const DISABLED = "scaling is disabled since the replica count of the target is zero";

/**
 * The size of an autoscaler's target by its metrics, limits and behavior.
 * Source: Kubernetes, "Horizontal Pod Autoscaling"; upstream's reconcileAutoscaler.
 */
export function decide(input: DecisionInput): Decision {
  const { autoscaler, scale, conditions } = input;
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  const current = scale.specReplicas;
  const decided = (replicas: number, reason = ""): Decision => {
    return { replicas, reason, metricStatuses: null, error: null };
  };
  if (current === 0 && !mayLeaveZero(input)) {
    conditions.set("ScalingActive", "False", "ScalingDisabled", DISABLED);
    if (input.features.HPAScaledToZeroCondition && !input.features.HPAScaleToZero) {
      conditions.remove("ScaledToZero");
    }
    return decided(0);
  }
  if (current !== 0 && current > maxReplicas) {
    return decided(maxReplicas, "Current number of replicas above Spec.MaxReplicas");
  }
  if (current !== 0 && current < minReplicas) {
    return decided(minReplicas, "Current number of replicas below Spec.MinReplicas");
  }
  return byMetrics(input, { minReplicas, maxReplicas });
}

/** Whether metrics are asked of a target without replicas: whoever set it to 0 by hand means it. */
function mayLeaveZero({ autoscaler, features, conditions }: DecisionInput): boolean {
  const minReplicas = autoscaler.spec.minReplicas ?? 1;
  if (!features.HPAScaledToZeroCondition) return minReplicas === 0;
  const scaledToZero = features.HPAScaleToZero && conditions.isTrue("ScaledToZero");
  return scaledToZero && (minReplicas !== 0 || hasOutsideMetric(autoscaler));
}

/** Whether a metric can be had without any pod. */
export function hasOutsideMetric({ spec }: Autoscaler): boolean {
  return (spec.metrics ?? []).some(({ type }) => type === "Object" || type === "External");
}

interface Bounds {
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

function byMetrics(input: DecisionInput, bounds: Bounds): Decision {
  const current = input.scale.specReplicas;
  const computed = computeMetrics(input);
  if (computed.replicas === null) return { ...computed, replicas: null, reason: "" };
  const { replicas: wanted, name } = computed;
  let reason = "";
  if (wanted > current) reason = `${wanted > 0 ? name : ""} above target`;
  if (wanted < current) reason = "All metrics below target";
  let replicas = normalize(input, wanted, bounds);
  const { minReplicas } = bounds;
  if (current === 0 && input.features.HPAScaledToZeroCondition && replicas < minReplicas) {
    replicas = minReplicas;
    if (reason === "") reason = "Current number of replicas below Spec.MinReplicas";
  }
  return { replicas, reason, metricStatuses: computed.metricStatuses, error: computed.error };
}

interface Computed {
  readonly replicas: number | null;
  readonly name: string;
  readonly metricStatuses: MetricStatus[] | null;
  readonly error: string | null;
}

/** The largest proposal. Metrics that fail do not keep others from growing the target. */
function computeMetrics(input: DecisionInput): Computed {
  const { autoscaler, scale, conditions, selectorProblem: problem } = input;
  if (problem !== null) {
    input.warn(problem.event, problem.message);
    conditions.set("ScalingActive", "False", problem.reason, problem.conditionMessage);
    return { replicas: null, name: "", metricStatuses: null, error: problem.message };
  }
  const specs = autoscaler.spec.metrics ?? [];
  let best: { readonly replicas: number; readonly name: string } | null = null;
  let firstFailure: MetricFailure | null = null;
  let failures = 0;
  const metricStatuses = specs.map((spec, place): MetricStatus => {
    const outcome = outcomeOf(spec, place, input);
    if (!outcome.ok) {
      failures += 1;
      firstFailure ??= outcome;
      return { type: "" };
    }
    if (best === null || best.replicas === 0 || outcome.replicas > best.replicas) best = outcome;
    return outcome.status;
  });
  const { replicas, name } = (best ?? { replicas: 0, name: "" }) as Omit<Computed, "error">;
  const failure = firstFailure as MetricFailure | null;
  const error = failure === null ? null : invalidMetrics(failures, specs.length, failure);
  const shrinks = failures > 0 && (replicas ?? 0) < scale.specReplicas;
  if (failure !== null && (failures >= specs.length || shrinks)) {
    const unable = `the HPA was unable to compute the replica count: ${failure.message}`;
    conditions.set("ScalingActive", "False", failure.reason, unable);
    return { replicas: null, name: "", metricStatuses, error };
  }
  const found = input.memory.target.foundMetric(name);
  conditions.set("ScalingActive", "True", "ValidMetricFound", found);
  return { replicas, name, metricStatuses, error };
}

function invalidMetrics(failures: number, all: number, first: MetricFailure): string {
  return `invalid metrics (${failures} invalid out of ${all}), first error is: ${first.error}`;
}

function outcomeOf(spec: MetricSpec, place: number, input: DecisionInput): MetricOutcome {
  const { autoscaler, scale, metrics, features, memory } = input;
  const outcome = proposalOf(spec, {
    client: metrics.client,
    pods: metrics.pods,
    columns: metrics.columns,
    report: memory.target.reportAt(place),
    nowMicros: metrics.nowMicros,
    cpuInitializationMicros: metrics.cpuInitializationMicros,
    initialReadinessDelayMicros: metrics.initialReadinessDelayMicros,
    features,
    namespace: autoscaler.namespace,
    specReplicas: scale.specReplicas,
    statusReplicas: scale.statusReplicas,
    tolerances: tolerancesOf(input),
  });
  if (!outcome.ok) input.warn(outcome.reason, outcome.message);
  input.computed?.(spec.type, outcome);
  return outcome;
}

function tolerancesOf({ autoscaler, tolerance, features }: DecisionInput) {
  const { scaleUp, scaleDown } = autoscaler.spec.behavior ?? {};
  const given = (quantity: string | undefined): number =>
    quantity === undefined || !features.HPAConfigurableTolerance
      ? tolerance
      : numberOf(mustParseQuantity(quantity));
  return { scaleUp: given(scaleUp?.tolerance), scaleDown: given(scaleDown?.tolerance) };
}

function normalize(input: DecisionInput, wanted: number, bounds: Bounds): number {
  const { autoscaler, scale, memory, conditions, metrics } = input;
  const { behavior } = autoscaler.spec;
  const { nowMicros } = metrics;
  const { minReplicas, maxReplicas } = bounds;
  const currentReplicas = scale.specReplicas;
  const log = memory.recommendations ?? new Recommendations();
  memory.recommendations = log;
  const window = input.downscaleStabilizationMicros;
  const rules = behavior as ScaleBehavior | undefined;
  const stabilized =
    rules === undefined
      ? stabilizeDown(log, wanted, window, nowMicros)
      : stabilizeBoth(
          log,
          { currentReplicas, desiredReplicas: wanted },
          {
            upSeconds: rules.scaleUp.stabilizationWindowSeconds ?? 0,
            downSeconds:
              rules.scaleDown.stabilizationWindowSeconds ?? Math.trunc(window / MICROS_PER_SECOND),
          },
          nowMicros,
        );
  tellStabilized(conditions, {
    held: stabilized !== wanted,
    up: rules !== undefined && wanted >= scale.specReplicas,
  });
  const limits = { currentReplicas, minReplicas, maxReplicas, desiredReplicas: stabilized };
  const limited =
    rules === undefined ? limitSize(limits) : limitSizeByRules(limits, rules, memory, nowMicros);
  const status = limited.replicas === stabilized ? "False" : "True";
  conditions.set("ScalingLimited", status, limited.reason, limited.message);
  return limited.replicas;
}

function tellStabilized(
  conditions: ConditionList,
  { held, up }: { readonly held: boolean; readonly up: boolean },
): void {
  if (!held) {
    const message = "recommended size matches current size";
    conditions.set("AbleToScale", "True", "ReadyForNewScale", message);
    return;
  }
  const [reason, were, extreme] = up
    ? ["ScaleUpStabilized", "lower", "lowest"]
    : ["ScaleDownStabilized", "higher", "highest"];
  const message = `recent recommendations were ${were} than current one, applying the ${extreme} recent recommendation`;
  conditions.set("AbleToScale", "True", reason!, message);
}
