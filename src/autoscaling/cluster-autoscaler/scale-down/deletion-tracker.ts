/** A removal that runs. */
interface Running {
  readonly groupId: string;
  readonly isDrained: boolean;
}

/** Which removals of nodes run: from the mark on the node until the cloud has deleted it, or the node stays. */
export class DeletionTracker {
  private readonly running = new Map<string, Running>();

  start(nodeName: string, removal: Running): void {
    this.running.set(nodeName, removal);
  }

  end(nodeName: string): void {
    this.running.delete(nodeName);
  }

  has(nodeName: string): boolean {
    return this.running.has(nodeName);
  }

  get count(): number {
    return this.running.size;
  }

  /** Of nodes whose pods had to move. */
  get drains(): number {
    return this.drained().length;
  }

  countOf(groupId: string): number {
    let count = 0;
    for (const removal of this.running.values()) if (removal.groupId === groupId) count += 1;
    return count;
  }

  /** Names of nodes whose pods have to move. */
  drained(): readonly string[] {
    return [...this.running].flatMap(([name, { isDrained }]) => (isDrained ? [name] : []));
  }
}
