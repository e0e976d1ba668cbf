import type { Kind } from "../api/kinds.js";
import { controllerOf, type VersionOf } from "../api/object-version.js";
import { ByName } from "../base/by-name.js";
import { RowsByKey } from "../base/rows-by-key.js";
import type { TimeMicros } from "../base/time.js";
import { MICROS_PER_MILLI } from "../base/time.js";
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

interface Told<V> {
  readonly handler: InformerHandler<V>;
  /** Whose objects it wants; absent: everybody's. */
  readonly controllerKind: Kind | undefined;
}

/** Who is told of what, in the order in which handlers were added. */
interface Audience<V> {
  readonly added: Required<Pick<InformerHandler<V>, "added">>[];
  readonly updated: Required<Pick<InformerHandler<V>, "updated">>[];
  readonly deleted: Required<Pick<InformerHandler<V>, "deleted">>[];
}

/** What a handler may ask of an index. */
export type RowsOf = Pick<RowsByKey, "has" | "of" | "entries">;

/** Rows of objects by something that they name; "": nothing. */
interface Index<V> {
  readonly name: string;
  readonly rows: RowsByKey;
  readonly keyOf: (object: V) => string;
}

/** The audience of what everybody is told of. */
const EVERYBODY = "";

/**
 * A component's view of one kind: a cursor in the change log that lags by the watch's delay, and the
 * objects as of that cursor. At most one delivery is queued; it drains all that is due.
 */
export class Informer<K extends Kind> {
  private readonly log: ChangeLog<VersionOf<K>>;
  private readonly cursor: Cursor;
  private readonly told: Told<VersionOf<K>>[] = [];
  /** By the kind of an object's controller. */
  private readonly audiences = new Map<string, Audience<VersionOf<K>>>();
  private readonly rows: (VersionOf<K> | undefined)[] = [];
  private readonly indexes: Index<VersionOf<K>>[] = [];
  private byName: ByName<VersionOf<K>> | null = null;
  private readonly engine: Engine;
  private readonly deliver: HandlerId;
  private armed = false;
  private newest = 0;

  constructor(
    store: ObjectStore,
    component: string,
    readonly kind: K,
    private readonly lagMicros: TimeMicros,
  ) {
    this.engine = store.engine;
    this.log = store.log(kind);
    this.cursor = this.log.openCursor();
    for (const object of store.table(kind)) {
      this.rows[object.row] = object;
      this.newest = Math.max(this.newest, object.resourceVersion);
    }
    this.deliver = this.engine.registerHandler(`watch/${component}/${kind}`, () => this.drain());
    store.onCommit(kind, () => this.arm());
  }

  /**
   * Adds a handler, which is told of all objects that the informer already knows. One that looks after the objects of
   * a kind of controller need not be told of those that other kinds control: it is told of its own, of
   * those without a controller, which it may adopt, and of those with finalizers, one of which may be its own.
   */
  addHandler(handler: InformerHandler<VersionOf<K>>, controllerKind?: Kind): void {
    this.told.push({ handler, controllerKind });
    this.audiences.clear();
    if (handler.added === undefined) return;
    for (const object of this.values()) {
      if (isToldOf(concernOf(object), controllerKind)) handler.added(object);
    }
  }

  /** The newest `resourceVersion` that has come; 0 before the first. */
  get seenRevision(): number {
    return this.newest;
  }

  /** The object in that row as this component knows it. */
  at(row: number): VersionOf<K> | undefined {
    return this.rows[row];
  }

  find(namespace: string, name: string): VersionOf<K> | undefined {
    if (this.byName === null) {
      this.byName = new ByName();
      for (const object of this.values()) this.byName.set(object.namespace, object.name, object);
    }
    return this.byName.get(namespace, name);
  }

  /** All objects that this component knows, in the order of their rows. */
  *values(): IterableIterator<VersionOf<K>> {
    for (const object of this.rows) {
      if (object !== undefined) yield object;
    }
  }

  /**
   * Rows of objects by a key, as of what every handler sees; not those whose key is empty. All who ask for an index of
   * that name share one, as client-go's indexers are shared.
   */
  index(name: string, keyOf: (object: VersionOf<K>) => string): RowsOf {
    const known = this.indexes.find((index) => index.name === name);
    if (known !== undefined) return known.rows;
    const index = { name, rows: new RowsByKey(), keyOf };
    for (const object of this.values()) move(index, null, object);
    this.indexes.push(index);
    return index.rows;
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

  /** By index: iterators of so many short lists are an eighth of what a pod's life allocates. */
  private take(before: VersionOf<K> | null, after: VersionOf<K> | null): void {
    if (after === null) {
      if (before !== null) this.takeAway(before);
      return;
    }
    this.rows[after.row] = after;
    this.newest = after.resourceVersion;
    this.byName?.set(after.namespace, after.name, after);
    const { indexes } = this;
    for (let i = 0; i < indexes.length; i++) move(indexes[i]!, before, after);
    const concern = concernOf(after);
    if (before === null) {
      const { added } = this.audience(concern);
      for (let i = 0; i < added.length; i++) added[i]!.added(after);
      return;
    }
    const { updated } = this.audience(concernOf(before) === concern ? concern : EVERYBODY);
    for (let i = 0; i < updated.length; i++) updated[i]!.updated(before, after);
  }

  private takeAway(last: VersionOf<K>): void {
    this.rows[last.row] = undefined;
    this.byName?.delete(last.namespace, last.name);
    const { indexes } = this;
    for (let i = 0; i < indexes.length; i++) move(indexes[i]!, last, null);
    const { deleted } = this.audience(concernOf(last));
    for (let i = 0; i < deleted.length; i++) deleted[i]!.deleted(last);
  }

  /** Asked at each change: what makes a closure, and with it a context at each call, stands apart. */
  private audience(concern: string): Audience<VersionOf<K>> {
    return this.audiences.get(concern) ?? this.newAudience(concern);
  }

  private newAudience(concern: string): Audience<VersionOf<K>> {
    const handlers = this.told
      .filter(({ controllerKind }) => isToldOf(concern, controllerKind))
      .map(({ handler }) => handler);
    const audience = {
      added: handlers.filter((handler) => handler.added !== undefined),
      updated: handlers.filter((handler) => handler.updated !== undefined),
      deleted: handlers.filter((handler) => handler.deleted !== undefined),
    } as Audience<VersionOf<K>>;
    this.audiences.set(concern, audience);
    return audience;
  }
}

/** The kind of controller that an object concerns. */
function concernOf(
  object: Parameters<typeof controllerOf>[0] & { readonly finalizers: readonly string[] },
): string {
  if (object.finalizers.length > 0) return EVERYBODY;
  return controllerOf(object)?.kind ?? EVERYBODY;
}

function isToldOf(concern: string, controllerKind: Kind | undefined): boolean {
  return concern === EVERYBODY || controllerKind === undefined || controllerKind === concern;
}

function move<V extends { readonly row: number }>(
  { rows, keyOf }: Index<V>,
  before: V | null,
  after: V | null,
): void {
  const was = before === null ? "" : keyOf(before);
  const is = after === null ? "" : keyOf(after);
  if (was === is) return;
  if (before !== null && was !== "") rows.delete(was, before.row);
  if (after !== null && is !== "") rows.add(is, after.row);
}
