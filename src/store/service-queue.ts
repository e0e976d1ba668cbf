import type { TimeMicros } from "../base/time.js";
import type { Distribution } from "../kernel/distribution.js";
import type { RandomStreams } from "../kernel/random-streams.js";

/**
 * Has the API server take its time with each access to an object: it is at one at a time, and others
 * wait for their turn in the order in which they came. So pods that are made at once come one after
 * the other.
 */
export class ServiceQueue {
  private freeAtMicros = 0;
  private taken = 0;

  /** `service`: how long one access takes, in microseconds. */
  constructor(
    private readonly service: Distribution,
    private readonly streams: RandomStreams,
  ) {}

  /** When an access that comes now is over. */
  endMicros(nowMicros: TimeMicros): TimeMicros {
    const share = this.streams.draw("store/service", this.taken);
    this.taken += 1;
    const takes = Math.max(0, Math.round(this.service.quantile(share)));
    this.freeAtMicros = Math.max(this.freeAtMicros, nowMicros) + takes;
    return this.freeAtMicros;
  }
}
