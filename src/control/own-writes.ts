import type { Kind } from "../api/kinds.js";
import type { AnyVersion } from "../api/object-version.js";

interface Revised {
  readonly resourceVersion: number;
}

/** An informer of any kind. */
interface Watch {
  readonly kind: Kind;
  addHandler(handler: {
    added(object: Revised): void;
    updated(before: unknown, after: Revised): void;
  }): void;
}

/**
 * What a controller has written for a key and its watches have not brought yet. While anything is
 * outstanding the controller would decide on what is past.
 * Source: KEP-5647, "Stale Controller Mitigation".
 */
export class OwnWrites {
  /** By kind, the newest revision that the watch has brought. */
  private readonly seen = new Map<Kind, number>();
  private readonly written = new Map<number, Map<Kind, number>>();

  constructor(private readonly informers: readonly Watch[]) {}

  /** Takes part in the deliveries; before any handler that asks. */
  start(): void {
    for (const informer of this.informers) {
      const see = ({ resourceVersion }: Revised) => {
        if (resourceVersion > (this.seen.get(informer.kind) ?? 0)) {
          this.seen.set(informer.kind, resourceVersion);
        }
      };
      informer.addHandler({ added: see, updated: (_, after) => see(after) });
    }
  }

  wrote(key: number, { kind, resourceVersion }: AnyVersion): void {
    if ((this.seen.get(kind) ?? 0) >= resourceVersion) return;
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
      if ((this.seen.get(kind) ?? 0) < revision) return false;
    }
    this.written.delete(key);
    return true;
  }

  forget(key: number): void {
    this.written.delete(key);
  }
}
