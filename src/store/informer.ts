import type { TimeMicros } from "../base/time.js";
import { MICROS_PER_MILLI } from "../base/time.js";
import type { Kind } from "../api/kinds.js";
import { objectKey, type VersionOf } from "../api/object-version.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ChangeLog, Cursor } from "./change-log.js";
import type { ObjectStore } from "./object-store.js";

/** What a component does with what it sees. Versions are as of the change that is delivered. */
export interface InformerHandler<V> {
  added?(object: V): void;
  updated?(before: V, after: V): void;
  /** `last` is the newest version before the object was removed. */
  deleted?(last: V): void;
}

/**
 * A component's view of one kind: a cursor in the change log that lags by the watch's delay, and the
 * objects as of that cursor. At most one delivery is queued; it drains all that is due.
 */
export class Informer<K extends Kind> {
  private readonly log: ChangeLog<VersionOf<K>>;
  private readonly cursor: Cursor;
  private readonly handlers: InformerHandler<VersionOf<K>>[] = [];
  private readonly rows: (VersionOf<K> | undefined)[] = [];
  private byName: Map<string, VersionOf<K>> | null = null;
  private readonly engine: Engine;
  private readonly deliver: HandlerId;
  private armed = false;

  constructor(
    store: ObjectStore,
    component: string,
    readonly kind: K,
    private readonly lagMicros: TimeMicros,
  ) {
    this.engine = store.engine;
    this.log = store.log(kind);
    this.cursor = this.log.openCursor();
    for (const object of store.table(kind)) this.rows[object.row] = object;
    this.deliver = this.engine.registerHandler(`watch/${component}/${kind}`, () => this.drain());
    store.onCommit(kind, () => this.arm());
  }

  /** Adds a handler, which is told of all objects that the informer already knows. */
  addHandler(handler: InformerHandler<VersionOf<K>>): void {
    this.handlers.push(handler);
    if (handler.added === undefined) return;
    for (const object of this.values()) handler.added(object);
  }

  /** The object in that row as this component knows it. */
  at(row: number): VersionOf<K> | undefined {
    return this.rows[row];
  }

  find(namespace: string, name: string): VersionOf<K> | undefined {
    if (this.byName === null) {
      this.byName = new Map();
      for (const object of this.values()) this.byName.set(objectKey(object), object);
    }
    return this.byName.get(objectKey({ namespace, name }));
  }

  /** All objects that this component knows, in the order of their rows. */
  *values(): IterableIterator<VersionOf<K>> {
    for (const object of this.rows) {
      if (object !== undefined) yield object;
    }
  }

  private arm(): void {
    if (this.armed) return;
    this.armed = true;
    this.engine.scheduleAt(this.due(this.log.nextPosition - 1), Phase.deliver, this.deliver);
  }

  /** When the entry at `position` arrives: whole milliseconds, so that a burst comes as one. */
  private due(position: number): TimeMicros {
    const exact = this.log.timeAt(position) + this.lagMicros;
    return this.lagMicros === 0 ? exact : Math.ceil(exact / MICROS_PER_MILLI) * MICROS_PER_MILLI;
  }

  private drain(): void {
    const now = this.engine.now;
    while (this.cursor.position < this.log.nextPosition) {
      const position = this.cursor.position;
      const due = this.due(position);
      if (due > now) {
        this.log.trim();
        this.engine.scheduleAt(due, Phase.deliver, this.deliver);
        return;
      }
      this.cursor.position = position + 1;
      this.take(this.log.beforeAt(position), this.log.afterAt(position));
    }
    this.armed = false;
    this.log.trim();
  }

  private take(before: VersionOf<K> | null, after: VersionOf<K> | null): void {
    if (after !== null) {
      this.rows[after.row] = after;
      this.byName?.set(objectKey(after), after);
      for (const handler of this.handlers) {
        if (before === null) handler.added?.(after);
        else handler.updated?.(before, after);
      }
      return;
    }
    if (before === null) return;
    this.rows[before.row] = undefined;
    this.byName?.delete(objectKey(before));
    for (const handler of this.handlers) handler.deleted?.(before);
  }
}
