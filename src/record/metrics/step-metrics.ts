import type { TimeMicros } from "../../base/time.js";
import type { StepState } from "../cluster-observer.js";
import { CounterFamily } from "../counter-family.js";
import {
  type Figures,
  metric,
  metricGroup,
  type OwnLedger,
  type Put,
  putFamily,
  type Span,
} from "./metric-group.js";

const metrics = {
  timeline_steps_failed_count: metric(
    "count",
    "summary",
    ["operation"],
    "steps of the timeline that were refused or given up",
  ),
  timeline_steps_unfinished_end_count: metric(
    "count",
    "summary",
    ["operation"],
    "steps of the timeline that were not over at the end",
  ),
};
type Name = keyof typeof metrics;

/** Steps of the timeline that did not go well, by operation. */
class StepLedger implements OwnLedger {
  readonly failed = new CounterFamily();
  /** How many were not over at the end of the run, whatever was measured. */
  readonly unfinished = new Map<string, number>();

  timelineStep(
    operation: string,
    _target: string,
    _message: string,
    _timeMicros: TimeMicros,
    state: StepState = "done",
  ): void {
    if (state === "failed") this.failed.add(operation, 1);
    if (state !== "unfinished") return;
    this.unfinished.set(operation, (this.unfinished.get(operation) ?? 0) + 1);
  }

  openWindow(): void {
    this.failed.openWindow();
  }

  closeWindow(): void {
    this.failed.closeWindow();
  }
}

export const STEP_METRICS = metricGroup({ metrics, ledger: () => new StepLedger(), summarise });

function summarise({ own: steps }: Figures<StepLedger>, _window: Span, put: Put<Name>): void {
  putFamily(put, "timeline_steps_failed_count", "operation", steps.failed);
  let unfinished = 0;
  for (const [operation, count] of steps.unfinished) {
    put("timeline_steps_unfinished_end_count", `operation=${operation}`, count);
    unfinished += count;
  }
  put("timeline_steps_unfinished_end_count", "", unfinished);
}
