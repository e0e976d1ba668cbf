import { targetText } from "../api/object-version.js";
import type { TimeMicros } from "../base/time.js";
import type { EventType, ObjectReference, StepState } from "./cluster-observer.js";
import { BLOCK_ROWS, type Row, type RowSink } from "./row-sink.js";
import { secondsText } from "./seconds-text.js";

export const EVENT_COLUMNS = ["time_seconds", "type", "reason", "object", "message"] as const;

/** How often one sort of event was seen. */
export interface EventTally {
  readonly type: EventType | "Timeline";
  readonly reason: string;
  readonly count: number;
}

/** A step of the timeline, for the terminal. */
export interface TimelineStep {
  readonly timeMicros: TimeMicros;
  readonly operation: string;
  readonly target: string;
  readonly message: string;
  readonly state: StepState;
}

/** Of those done and of those that went wrong the first are kept; one that repeats for months would have no end. */
const MAX_STEPS_KEPT = 100;

/** Events on their way to `events.csv`; only a block of them and their counts are in memory. */
export class EventLog {
  private readonly counts: (EventTally & { count: number })[] = [];
  private readonly countsOf = new Map<string, (EventTally & { count: number })[]>();
  private readonly stepsDone: TimelineStep[] = [];
  private readonly stepsGoneWrong: TimelineStep[] = [];
  /** Steps that were taken, whatever came of them. */
  stepsCount = 0;
  private block: Row[] = [];

  constructor(private readonly sink: RowSink | null) {}

  event(
    type: EventType,
    reason: string,
    object: ObjectReference,
    message: string,
    timeMicros: TimeMicros,
  ): void {
    this.count(type, reason);
    if (this.sink === null) return;
    this.add([secondsText(timeMicros), type, reason, targetText(object), message]);
  }

  timelineStep(step: TimelineStep): void {
    const { timeMicros, operation, target, message, state } = step;
    this.stepsCount += 1;
    const kept = state === "done" ? this.stepsDone : this.stepsGoneWrong;
    if (kept.length < MAX_STEPS_KEPT) kept.push(step);
    // One that failed has a row as a Warning.
    if (state === "failed") return;
    this.count("Timeline", operation);
    if (this.sink === null) return;
    this.add([secondsText(timeMicros), "Timeline", operation, target, message]);
  }

  /** By type and reason, in the order in which they were first seen. */
  tallies(): readonly EventTally[] {
    return this.counts;
  }

  steps(): readonly TimelineStep[] {
    const kept = [...this.stepsDone, ...this.stepsGoneWrong];
    return kept.sort((a, b) => a.timeMicros - b.timeMicros);
  }

  flush(): void {
    if (this.block.length > 0) this.sink?.write(this.block);
    this.block = [];
  }

  private count(type: EventTally["type"], reason: string): void {
    let ofReason = this.countsOf.get(reason);
    if (ofReason === undefined) {
      ofReason = [];
      this.countsOf.set(reason, ofReason);
    }
    for (const tally of ofReason) {
      if (tally.type !== type) continue;
      tally.count += 1;
      return;
    }
    const tally = { type, reason, count: 1 };
    ofReason.push(tally);
    this.counts.push(tally);
  }

  private add(row: Row): void {
    this.block.push(row);
    if (this.block.length === BLOCK_ROWS) this.flush();
  }
}
