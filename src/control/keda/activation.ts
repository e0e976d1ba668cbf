import type { Labels } from "../../api/kubernetes.js";
import type { ScaledObjectSpec } from "../../api/schemas/types.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { isAnnotated, isPaused } from "./annotations.js";
import { condition, type KedaConditions } from "./conditions.js";

const COOLDOWN_SECONDS = 300;
const INITIAL_COOLDOWN_SECONDS = 0;

export interface ActivationInput {
  readonly spec: Pick<
    ScaledObjectSpec,
    "minReplicaCount" | "idleReplicaCount" | "cooldownPeriod" | "initialCooldownPeriod" | "fallback"
  >;
  readonly annotations: Labels;
  readonly createdMicros: TimeMicros;
  /** Null: it never was active. */
  readonly lastActiveMicros: TimeMicros | null;
  /** What the target has now. */
  readonly replicas: number;
  /** Some trigger is active. */
  readonly isActive: boolean;
  /** Some trigger failed. */
  readonly isError: boolean;
  readonly nowMicros: TimeMicros;
}

export interface Activation {
  /** The size that is written, also where it is the one that there is; null: none. */
  readonly write: number | null;
  readonly why: "activated" | "deactivated" | "raised to the minimum" | "nothing";
  /** Whether the time of last activity becomes now, once the size is written. */
  readonly isActivity: boolean;
  readonly conditions: KedaConditions;
}

const READY = condition(
  "True",
  "ScaledObjectReady",
  "ScaledObject is defined correctly and is ready for scaling",
);

/**
 * One look of KEDA at an object: from zero or the idle count up, and down again once it has cooled down.
 * Between the minimum and the maximum the autoscaler works that KEDA has made.
 * Source: KEDA, "Scaling Deployments, StatefulSets & Custom Resources"; scale_scaledobjects.go (2.21).
 */
export function activation(input: ActivationInput): Activation {
  const { annotations } = input;
  const nothing = { write: null, why: "nothing", isActivity: false } as const;
  if (isPaused(annotations)) {
    const paused = condition("True", "ScaledObjectPaused", "ScaledObject is paused");
    return { ...nothing, conditions: { Ready: READY, Paused: paused } };
  }
  const isForced = isAnnotated(annotations, "force-activation");
  return input.isActive || isForced ? whenActive(input, isForced) : whenIdle(input);
}

function whenActive(input: ActivationInput, isForced: boolean): Activation {
  const { spec, replicas, annotations } = input;
  const { minReplicaCount: min = 0, idleReplicaCount: idle } = spec;
  const cause = isForced ? "activation is being forced by annotation" : "triggers are active";
  const Active = condition("True", "ScalerActive", `Scaling is performed because ${cause}`);
  const conditions = { Ready: READY, Active };
  if (replicas === 0 || (idle !== undefined && replicas < min)) {
    if (isAnnotated(annotations, "paused-scale-out")) {
      return { write: null, why: "nothing", isActivity: false, conditions };
    }
    return { write: Math.max(min, 1), why: "activated", isActivity: true, conditions };
  }
  if (!input.isError) return { write: null, why: "nothing", isActivity: true, conditions };
  const message = "Some triggers defined in ScaledObject are not working correctly";
  const Ready = condition("Unknown", "PartialTriggerError", message);
  return { write: null, why: "nothing", isActivity: false, conditions: { Ready, Active } };
}

function whenIdle(input: ActivationInput): Activation {
  const { spec, replicas, isError, annotations } = input;
  const { minReplicaCount: min = 0, idleReplicaCount: idle, fallback } = spec;
  const message = "Scaling is not performed because triggers are not active";
  const conditions = { Ready: READY, Active: condition("False", "ScalerNotActive", message) };
  const nothing = { write: null, why: "nothing", isActivity: false, conditions } as const;
  if (isError && fallback !== undefined && fallback.replicas !== 0) return nothing;
  if (isError && fallback === undefined) {
    const wrong = "Triggers defined in ScaledObject are not working correctly";
    const Ready = condition("False", "TriggerError", wrong);
    return { ...nothing, conditions: { ...conditions, Ready } };
  }
  if ((idle !== undefined && replicas > idle) || (replicas > 0 && min === 0)) {
    if (isAnnotated(annotations, "paused-scale-in")) return nothing;
    if (isCooledDown(input)) return { ...nothing, write: idle ?? min, why: "deactivated" };
    const waits = "Scaler cooling down because triggers are not active";
    const Active = condition("False", "ScalerCooldown", waits);
    return { ...nothing, conditions: { ...conditions, Active } };
  }
  if (idle === undefined && replicas < min) {
    return { ...nothing, write: min, why: "raised to the minimum" };
  }
  return nothing;
}

/** The waits must be over: strictly later than their ends. */
function isCooledDown({ spec, createdMicros, lastActiveMicros, nowMicros }: ActivationInput) {
  const { cooldownPeriod: cooldown = COOLDOWN_SECONDS } = spec;
  const { initialCooldownPeriod: initial = INITIAL_COOLDOWN_SECONDS } = spec;
  const until =
    lastActiveMicros === null
      ? createdMicros + initial * MICROS_PER_SECOND
      : lastActiveMicros + cooldown * MICROS_PER_SECOND;
  return until < nowMicros;
}
