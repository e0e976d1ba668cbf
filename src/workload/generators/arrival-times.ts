import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { type Distribution, distributionOf } from "../../kernel/distribution.js";
import type { RandomStreams } from "../../kernel/random-streams.js";
import type { Generator } from "./generator-options.js";

/** The times of a generator's arrivals, one after the other. Each gap is drawn by its number. */
export class ArrivalTimes {
  private readonly gaps: Distribution | null;
  private readonly given: readonly TimeMicros[];
  private last: TimeMicros;
  private ordinal = 0;

  constructor(
    private readonly generator: Generator,
    private readonly streams: RandomStreams,
  ) {
    const { arrivals, fromMicros } = generator;
    this.last = fromMicros;
    this.gaps = gapsOf(generator);
    this.given =
      arrivals.type === "at" ? arrivals.timesMicros.filter((time) => time >= fromMicros) : [];
  }

  /** The time of the next arrival, not before the one before; null when there is none. */
  next(): TimeMicros | null {
    const { count, untilMicros } = this.generator;
    if (count !== null && this.ordinal >= count) return null;
    const time = this.timeOf(this.ordinal);
    if (time === null || (untilMicros !== null && time >= untilMicros)) return null;
    this.ordinal += 1;
    this.last = time;
    return time;
  }

  private timeOf(ordinal: number): TimeMicros | null {
    const { arrivals, fromMicros, name } = this.generator;
    if (arrivals.type === "at") return this.given[ordinal] ?? null;
    if (arrivals.type === "every") return fromMicros + ordinal * arrivals.everyMicros;
    const u = this.streams.draw(`workload/generator/${name}/arrivals`, ordinal);
    const gap = this.gaps?.quantile(u) ?? 0;
    const time = this.last + Math.max(0, Math.round(gap));
    return Number.isSafeInteger(time) ? time : null;
  }
}

function gapsOf({ arrivals }: Generator): Distribution | null {
  switch (arrivals.type) {
    case "poisson":
      return distributionOf({
        type: "exponential",
        mean: MICROS_PER_SECOND / arrivals.ratePerSecond,
      });
    case "renewal":
      return distributionOf(arrivals.gapMicros);
    default:
      return null;
  }
}
