import type { Autoscaler } from "./autoscaler-decision.js";

type Action = "scale_up" | "scale_down" | "none";
/** What kind of error: of the autoscaler's own spec, or any other. */
type ErrorKind = "none" | "spec" | "internal";

/**
 * Told of what the controller does, in the words of its own metrics. It never acts.
 * Source: upstream's pkg/controller/podautoscaler/monitor.
 */
export interface AutoscalerMonitor {
  metricComputed(autoscaler: Autoscaler, type: string, action: Action, error: ErrorKind): void;
  reconciled(autoscaler: Autoscaler, action: Action, error: ErrorKind): void;
}

export function actionOf(before: number, after: number): Action {
  if (after === before) return "none";
  return after > before ? "scale_up" : "scale_down";
}
