import { LeastRecentlyUsed } from "../base/least-recently-used.js";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { EventType, ObjectReference } from "./cluster-observer.js";

/** Upstream's sizes: what it remembers, events of an object at once, and different messages of a sort. */
const REMEMBERED = 4_096;
const BURST = 25;
const REFILL_MICROS = 300 * MICROS_PER_SECOND;
const SIMILAR = 10;
const SIMILAR_FOR_MICROS = 10 * MICROS_PER_MINUTE;

interface SimilarEvents {
  /** The only message so far; null where `messages` holds them. */
  readonly message: string | null;
  /** In the order in which they came. */
  readonly messages: Set<string> | null;
  readonly lastMicros: TimeMicros;
}

/**
 * What becomes of the Events that one component tells: of one object, 25 at once and then one every
 * five minutes are written; the tenth with another message of one type and reason within ten minutes
 * is told as combined. Upstream counts an Event that it has written before; here each is told again.
 * Source: client-go's `tools/record` (EventCorrelator).
 */
export class EventCorrelator {
  private readonly similar: LeastRecentlyUsed<SimilarEvents>;
  /** When the tokens of an object will be full again. */
  private readonly fullAt: LeastRecentlyUsed<TimeMicros>;

  /** What of many components is one, such as all kubelets, remembers as much for each. */
  constructor(remembered = REMEMBERED) {
    this.similar = new LeastRecentlyUsed(remembered);
    this.fullAt = new LeastRecentlyUsed(remembered);
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
    return this.spend(about, nowMicros) ? written : null;
  }

  /** Forgets, from the oldest on, what would change no answer any more. */
  private forgetOver(nowMicros: TimeMicros): void {
    const { similar, fullAt } = this;
    for (let last = similar.oldestValue; last !== undefined; last = similar.oldestValue) {
      if (nowMicros - last.lastMicros <= SIMILAR_FOR_MICROS) break;
      similar.forgetOldest();
    }
    for (let full = fullAt.oldestValue; full !== undefined; full = fullAt.oldestValue) {
      if (full > nowMicros) break;
      fullAt.forgetOldest();
    }
  }

  private combined(sort: string, about: string, message: string, nowMicros: TimeMicros): string {
    const known = this.similar.get(sort, about);
    const isFirst = known === undefined || nowMicros - known.lastMicros > SIMILAR_FOR_MICROS;
    if (isFirst || known.message === message) {
      this.similar.put(sort, about, { message, messages: null, lastMicros: nowMicros });
      return message;
    }
    const messages = known.messages ?? new Set([known.message!]);
    messages.add(message);
    this.similar.put(sort, about, { message: null, messages, lastMicros: nowMicros });
    if (messages.size < SIMILAR) return message;
    const [first] = messages;
    messages.delete(first!);
    return `(combined from similar events): ${message}`;
  }

  private spend(about: string, nowMicros: TimeMicros): boolean {
    const full = Math.max(this.fullAt.get("", about) ?? nowMicros, nowMicros);
    const allowed = full - nowMicros <= REFILL_MICROS * (BURST - 1);
    this.fullAt.put("", about, allowed ? full + REFILL_MICROS : full);
    return allowed;
  }
}

/** A name may be given again; the object is told by its uid where it is known. */
function keyOf(object: ObjectReference & { readonly uid?: string }): string {
  return object.uid ?? `${object.kind}/${object.namespace}/${object.name}`;
}
