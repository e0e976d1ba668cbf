import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { EventType, ObjectReference } from "./cluster-observer.js";

/** Upstream's sizes: what it remembers, events of an object at once, and different messages of a sort. */
const REMEMBERED = 4_096;
const BURST = 25;
const REFILL_MICROS = 300 * MICROS_PER_SECOND;
const SIMILAR = 10;
const SIMILAR_FOR_MICROS = 10 * MICROS_PER_MINUTE;

interface SimilarEvents {
  readonly messages: Set<string>;
  lastMicros: TimeMicros;
}

/**
 * What becomes of the Events that one component tells: of one object, 25 at once and then one every
 * five minutes are written; the tenth with another message of one type and reason within ten minutes
 * is told as combined. Upstream counts an Event that it has written before; here each is told again.
 * Source: client-go's `tools/record` (EventCorrelator).
 */
export class EventCorrelator {
  private readonly similar = new Map<string, SimilarEvents>();
  /** When the tokens of an object will be full again. */
  private readonly fullAt = new Map<string, TimeMicros>();

  /** What of many components is one, such as all kubelets, remembers as much for each. */
  constructor(private readonly remembered = REMEMBERED) {}

  /** The message that is written; null where the Event is dropped. */
  messageOf(
    type: EventType,
    reason: string,
    object: ObjectReference,
    message: string,
    nowMicros: TimeMicros,
  ): string | null {
    const about = keyOf(object);
    const written = this.combined(`${about} ${type} ${reason}`, message, nowMicros);
    return this.spend(about, nowMicros) ? written : null;
  }

  private combined(key: string, message: string, nowMicros: TimeMicros): string {
    let known = this.similar.get(key);
    if (known === undefined || nowMicros - known.lastMicros > SIMILAR_FOR_MICROS) {
      known = { messages: new Set(), lastMicros: nowMicros };
    }
    known.lastMicros = nowMicros;
    known.messages.add(message);
    this.remember(this.similar, key, known);
    if (known.messages.size < SIMILAR) return message;
    const [first] = known.messages;
    known.messages.delete(first!);
    return `(combined from similar events): ${message}`;
  }

  private spend(about: string, nowMicros: TimeMicros): boolean {
    const full = Math.max(this.fullAt.get(about) ?? nowMicros, nowMicros);
    const allowed = full - nowMicros <= REFILL_MICROS * (BURST - 1);
    this.remember(this.fullAt, about, allowed ? full + REFILL_MICROS : full);
    return allowed;
  }

  private remember<T>(map: Map<string, T>, key: string, value: T): void {
    map.delete(key);
    map.set(key, value);
    if (map.size <= this.remembered) return;
    const [oldest] = map.keys();
    map.delete(oldest!);
  }
}

/** A name may be given again; the object is told by its uid where it is known. */
function keyOf(object: ObjectReference & { readonly uid?: string }): string {
  return `${object.kind}/${object.namespace}/${object.name}/${object.uid ?? ""}`;
}
