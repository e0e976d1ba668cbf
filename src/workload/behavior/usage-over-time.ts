import type { TimeMicros } from "../../base/time.js";

/** A number over time: cores or bytes, or a share. */
export interface UsageCurve {
  /** Its mean from one instant to a later one. */
  meanBetween(fromMicros: TimeMicros, toMicros: TimeMicros): number;
  at(timeMicros: TimeMicros): number;
  /** The first instant from then on at which it is above a level; null: none. */
  firstAbove(level: number, fromMicros: TimeMicros): TimeMicros | null;
}

/** What containers use over time. */
export interface UsageOverTime {
  /** What the curves tell: the amount, or a share of what the container requests or may use at most. */
  readonly of: "amount" | "request" | "limit";
  /** The pods of a workload take them in turn. */
  readonly curves: readonly UsageCurve[];
}
