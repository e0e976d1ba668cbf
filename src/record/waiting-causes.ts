import type { TimeMicros } from "../base/time.js";
import type { RefusalCause } from "./cluster-observer.js";
import { GaugeFamily } from "./gauge-family.js";
import type { Measured } from "./gauge.js";
import { withoutNames } from "./refusals.js";

const BETWEEN_CAUSES = "\n";
const BETWEEN_PARTS = "\t";

/** What a pod without a node waits for, as the name of a gauge: one cause or several. */
export type WaitingFor = string;

/** Not tried yet. */
export const IN_QUEUE = waitingFor([{ plugin: "Queue", reason: "not tried yet" }]);
export const GATED = waitingFor([
  { plugin: "SchedulingGates", reason: "waiting for scheduling gates" },
]);
/** A node was chosen, and that is being written. */
export const BINDING = waitingFor([{ plugin: "Binding", reason: "being bound" }]);
const AFTER_ERROR = waitingFor([{ plugin: "Scheduler", reason: "an attempt failed" }]);

/**
 * The name of a set of causes; an empty one is an error's. Names of single objects are left out, or
 * there would be as many reasons as pods.
 */
export function waitingFor(causes: readonly RefusalCause[]): WaitingFor {
  if (causes.length === 0) return AFTER_ERROR;
  return causes
    .map(
      ({ plugin, reason }) =>
        `${plugin}${BETWEEN_PARTS}${withoutNames(reason).replaceAll(";", ",")}`,
    )
    .sort()
    .join(BETWEEN_CAUSES);
}

/** A part of the time that pods waited. */
export interface WaitShare extends RefusalCause {
  /** Pods × microseconds in the measure window. */
  readonly podMicros: number;
}

/** How many pods wait for what, and for how long: the time of every pending pod, exactly once. */
export class WaitingCauses implements Measured {
  private readonly pods = new GaugeFamily();

  /** A pod begins to wait for `to`, or no longer waits for `from`; "" for neither. */
  moved(from: WaitingFor | "", to: WaitingFor | "", timeMicros: TimeMicros): void {
    if (from === to) return;
    if (from !== "") this.pods.add(from, -1, timeMicros);
    if (to !== "") this.pods.add(to, 1, timeMicros);
  }

  openWindow(timeMicros: TimeMicros): void {
    this.pods.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.pods.closeWindow(timeMicros);
  }

  /** The window's waiting time by cause; a pod with several causes counts for each in equal parts. */
  shares(): readonly WaitShare[] {
    const byCause = new Map<string, number>();
    for (const [waiting, gauge] of this.pods.parts) {
      const causes = waiting.split(BETWEEN_CAUSES);
      for (const cause of causes) {
        const part = gauge.windowIntegral / causes.length;
        byCause.set(cause, (byCause.get(cause) ?? 0) + part);
      }
    }
    return [...byCause].map(([cause, podMicros]) => {
      const [plugin = "", reason = ""] = cause.split(BETWEEN_PARTS);
      return { plugin, reason, podMicros };
    });
  }
}
