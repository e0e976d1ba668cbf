import { MICROS_PER_SECOND } from "../../base/time.js";

/** So many samples are kept. */
const SAMPLES = 64;

/** The last values of a counter that only rises, to be asked for instants of a while ago. */
export class UsageHistory {
  private readonly times = new Float64Array(SAMPLES);
  private readonly values = new Float64Array(SAMPLES);
  private count = 0;

  /** From `beganMicros` on, with 0. */
  constructor(readonly beganMicros: number) {
    this.push(beganMicros, 0);
  }

  /** Times rise. */
  push(timeMicros: number, value: number): void {
    const slot = this.count % SAMPLES;
    this.times[slot] = timeMicros;
    this.values[slot] = value;
    this.count += 1;
  }

  /** The last value. */
  get latest(): number {
    return this.values[(this.count - 1) % SAMPLES]!;
  }

  /** How much it rose a second over a window up to now, or since it began. */
  perSecond(windowMicros: number, nowMicros: number, nowValue: number): number {
    const from = Math.max(this.beganMicros, nowMicros - windowMicros);
    const seconds = (nowMicros - from) / MICROS_PER_SECOND;
    return seconds > 0 ? (nowValue - this.at(from, nowMicros, nowValue)) / seconds : 0;
  }

  /**
   * The value at an instant, by a straight line between samples; `now` and its value follow the last.
   * Before the oldest sample it is that one's.
   */
  at(timeMicros: number, nowMicros: number, nowValue: number): number {
    let laterTime = nowMicros;
    let later = nowValue;
    const oldest = Math.max(0, this.count - SAMPLES);
    for (let i = this.count - 1; i >= oldest; i--) {
      const slot = i % SAMPLES;
      const [time, value] = [this.times[slot]!, this.values[slot]!];
      if (time <= timeMicros) return between(time, value, timeMicros, laterTime, later);
      laterTime = time;
      later = value;
    }
    return later;
  }
}

/** The value at an instant between two, by a straight line. */
export function between(
  time: number,
  value: number,
  at: number,
  laterTime: number,
  later: number,
): number {
  if (laterTime <= time) return later;
  const share = Math.min(1, (at - time) / (laterTime - time));
  return value + (later - value) * share;
}
