import type { Selector } from "../../api/label-selector.js";
import type { HPAScalingRules } from "../../api/schemas/types.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { ConditionList } from "./condition-list.js";
import { TargetMemo } from "./target-memo.js";

/** What was recommended of late, in the order of the places, not of the times. */
export class Recommendations {
  readonly replicas: number[] = [];
  readonly timesMicros: TimeMicros[] = [];

  add(replicas: number, timeMicros: TimeMicros): void {
    this.replicas.push(replicas);
    this.timesMicros.push(timeMicros);
  }

  /** Keeps another one in the place of the last that is older than any window reaches, or at the end. */
  keep(replicas: number, nowMicros: TimeMicros, oldestMicros: TimeMicros): void {
    const { timesMicros } = this;
    let at = timesMicros.length - 1;
    while (at >= 0 && timesMicros[at]! >= oldestMicros) at -= 1;
    if (at < 0) {
      this.add(replicas, nowMicros);
    } else {
      this.replicas[at] = replicas;
      timesMicros[at] = nowMicros;
    }
  }
}

export interface ScaleEvent {
  /** Pods added or taken away: never negative. */
  readonly change: number;
  readonly timeMicros: TimeMicros;
  /** Older than any rule asks for: its place is free. */
  readonly outdated: boolean;
}

/** What the controller remembers of one autoscaler; a controller that starts knows nothing. */
export interface ScaleMemory {
  /** Null before the first look. */
  recommendations: Recommendations | null;
  readonly ups: ScaleEvent[];
  readonly downs: ScaleEvent[];
  /** The pods of its target, as the last look had it; null: none yet. */
  selector: Selector | null;
  /** The same as a text; "": none yet. */
  selectorText: string;
  /** When it is looked at again. */
  dueMicros: TimeMicros;
  readonly target: TargetMemo;
  /** Of the look under way, or of the last one. */
  readonly conditions: ConditionList;
}

export function newScaleMemory(): ScaleMemory {
  return {
    recommendations: null,
    ups: [],
    downs: [],
    selector: null,
    selectorText: "",
    dueMicros: 0,
    target: new TargetMemo(),
    conditions: new ConditionList(),
  };
}

/** Keeps a change of size for the rules of its direction. */
export function keepScaleEvent(
  log: ScaleEvent[],
  change: number,
  rules: HPAScalingRules,
  nowMicros: TimeMicros,
): void {
  const longest = Math.max(0, ...(rules.policies ?? []).map(({ periodSeconds }) => periodSeconds));
  const cutoff = nowMicros - longest * MICROS_PER_SECOND;
  for (const [i, event] of log.entries()) {
    if (event.timeMicros < cutoff) log[i] = { ...event, outdated: true };
  }
  const entry = { change, timeMicros: nowMicros, outdated: false };
  const at = log.findLastIndex(({ outdated }) => outdated);
  if (at < 0) log.push(entry);
  else log[at] = entry;
}

/** How many pods were added, or taken away, within the last `periodSeconds`. */
export function changeWithin(
  log: readonly ScaleEvent[],
  periodSeconds: number,
  nowMicros: TimeMicros,
): number {
  const cutoff = nowMicros - periodSeconds * MICROS_PER_SECOND;
  let sum = 0;
  for (const { change, timeMicros } of log) if (timeMicros > cutoff) sum += change;
  return sum;
}
