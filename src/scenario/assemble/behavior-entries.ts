import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { type Rate, rateAt } from "../../traffic/arrivals/rate.js";
import { RateIntegral } from "../../traffic/arrivals/rate-integral.js";
import type { BehaviorEntry } from "../../workload/behavior/behavior-entry.js";
import type { UsageCurve, UsageOverTime } from "../../workload/behavior/usage-over-time.js";
import type { LoadedScenario } from "../load/loaded-scenario.js";
import type { UsageSpec } from "../schema/scenario.js";

/** What `behavior` says, with what containers use over time as it was read. */
export function behaviorEntries({
  scenario,
  usages,
}: Pick<LoadedScenario, "scenario" | "usages">): readonly BehaviorEntry[] {
  const overTime = (spec: UsageSpec | null): UsageOverTime | null => {
    if (spec === null) return null;
    return { of: spec.of, curves: usages.get(spec)!.map((rate) => new RateCurve(rate)) };
  };
  return scenario.behaviors.map((entry) => ({
    ...entry,
    cpuOverTime: overTime(entry.cpuOverTime),
    memoryOverTime: overTime(entry.memoryOverTime),
  }));
}

/** A rate as the usage of a container. */
class RateCurve implements UsageCurve {
  private readonly integral: RateIntegral;

  constructor(private readonly rate: Rate) {
    this.integral = new RateIntegral(rate);
  }

  meanBetween(fromMicros: TimeMicros, toMicros: TimeMicros): number {
    if (toMicros <= fromMicros) return this.at(fromMicros);
    const [from, to] = [fromMicros / MICROS_PER_SECOND, toMicros / MICROS_PER_SECOND];
    return (this.integral.until(to) - this.integral.until(from)) / (to - from);
  }

  at(timeMicros: TimeMicros): number {
    return rateAt(this.rate, Math.max(0, timeMicros / MICROS_PER_SECOND));
  }

  firstAbove(level: number, fromMicros: TimeMicros): TimeMicros | null {
    const { rate } = this;
    if (this.at(fromMicros) > level) return fromMicros;
    for (let piece = rate.pieceAt(Math.max(0, fromMicros / MICROS_PER_SECOND)); ; piece++) {
      const [start, end] = [rate.startOf(piece), rate.endOf(piece)];
      const [first, last] = [rate.rateAtStart(piece), rate.rateAtEnd(piece)];
      if (first > level) return Math.max(fromMicros, Math.ceil(start * MICROS_PER_SECOND));
      if (end === Number.POSITIVE_INFINITY) return null;
      if (last <= level) continue;
      const crossing = start + ((level - first) / (last - first)) * (end - start);
      return Math.max(fromMicros, Math.floor(crossing * MICROS_PER_SECOND) + 1);
    }
  }
}
