import type { HPAScalingRules } from "../../api/schemas/types.js";
import type { TimeMicros } from "../../base/time.js";
import { changeWithin, type ScaleMemory } from "./scale-memory.js";

export interface SizeLimits {
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** A size within its limits, and what the condition ScalingLimited says of it. */
export interface Limited {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

/** The rules of both directions, as the API server has filled them in. */
export interface ScaleBehavior {
  readonly scaleUp: HPAScalingRules;
  readonly scaleDown: HPAScalingRules;
}

type Events = Pick<ScaleMemory, "ups" | "downs">;

/** Without behavior, a target at most doubles at once, but may always grow to 4 pods. */
const SCALE_UP_LIMIT_FACTOR = 2;
const SCALE_UP_LIMIT_MINIMUM = 4;

const MESSAGES = {
  DesiredWithinRange: "the desired count is within the acceptable range",
  ScaleUpLimit: "the desired replica count is increasing faster than the maximum scale rate",
  ScaleDownLimit: "the desired replica count is decreasing faster than the maximum scale rate",
  TooManyReplicas: "the desired replica count is more than the maximum replica count",
  TooFewReplicas: "the desired replica count is less than the minimum replica count",
} as const;

function limited(replicas: number, reason: keyof typeof MESSAGES): Limited {
  return { replicas, reason, message: MESSAGES[reason] };
}

/** The size of a target whose autoscaler has no `behavior`. */
export function limitSize(size: SizeLimits): Limited {
  const { currentReplicas, desiredReplicas, minReplicas, maxReplicas } = size;
  const growth = Math.max(SCALE_UP_LIMIT_FACTOR * currentReplicas, SCALE_UP_LIMIT_MINIMUM);
  if (desiredReplicas < minReplicas) return limited(minReplicas, "TooFewReplicas");
  return limitGrowth(desiredReplicas, growth, maxReplicas);
}

function limitGrowth(desiredReplicas: number, growth: number, maxReplicas: number): Limited {
  if (desiredReplicas <= Math.min(maxReplicas, growth)) {
    return limited(desiredReplicas, "DesiredWithinRange");
  }
  return maxReplicas > growth
    ? limited(growth, "ScaleUpLimit")
    : limited(maxReplicas, "TooManyReplicas");
}

/** The size by the policies of `behavior`, once it is stabilized. */
export function limitSizeByRules(
  size: SizeLimits,
  behavior: ScaleBehavior,
  events: Events,
  nowMicros: TimeMicros,
): Limited {
  const { currentReplicas, desiredReplicas, minReplicas, maxReplicas } = size;
  if (desiredReplicas > currentReplicas) {
    const limit = scaleUpLimit(currentReplicas, behavior.scaleUp, events, nowMicros);
    return limitGrowth(desiredReplicas, Math.max(limit, currentReplicas), maxReplicas);
  }
  if (desiredReplicas < currentReplicas) {
    const limit = scaleDownLimit(currentReplicas, behavior.scaleDown, events, nowMicros);
    const floor = Math.min(limit, currentReplicas);
    if (desiredReplicas < Math.max(minReplicas, floor)) {
      return minReplicas < floor
        ? limited(floor, "ScaleDownLimit")
        : limited(minReplicas, "TooFewReplicas");
    }
  }
  return limited(desiredReplicas, "DesiredWithinRange");
}

/** The most that the policies for growth allow now. */
export function scaleUpLimit(
  currentReplicas: number,
  rules: HPAScalingRules,
  events: Events,
  nowMicros: TimeMicros,
): number {
  if (rules.selectPolicy === "Disabled") return currentReplicas;
  const sizes = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const before = sizeAtStart(currentReplicas, periodSeconds, events, nowMicros);
    return type === "Pods" ? before + value : Math.ceil(before * (1 + value / 100));
  });
  return rules.selectPolicy === "Min" ? Math.min(...sizes) : Math.max(...sizes);
}

/** The least that the policies for shrinking allow now. */
export function scaleDownLimit(
  currentReplicas: number,
  rules: HPAScalingRules,
  events: Events,
  nowMicros: TimeMicros,
): number {
  if (rules.selectPolicy === "Disabled") return currentReplicas;
  const sizes = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const before = sizeAtStart(currentReplicas, periodSeconds, events, nowMicros);
    return type === "Pods" ? before - value : Math.trunc(before * (1 - value / 100));
  });
  return rules.selectPolicy === "Min" ? Math.max(...sizes) : Math.min(...sizes);
}

function sizeAtStart(
  currentReplicas: number,
  periodSeconds: number,
  { ups, downs }: Events,
  nowMicros: TimeMicros,
): number {
  const added = changeWithin(ups, periodSeconds, nowMicros);
  return currentReplicas - added + changeWithin(downs, periodSeconds, nowMicros);
}
