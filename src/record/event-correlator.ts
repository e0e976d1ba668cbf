import { NO_SLOT, RecentKeys } from "../base/recent-keys.js";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { EventType, ObjectReference } from "./cluster-observer.js";

/** Upstream's sizes: what it remembers, events of an object at once, and different messages of a sort. */
const REMEMBERED = 4_096;
const BURST = 25;
const REFILL_MICROS = 300 * MICROS_PER_SECOND;
const SIMILAR = 10;
const SIMILAR_FOR_MICROS = 10 * MICROS_PER_MINUTE;

/**
 * What becomes of the Events that one component tells: of one object (since v1.32: and type), 25 at
 * once and then one every five minutes are written; the tenth with another message of one type and
 * reason within ten minutes is told as combined. Upstream counts an Event that it has written before; here each is told again.
 * Source: client-go's `tools/record` (EventCorrelator).
 */
export class EventCorrelator {
  private readonly similar: RecentKeys;
  /** By slot of `similar`: the only message so far, or all of them in the order in which they came. */
  private readonly messages: (string | Set<string>)[] = [];
  private readonly lastMicros: TimeMicros[] = [];
  private readonly objects: RecentKeys;
  /** By slot of `objects`: when its tokens will be full again. */
  private readonly fullAt: TimeMicros[] = [];

  /**
   * `byType`: Events of either type have a limit of their own. What of many components is one, such as all
   * kubelets, remembers as much for each.
   */
  constructor(
    private readonly byType: boolean,
    remembered = REMEMBERED,
  ) {
    this.similar = new RecentKeys(remembered);
    this.objects = new RecentKeys(remembered);
  }

  /** The message that is written; null where the Event is dropped. */
  messageOf(
    type: EventType,
    reason: string,
    object: ObjectReference,
    message: string,
    nowMicros: TimeMicros,
  ): string | null {
    const about = keyOf(object);
    this.forgetOver(nowMicros);
    const sort = type === "Normal" ? reason : `${type} ${reason}`;
    const written = this.combined(sort, about, message, nowMicros);
    return this.spend(this.byType ? type : "", about, nowMicros) ? written : null;
  }

  /** Forgets, from the oldest on, what would change no answer any more. */
  private forgetOver(nowMicros: TimeMicros): void {
    const { similar, objects, lastMicros, fullAt } = this;
    while (similar.oldest !== NO_SLOT) {
      if (nowMicros - lastMicros[similar.oldest]! <= SIMILAR_FOR_MICROS) break;
      similar.forgetOldest();
    }
    while (objects.oldest !== NO_SLOT && fullAt[objects.oldest]! <= nowMicros) {
      objects.forgetOldest();
    }
  }

  private combined(sort: string, about: string, message: string, nowMicros: TimeMicros): string {
    const { similar, messages, lastMicros } = this;
    const slot = similar.touch(sort, about);
    const isFirst = similar.isNew || nowMicros - lastMicros[slot]! > SIMILAR_FOR_MICROS;
    lastMicros[slot] = nowMicros;
    const known = messages[slot]!;
    if (isFirst || known === message) {
      messages[slot] = message;
      return message;
    }
    const all = typeof known === "string" ? new Set([known]) : known;
    messages[slot] = all;
    all.add(message);
    if (all.size < SIMILAR) return message;
    const [first] = all;
    all.delete(first!);
    return `(combined from similar events): ${message}`;
  }

  private spend(group: string, about: string, nowMicros: TimeMicros): boolean {
    const { objects, fullAt } = this;
    const slot = objects.touch(group, about);
    const full = objects.isNew ? nowMicros : Math.max(fullAt[slot]!, nowMicros);
    const allowed = full - nowMicros <= REFILL_MICROS * (BURST - 1);
    fullAt[slot] = allowed ? full + REFILL_MICROS : full;
    return allowed;
  }
}

/** A name may be given again; the object is told by its uid where it is known. */
function keyOf(object: ObjectReference & { readonly uid?: string }): string {
  return object.uid ?? `${object.kind}/${object.namespace}/${object.name}`;
}
