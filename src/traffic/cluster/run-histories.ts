import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { grownDoubles, grownIntegers } from "../loop/free-rows.js";
import { between, UsageHistory } from "./usage-history.js";

/** So many samples are kept. */
const SAMPLES = 64;
const NO_RUN = -1;

/**
 * The last values of counters that only rise, one a run of a container, all sampled at the same instants; between two
 * of them it is a straight line, and 0 where the run began. As {@link UsageHistory}, by rows of the table of
 * pods: whoever reads those of many pods finds them side by side.
 */
export class RunHistories {
  private readonly times = new Float64Array(SAMPLES);
  /** By the sample's number in the ring, then by row. */
  private readonly samples: Float64Array[] = [];
  private count = 0;
  private began = new Float64Array(0);
  /** The number of the first sample that the run was there for; {@link NO_RUN}: there is none. */
  private first = new Int32Array(0);

  /** @param valueNow what the counter of a row says now. */
  constructor(private readonly valueNow: (row: number) => number) {}

  /** A run begins in a row, with 0 at that instant. */
  begin(row: number, beganMicros: TimeMicros): void {
    if (row >= this.began.length) this.grow(Math.max(256, row * 2));
    this.began[row] = beganMicros;
    this.first[row] = this.count;
  }

  /** The run of a row ends now: what was kept of it. */
  end(row: number, nowMicros: TimeMicros): UsageHistory {
    const history = new UsageHistory(this.began[row]!);
    for (let i = Math.max(this.first[row]!, this.count - SAMPLES); i < this.count; i++) {
      history.push(this.times[i % SAMPLES]!, this.samples[i % SAMPLES]![row]!);
    }
    history.push(nowMicros, this.valueNow(row));
    this.first[row] = NO_RUN;
    return history;
  }

  /** Has the values of all rows at that instant written into a column. Times rise. */
  sample(timeMicros: TimeMicros, fill: (column: Float64Array) => void): void {
    const slot = this.count % SAMPLES;
    const known = this.samples[slot];
    const column = known?.length === this.began.length ? known : this.columnOf(known);
    this.times[slot] = timeMicros;
    this.samples[slot] = column;
    fill(column);
    this.count += 1;
  }

  /** Whether the run of a row is there and began then. */
  isOf(row: number, beganMicros: TimeMicros): boolean {
    return row >= 0 && this.first[row] !== NO_RUN && this.began[row] === beganMicros;
  }

  /** How much it rose a second over a window up to now, or since it began. */
  perSecond(row: number, windowMicros: TimeMicros, nowMicros: TimeMicros): number {
    const from = Math.max(this.began[row]!, nowMicros - windowMicros);
    const seconds = (nowMicros - from) / MICROS_PER_SECOND;
    if (seconds <= 0) return 0;
    return (this.valueNow(row) - this.at(row, from, nowMicros)) / seconds;
  }

  /** The value of a row's run at an instant up to now; before the oldest sample that is kept it is a straight line from 0. */
  at(row: number, timeMicros: TimeMicros, nowMicros: TimeMicros): number {
    let laterTime = -1;
    let later = 0;
    const oldest = Math.max(this.first[row]!, this.count - SAMPLES);
    for (let i = this.count - 1; i >= oldest; i--) {
      const slot = i % SAMPLES;
      const time = this.times[slot]!;
      const value = this.samples[slot]![row]!;
      if (time > timeMicros) {
        laterTime = time;
        later = value;
        continue;
      }
      if (laterTime < 0) return between(time, value, timeMicros, nowMicros, this.valueNow(row));
      return between(time, value, timeMicros, laterTime, later);
    }
    if (laterTime < 0) {
      laterTime = nowMicros;
      later = this.valueNow(row);
    }
    const began = this.began[row]!;
    return began <= timeMicros ? between(began, 0, timeMicros, laterTime, later) : 0;
  }

  private columnOf(known: Float64Array | undefined): Float64Array {
    return known === undefined
      ? new Float64Array(this.began.length)
      : grownDoubles(known, this.began.length);
  }

  private grow(length: number): void {
    this.began = grownDoubles(this.began, length);
    const before = this.first.length;
    this.first = grownIntegers(this.first, length);
    this.first.fill(NO_RUN, before);
  }
}
