import type { TimeMicros } from "../../base/time.js";
import type { Step } from "./step.js";

/** An object by kind and name; the namespace of a cluster-scoped one is empty. */
export interface OperationTarget {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

/** What a step is to do, as data: the name of its operation, and what only that one reads. */
export interface Operation {
  readonly type: string;
}

/** What takes the steps of one operation in a run. */
export interface OperationRunner<O extends Operation = Operation> {
  /** The writes of a step, what it did at once, or why not; null when it tells of itself. */
  take(operation: O): Step | null;
  /** What the summary and the events call it; absent: its type. */
  title?(operation: O): string;
  /** Tells of steps that have not ended: once, when the run is over. */
  finish?(): void;
}

export interface TimelineEntry {
  readonly atMicros: TimeMicros;
  /** Repeats; null for once. */
  readonly everyMicros: TimeMicros | null;
  /** The last time at which it may repeat; null for the end of the run. */
  readonly untilMicros: TimeMicros | null;
  readonly operation: Operation;
}
