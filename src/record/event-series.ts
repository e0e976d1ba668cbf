import { MICROS_PER_MINUTE, type TimeMicros } from "../base/time.js";
import type { EventType, ObjectReference } from "./cluster-observer.js";

const SERIES_ENDS_MICROS = 6 * MICROS_PER_MINUTE;
/** How many series are kept before old ones are looked for. */
const SWEPT_AT = 4_096;

interface Series {
  count: number;
  lastMicros: TimeMicros;
}

/**
 * The Events of a component that writes them through `events.k8s.io`: one that comes again, of the
 * same version of an object, type and reason, begins a series, and is written; those after it only count, until
 * nothing has come for six minutes. Source: client-go's `tools/events`.
 */
export class EventSeries {
  private readonly series = new Map<string, Series>();

  /** Whether the Event is written. */
  isWritten(
    type: EventType,
    reason: string,
    object: ObjectReference & { readonly uid?: string; readonly resourceVersion?: number },
    nowMicros: TimeMicros,
  ): boolean {
    const { kind, namespace, name, uid, resourceVersion = 0 } = object;
    const key = `${uid ?? `${kind}/${namespace}/${name}`}@${resourceVersion} ${type} ${reason}`;
    const known = this.series.get(key);
    if (known !== undefined && nowMicros - known.lastMicros < SERIES_ENDS_MICROS) {
      known.count += 1;
      known.lastMicros = nowMicros;
      return known.count === 2;
    }
    this.sweep(nowMicros);
    this.series.set(key, { count: 1, lastMicros: nowMicros });
    return true;
  }

  private sweep(nowMicros: TimeMicros): void {
    if (this.series.size < SWEPT_AT || this.series.size % SWEPT_AT !== 0) return;
    for (const [key, { lastMicros }] of this.series) {
      if (nowMicros - lastMicros >= SERIES_ENDS_MICROS) this.series.delete(key);
    }
  }
}
