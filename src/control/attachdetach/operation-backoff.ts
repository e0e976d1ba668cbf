import { MICROS_PER_MILLI, MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";

/** Source: upstream's `pkg/util/goroutinemap/exponentialbackoff`. */
const FIRST_MICROS = 500 * MICROS_PER_MILLI;
const LONGEST_MICROS = 122 * MICROS_PER_SECOND;

/** When an operation that has failed may be tried again: after 0.5 s, 1 s, and so on to 2 min 2 s. */
export class OperationBackoff {
  private readonly entries = new Map<
    string,
    { delayMicros: TimeMicros; untilMicros: TimeMicros }
  >();

  /** The time from which on it may be tried. */
  untilMicros(operation: string): TimeMicros {
    return this.entries.get(operation)?.untilMicros ?? 0;
  }

  failed(operation: string, nowMicros: TimeMicros): void {
    const before = this.entries.get(operation)?.delayMicros;
    const delayMicros = before === undefined ? FIRST_MICROS : Math.min(2 * before, LONGEST_MICROS);
    this.entries.set(operation, { delayMicros, untilMicros: nowMicros + delayMicros });
  }

  succeeded(operation: string): void {
    this.entries.delete(operation);
  }
}
