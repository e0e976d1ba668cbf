import type { SpecOf } from "../kinds.js";
import { each, fill, within } from "./fill.js";

type Policy = { type: string; value: number; periodSeconds: number };
type Rules = {
  stabilizationWindowSeconds?: number;
  selectPolicy?: string;
  policies?: Policy[];
};

/** Source: Kubernetes documentation, "Horizontal Pod Autoscaling: Default Behavior". */
const SCALE_UP = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
} as const;
/** The stabilization window stays open here: it is the controller's flag. */
const SCALE_DOWN = {
  selectPolicy: "Max",
  policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
} as const;

const CPU_80_PERCENT = {
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
} as const;

export function defaultAutoscaler(
  spec: SpecOf["HorizontalPodAutoscaler"],
): SpecOf["HorizontalPodAutoscaler"] {
  const metrics = spec.metrics;
  const empty = !Array.isArray(metrics) || metrics.length === 0;
  const filled = fill(empty ? { ...spec, metrics: [CPU_80_PERCENT] } : spec, { minReplicas: 1 });
  return within(filled, "behavior", (behavior) => {
    const sides = fill(behavior as { scaleUp?: Rules; scaleDown?: Rules }, {
      scaleUp: {},
      scaleDown: {},
    });
    const up = within(sides, "scaleUp", (rules) => fill(rules, SCALE_UP as unknown as Rules));
    return within(up, "scaleDown", (rules) => fill(rules, SCALE_DOWN as unknown as Rules));
  });
}

export function defaultPriorityClass(spec: SpecOf["PriorityClass"]): SpecOf["PriorityClass"] {
  return fill(spec, { value: 0, preemptionPolicy: "PreemptLowerPriority" });
}

/** For containers: a default limit is the maximum, a default request the default limit or minimum. */
export function defaultLimitRange(spec: SpecOf["LimitRange"]): SpecOf["LimitRange"] {
  return within(spec, "limits", (items) =>
    each(items, (item) => {
      if (item.type !== "Container") return item;
      const limit = { ...item.max, ...item.default };
      const request = { ...item.min, ...limit, ...item.defaultRequest };
      return { ...item, default: limit, defaultRequest: request };
    }),
  );
}
