import type { Kind } from "../api/kinds.js";
import type { VersionOf } from "../api/object-version.js";
import { assert } from "../base/assert.js";
import { ByName } from "../base/by-name.js";

/**
 * The objects of one kind by row and by name. A row of a removed object is used again only after
 * {@link release}, which the change log calls once nobody can still speak of the old object.
 */
export class ObjectTable<K extends Kind> {
  private readonly rows: (VersionOf<K> | undefined)[] = [];
  private readonly rowByName = new ByName<number>();
  private readonly freeRows: number[] = [];

  constructor(readonly kind: K) {}

  /** Objects that exist. */
  get size(): number {
    return this.rowByName.size;
  }

  /** One more than the highest row ever used. */
  get rowCount(): number {
    return this.rows.length;
  }

  /** The newest version in that row, if an object is there. */
  at(row: number): VersionOf<K> | undefined {
    return this.rows[row];
  }

  /** The newest version of the object of that name. */
  find(namespace: string, name: string): VersionOf<K> | undefined {
    const row = this.rowByName.get(namespace, name);
    return row === undefined ? undefined : this.rows[row];
  }

  /** All objects in the order of their rows. */
  *[Symbol.iterator](): IterableIterator<VersionOf<K>> {
    for (const version of this.rows) {
      if (version !== undefined) yield version;
    }
  }

  /** A row for a new object. */
  reserve(): number {
    const free = this.freeRows.pop();
    if (free !== undefined) return free;
    this.rows.push(undefined);
    return this.rows.length - 1;
  }

  insert(version: VersionOf<K>): void {
    assert(this.rows[version.row] === undefined, "an object is inserted into a row in use");
    this.rows[version.row] = version;
    this.rowByName.set(version.namespace, version.name, version.row);
  }

  replace(version: VersionOf<K>): void {
    assert(this.rows[version.row] !== undefined, "a version follows an object that is gone");
    this.rows[version.row] = version;
  }

  /** Takes the object away; its row stays reserved. */
  remove(version: VersionOf<K>): void {
    this.rows[version.row] = undefined;
    this.rowByName.delete(version.namespace, version.name);
  }

  /** Lets the row of a removed object be used again. */
  release(row: number): void {
    assert(this.rows[row] === undefined, "a row is released while its object exists");
    this.freeRows.push(row);
  }
}
