const NONE: ReadonlySet<number> = new Set();

/** Rows of objects in groups by a key; a group without rows is none. */
export class RowsByKey {
  private readonly rows = new Map<string, Set<number>>();

  has(key: string): boolean {
    return this.rows.has(key);
  }

  of(key: string): ReadonlySet<number> {
    return this.rows.get(key) ?? NONE;
  }

  add(key: string, row: number): void {
    const rows = this.rows.get(key);
    if (rows === undefined) this.rows.set(key, new Set([row]));
    else rows.add(row);
  }

  delete(key: string, row: number): void {
    const rows = this.rows.get(key);
    if (rows === undefined) return;
    rows.delete(row);
    if (rows.size === 0) this.rows.delete(key);
  }

  entries(): IterableIterator<[string, ReadonlySet<number>]> {
    return this.rows.entries();
  }
}
