import { NO_SLOT, RecentKeys } from "../base/recent-keys.js";
import { MICROS_PER_MINUTE, type TimeMicros } from "../base/time.js";
import type { EventType, ObjectReference } from "./cluster-observer.js";

const SERIES_ENDS_MICROS = 6 * MICROS_PER_MINUTE;

interface Series {
  readonly resourceVersion: number;
  count: number;
  lastMicros: TimeMicros;
  /** That of another version of the same object. */
  other: Series | undefined;
}

/**
 * The Events of a component that writes them through `events.k8s.io`: one that comes again, of the
 * same version of an object, type and reason, begins a series, and is written; those after it only count, until
 * nothing has come for six minutes. Source: client-go's `tools/events`.
 */
export class EventSeries {
  /** By type and reason, then by object: no key has to be made for each Event. */
  private readonly keys = new RecentKeys(Number.POSITIVE_INFINITY);
  /** By slot of `keys`: the series of the version that came last, and when one came of any version. */
  private readonly newest: Series[] = [];
  private readonly lastMicros: TimeMicros[] = [];

  /** Whether the Event is written. */
  isWritten(
    type: EventType,
    reason: string,
    object: ObjectReference & { readonly uid?: string; readonly resourceVersion?: number },
    nowMicros: TimeMicros,
  ): boolean {
    const { kind, namespace, name, uid, resourceVersion = 0 } = object;
    this.forgetOver(nowMicros);
    const sort = type === "Normal" ? reason : `${type} ${reason}`;
    const slot = this.keys.touch(sort, uid ?? `${kind}/${namespace}/${name}`);
    this.lastMicros[slot] = nowMicros;
    const others = this.keys.isNew ? undefined : this.newest[slot];
    let known = others;
    while (known !== undefined && known.resourceVersion !== resourceVersion) known = known.other;
    if (known === undefined) {
      const other = goingOn(others, nowMicros);
      this.newest[slot] = { resourceVersion, count: 1, lastMicros: nowMicros, other };
      return true;
    }
    known.count = isOver(known, nowMicros) ? 1 : known.count + 1;
    known.lastMicros = nowMicros;
    return known.count <= 2;
  }

  /** A series that is over is as good as none. */
  private forgetOver(nowMicros: TimeMicros): void {
    const { keys, lastMicros } = this;
    while (keys.oldest !== NO_SLOT) {
      if (nowMicros - lastMicros[keys.oldest]! < SERIES_ENDS_MICROS) return;
      keys.forgetOldest();
    }
  }
}

function isOver({ lastMicros }: Series, nowMicros: TimeMicros): boolean {
  return nowMicros - lastMicros >= SERIES_ENDS_MICROS;
}

/** The series that are not over, of this one and those behind it. */
function goingOn(series: Series | undefined, nowMicros: TimeMicros): Series | undefined {
  if (series === undefined) return undefined;
  series.other = goingOn(series.other, nowMicros);
  return isOver(series, nowMicros) ? series.other : series;
}
