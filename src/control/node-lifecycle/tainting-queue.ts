/**
 * Nodes of a zone that are to get a NoExecute taint, in order of arrival. One that was taken is
 * remembered, and is not queued again before it is removed.
 *
 *     unknown ──add──► waiting ──take──► taken
 *        ▲                │                │
 *        └────────────────┴────remove──────┘
 *
 * Source: upstream's UniqueQueue of `nodelifecycle/scheduler`.
 */
export class TaintingQueue {
  private readonly known = new Set<string>();
  private readonly waiting = new Set<string>();

  /** The node that has waited longest. */
  get head(): string | undefined {
    for (const name of this.waiting) return name;
    return undefined;
  }

  add(name: string): void {
    if (this.known.has(name)) return;
    this.known.add(name);
    this.waiting.add(name);
  }

  take(name: string): void {
    this.waiting.delete(name);
  }

  remove(name: string): void {
    this.known.delete(name);
    this.waiting.delete(name);
  }

  /** Whether the node waits for its turn. */
  isWaiting(name: string): boolean {
    return this.waiting.has(name);
  }
}
