import { type Autoscaler, type DecisionFeatures, hasOutsideMetric } from "./autoscaler-decision.js";
import type { ConditionList } from "./condition-list.js";

/**
 * Keeps whether it was the controller that took the last pod: only then it wakes the target again.
 * Source: KEP-2021; horizontal.go (v1.36).
 */
export function tellScaledToZero(
  autoscaler: Autoscaler,
  conditions: ConditionList,
  size: { readonly before: number; readonly after: number },
  features: DecisionFeatures,
): void {
  if (!features.HPAScaledToZeroCondition) return;
  if (!features.HPAScaleToZero) {
    conditions.remove("ScaledToZero");
    return;
  }
  const { minReplicas = 1 } = autoscaler.spec;
  const emptied = size.before > 0 && size.after === 0;
  const toZero = emptied && minReplicas === 0 && hasOutsideMetric(autoscaler);
  const message = `the HPA controller ${toZero ? "scaled" : "did not scale"} the workload to zero`;
  if (toZero) conditions.set("ScaledToZero", "True", "ScaledToZero", message);
  else conditions.set("ScaledToZero", "False", "NotScaledToZero", message);
}
