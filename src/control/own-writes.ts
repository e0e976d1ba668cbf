import type { Kind } from "../api/kinds.js";
import type { AnyVersion } from "../api/object-version.js";

/** An informer of any kind. */
interface Watch {
  readonly kind: Kind;
  readonly seenRevision: number;
}

/**
 * What a controller has written for a key and its watches have not brought yet. While anything is
 * outstanding the controller would decide on what is past.
 * Source: KEP-5647, "Stale Controller Mitigation".
 */
export class OwnWrites {
  private readonly watches: ReadonlyMap<Kind, Watch>;
  private readonly written = new Map<number, Map<Kind, number>>();

  constructor(informers: readonly Watch[]) {
    this.watches = new Map(informers.map((informer) => [informer.kind, informer]));
  }

  wrote(key: number, { kind, resourceVersion }: AnyVersion): void {
    if (this.seen(kind) >= resourceVersion) return;
    let kinds = this.written.get(key);
    if (kinds === undefined) {
      kinds = new Map();
      this.written.set(key, kinds);
    }
    kinds.set(kind, Math.max(resourceVersion, kinds.get(kind) ?? 0));
  }

  allSeen(key: number): boolean {
    const kinds = this.written.get(key);
    if (kinds === undefined) return true;
    for (const [kind, revision] of kinds) {
      if (this.seen(kind) < revision) return false;
    }
    this.written.delete(key);
    return true;
  }

  forget(key: number): void {
    this.written.delete(key);
  }

  private seen(kind: Kind): number {
    return this.watches.get(kind)?.seenRevision ?? 0;
  }
}
