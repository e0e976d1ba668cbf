import { MICROS_PER_MINUTE, type TimeMicros } from "../base/time.js";
import type { EventType, ObjectReference } from "./cluster-observer.js";

const SERIES_ENDS_MICROS = 6 * MICROS_PER_MINUTE;
/** How many series are kept before old ones are looked for. */
const SWEPT_AT = 4_096;

interface Series {
  readonly resourceVersion: number;
  count: number;
  lastMicros: TimeMicros;
  /** That of another version of the same object. */
  readonly other: Series | undefined;
}

/**
 * The Events of a component that writes them through `events.k8s.io`: one that comes again, of the
 * same version of an object, type and reason, begins a series, and is written; those after it only count, until
 * nothing has come for six minutes. Source: client-go's `tools/events`.
 */
export class EventSeries {
  /** By type and reason, then by object: no key has to be made for each Event. */
  private readonly sorts = new Map<string, Map<string, Series>>();
  private size = 0;

  /** Whether the Event is written. */
  isWritten(
    type: EventType,
    reason: string,
    object: ObjectReference & { readonly uid?: string; readonly resourceVersion?: number },
    nowMicros: TimeMicros,
  ): boolean {
    const { kind, namespace, name, uid, resourceVersion = 0 } = object;
    const series = this.seriesOf(type === "Normal" ? reason : `${type} ${reason}`);
    const about = uid ?? `${kind}/${namespace}/${name}`;
    let known = series.get(about);
    while (known !== undefined && known.resourceVersion !== resourceVersion) known = known.other;
    if (known === undefined) {
      this.sweep(nowMicros);
      this.size += 1;
      const other = series.get(about);
      series.set(about, { resourceVersion, count: 1, lastMicros: nowMicros, other });
      return true;
    }
    const goesOn = nowMicros - known.lastMicros < SERIES_ENDS_MICROS;
    known.count = goesOn ? known.count + 1 : 1;
    known.lastMicros = nowMicros;
    return known.count <= 2;
  }

  private seriesOf(sort: string): Map<string, Series> {
    let series = this.sorts.get(sort);
    if (series === undefined) {
      series = new Map();
      this.sorts.set(sort, series);
    }
    return series;
  }

  private sweep(nowMicros: TimeMicros): void {
    if (this.size < SWEPT_AT || this.size % SWEPT_AT !== 0) return;
    for (const series of this.sorts.values()) {
      series.forEach((newest, about) => {
        let isOver = true;
        let count = 0;
        for (let one: Series | undefined = newest; one !== undefined; one = one.other) {
          isOver &&= nowMicros - one.lastMicros >= SERIES_ENDS_MICROS;
          count += 1;
        }
        if (!isOver) return;
        series.delete(about);
        this.size -= count;
      });
    }
  }
}
