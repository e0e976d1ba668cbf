import type { AnyVersion } from "../../api/object-version.js";
import type { ObjectStore } from "../../store/object-store.js";

/** Looked through for those that are gone when there are so many. */
const PRUNED_AT = 1_000;

interface Deleted {
  readonly object: AnyVersion;
  /** Of the operation that deleted it. */
  readonly title: string;
}

/** Objects that a timeline deleted: `kubectl delete` waits until they are gone. */
export class Deletions {
  private deleted: Deleted[] = [];
  private pruneAt = PRUNED_AT;

  constructor(private readonly store: ObjectStore) {}

  add(object: AnyVersion, title: string): void {
    this.deleted.push({ object, title });
    if (this.deleted.length < this.pruneAt) return;
    this.deleted = this.deleted.filter(({ object }) => this.stored(object) !== undefined);
    this.pruneAt = Math.max(PRUNED_AT, 2 * this.deleted.length);
  }

  /** Tells of those that are still there, and what they wait for. */
  finish(tell: (object: AnyVersion, title: string, message: string) => void): void {
    for (const { object: deleted, title } of this.deleted) {
      const object = this.stored(deleted);
      if (object === undefined) continue;
      tell(object, title, `not ended: it is still there, ${waitsFor(object)}`);
    }
  }

  private stored({ kind, namespace, name, uid }: AnyVersion): AnyVersion | undefined {
    const found = this.store.table(kind).find(namespace, name) as AnyVersion | undefined;
    return found?.uid === uid ? found : undefined;
  }
}

function waitsFor(object: AnyVersion): string {
  const { finalizers } = object;
  if (finalizers.length > 0) return `held by its finalizers: ${finalizers.join(", ")}`;
  if (object.kind === "Namespace") return "with what is in it";
  return object.kind === "Pod" ? `on its way out of ${object.nodeName}` : "on its way out";
}
